using System.Text.Json;
using Ait.Attestation;
using Ait.Attestation.SevSnp;
using Ait.Coordinator.Fetching;
using Ait.Coordinator.Tests.Support;
using Ait.Emulation.Commands;

namespace Ait.Coordinator.Tests.Fetching;

/// <summary>The bundle that emulated vendors write by themselves, read by the coordinator.</summary>
public sealed class EmulatedBundleTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private byte[] Run(params string[] words)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.True(CommandLine.Run([.. words, "--root", _folder.File("hardware")], output, error, TimeProvider.System) == 0, error.ToString());
        return System.Text.Encoding.UTF8.GetBytes(output.ToString());
    }

    private ByteString Bytes(string vendor, string field)
    {
        using JsonDocument root = JsonDocument.Parse(Run("init", "--vendor", vendor));
        return ByteString.FromHex(root.RootElement.GetProperty(field).GetString()![2..]);
    }

    [Fact]
    public void Bundle_holdsWhatEveryEmulatedVendorPublishes()
    {
        var roots = new TrustRoots(
            [new TrustRoot(SnpProduct.Genoa, Bytes("amd", "arkSpkiSha384"))],
            [Bytes("intel", "rootSpkiSha384")],
            [Bytes("nvidia", "deviceRootSpkiSha384")],
            [Bytes("nvidia", "referenceRootSpkiSha384")]);
        string file = _folder.File("bundle");
        Run("bundle", "--out", file);

        (var items, var faults) = CollateralBundle.Read(File.ReadAllBytes(file), new CollateralVerifier(roots), TimeProvider.System.GetUtcNow());

        Assert.Empty(faults);
        Assert.Equal(
            [
                "amd/chain/Genoa", "amd/crl/Genoa", "intel/pckcrl/platform", "intel/pckcrl/processor", "intel/qe/sgx", "intel/qe/tdx", "intel/rootcrl",
                "intel/tcb/sgx/90c06f000000", "intel/tcb/tdx/90c06f000000", "nvidia/rim/NV_GPU_DRIVER_GH100_550.90.07/550.90.07",
                "nvidia/rim/NV_GPU_VBIOS_1010_0205_862_96009F0001/96.00.9F.00.01",
            ],
            items.Select(item => item.Key.Text).Order(StringComparer.Ordinal));
    }
}
