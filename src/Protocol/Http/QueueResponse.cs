using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>Answer of <c>POST /v1/queue</c>.</summary>
/// <param name="WorkloadHashes">What was queued, in the order given; a workload already queued and not yet batched is not queued again.</param>
public sealed record QueueResponse(IReadOnlyList<Hash256> WorkloadHashes);
