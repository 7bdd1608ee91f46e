namespace Ait.Miner.Submission;

/// <summary>How often a seat is looked at.</summary>
internal sealed record SeatTiming
{
    /// <summary>While others still have to commit.</summary>
    public required Backoff UntilReveal { get; init; }

    /// <summary>While the task is being settled.</summary>
    public required Backoff UntilSettled { get; init; }

    /// <summary>Between two questions after seats of this device, whatever seats they are.</summary>
    public required TimeSpan BetweenLooks { get; init; }

    /// <summary>While the device is not eligible, or the lease brings nothing new.</summary>
    public required Backoff UntilEligible { get; init; }

    /// <summary>A lease ends after a minute of silence; a seat that waits for the device says so this often.</summary>
    public required TimeSpan KeepAlive { get; init; }

    /// <summary>How long one question for seats may wait.</summary>
    public required TimeSpan LeaseWait { get; init; }

    /// <summary>Before the second seat of a task hands its checkpoint in, and twice that before the third: one of them is enough.</summary>
    public required TimeSpan HandInStagger { get; init; }

    public static SeatTiming Default { get; } = new()
    {
        UntilReveal = Backoff.Default with { First = TimeSpan.FromMilliseconds(200), Cap = TimeSpan.FromSeconds(2) },
        UntilSettled = Backoff.Default with { First = TimeSpan.FromMilliseconds(500), Cap = TimeSpan.FromSeconds(5) },
        BetweenLooks = TimeSpan.FromMilliseconds(200),
        UntilEligible = Backoff.Default with { First = TimeSpan.FromSeconds(1), Cap = TimeSpan.FromSeconds(10) },
        KeepAlive = TimeSpan.FromSeconds(15),
        LeaseWait = TimeSpan.FromSeconds(20),
        HandInStagger = TimeSpan.FromSeconds(3),
    };
}
