using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Cli.Asking;

/// <summary>Puts subsidised work into the coordinator's queue; only the holder of the coordinator's key can.</summary>
internal static class Queue
{
    internal static async Task<IReadOnlyList<Hash256>> AddAsync(
        NetworkAccess network, Secp256k1PrivateKey coordinator, IEnumerable<Workload> workloads, CancellationToken cancellation, IReadOnlyList<Hash256?>? answers = null)
    {
        QueueResponse queued = await network.Coordinator.PostAsync(
            network.Domain,
            coordinator,
            "/v1/queue",
            new QueueRequest([.. workloads.Select(workload => Hex.Encode(workload.ToBytes()))], answers),
            ProtocolJson.Default.QueueRequest,
            ProtocolJson.Default.QueueResponse,
            cancellation).ConfigureAwait(false);
        return queued.WorkloadHashes;
    }
}
