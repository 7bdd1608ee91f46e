using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>Answer of <c>POST /v1/canaries</c>: the seats that failed a canary.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Failures">One a seat.</param>
public sealed record CanaryResponse(Hash256 TaskId, IReadOnlyList<CanaryFailure> Failures);

/// <summary>A seat that signed another result than the known one, which two others signed.</summary>
/// <param name="Seat">The seat.</param>
/// <param name="GpuId">Its device.</param>
/// <param name="ResultHash">What it signed.</param>
/// <param name="Answer">What is right.</param>
/// <param name="Call">Hex of the call to the operator bond that slashes its operator until the task's deadline; anybody may send it.</param>
public sealed record CanaryFailure(int Seat, Hash256 GpuId, Hash256 ResultHash, Hash256 Answer, string Call);
