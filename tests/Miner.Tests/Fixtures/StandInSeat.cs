using Ait.Chain;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Miner.Tests.Fixtures;

/// <summary>A seat as the stand-in coordinator keeps it.</summary>
internal sealed class StandInSeat
{
    public required SeatLetter Letter { get; init; }

    public required SeatLetterDto Dto { get; init; }

    /// <summary>Its transcript is sealed.</summary>
    public bool IsConfidential { get; init; }

    public SeatPhase Phase { get; set; } = SeatPhase.Open;

    public Hash256? Commitment { get; set; }

    public WorkAttestation? Attestation { get; set; }

    public byte[]? Transcript { get; set; }

    public UnpaidReason Reason { get; set; }

    public string? PaidWei { get; set; }

    public string? Remedy { get; set; }

    public Hash256? Transaction { get; set; }

    /// <summary>How many leases carried the letter.</summary>
    public int TimesLeased { get; set; }
}
