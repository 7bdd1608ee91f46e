using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>One purchase on prepaid credit; its task settles the compute units it cost.</summary>
/// <param name="KeyId">The key that asked.</param>
/// <param name="WorkloadId">What was run.</param>
/// <param name="TaskId">Its newest task; null before it is in a batch on chain.</param>
/// <param name="ComputeUnits">Micro-CU; given back if the phase is <c>Void</c>.</param>
/// <param name="Phase">Where it stands.</param>
/// <param name="At">Unix seconds.</param>
public sealed record PurchaseResponse(string KeyId, Hash256 WorkloadId, Hash256? TaskId, ulong ComputeUnits, WorkloadPhase Phase, ulong At);
