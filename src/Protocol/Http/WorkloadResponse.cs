using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>Answer of <c>GET /v1/workloads/{workloadId}</c>.</summary>
/// <param name="WorkloadId">The workload hash.</param>
/// <param name="Phase">Where it stands.</param>
/// <param name="ComputeUnits">The quote, micro-CU.</param>
/// <param name="PriceWei">The quote, in wei, decimal.</param>
/// <param name="TaskId">Its newest task.</param>
/// <param name="Transcript">Hex of the agreed result (a transcript, an embedding, an outcome), once settled.</param>
/// <param name="ResultHash">The agreed result hash.</param>
public sealed record WorkloadResponse(
    Hash256 WorkloadId,
    WorkloadPhase Phase,
    ulong ComputeUnits,
    string PriceWei,
    Hash256? TaskId,
    string? Transcript,
    Hash256? ResultHash);
