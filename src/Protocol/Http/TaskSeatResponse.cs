using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>One seat of a finished task.</summary>
/// <param name="Seat">Seat number from 0.</param>
/// <param name="GpuId">The device.</param>
/// <param name="Operator">Its operator.</param>
/// <param name="Phase">Where the seat ended.</param>
/// <param name="Reason">Why it is not paid.</param>
/// <param name="WorkAttestation">Hex of its work attestation, null if none arrived.</param>
public sealed record TaskSeatResponse(byte Seat, Hash256 GpuId, Address Operator, SeatPhase Phase, UnpaidReason Reason, string? WorkAttestation);
