using System.Security.Cryptography;
using Ait.Emulation.Nvidia;

namespace Ait.Emulation.Hosts;

/// <summary>
/// What a guest on an emulated host does for a registration: asks its GPUs for evidence over the binding and puts the digest of
/// what they answered beside the binding into its own report data.
/// </summary>
internal sealed class EmulatedGuest(EmulationStore store, EmulatedHost host)
{
    /// <summary>The first half of report data: the binding. The second: SHA-256 of all SPDM requests and responses, zero without any.</summary>
    internal static byte[] ReportData(byte[] binding, IReadOnlyList<GpuAnswer> answers) =>
        [.. binding, .. answers.Count == 0 ? new byte[32] : SHA256.HashData([.. answers.SelectMany(answer => answer.Evidence)])];

    /// <summary>Evidence of the GPUs at these places, each over the same nonce.</summary>
    internal IReadOnlyList<GpuAnswer> AskGpus(IReadOnlyList<int> places, byte[] nonce)
    {
        if (places.Count == 0)
        {
            return [];
        }

        using EmulatedNvidiaVendor vendor = store.OpenNvidia() ?? throw new EmulationException("No host here has a GPU whose hardware signs evidence.");
        var report = new EmulatedGpuReport { Nonce = nonce, ResponderNonce = RandomNumberGenerator.GetBytes(32) };
        List<GpuAnswer> answers = [];
        foreach (int place in places)
        {
            if (place >= host.Gpus.Count)
            {
                throw new EmulationException($"Host {host.Name} has {host.Gpus.Count} GPUs; there is none at place {place}.");
            }

            (EmulatedNvidiaGpu gpu, byte[][] certificates) = store.OpenGpu(vendor, host, place);
            using (gpu)
            {
                answers.Add(new GpuAnswer(host.Gpus[place], gpu.Report(report), certificates));
            }
        }

        return answers;
    }
}
