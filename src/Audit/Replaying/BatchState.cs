using System.Collections.Immutable;
using System.Numerics;
using Ait.Chain;
using Ait.Protocol;

namespace Ait.Audit.Replaying;

/// <summary>A committed batch as it stands.</summary>
internal sealed class BatchState
{
    internal required ulong BatchId { get; init; }

    internal required Hash256 Root { get; init; }

    internal required uint TaskCount { get; init; }

    internal required ulong LatestDeadline { get; init; }

    internal required ulong CommitBlock { get; init; }

    internal required ulong SeedBlock { get; init; }

    internal required uint RosterLength { get; init; }

    internal required BigInteger MintRate { get; init; }

    /// <summary>Micro-CU of redeemed tasks not settled so far.</summary>
    internal ulong RemainingRedeemed { get; set; }

    /// <summary>Micro-CU of subsidised tasks not settled so far.</summary>
    internal ulong RemainingSubsidised { get; set; }

    /// <summary>The roster as of the end of the block that committed the batch.</summary>
    internal ImmutableArray<RosterDevice> Roster { get; set; } = [];

    internal Hash256? SeedBlockHash { get; set; }

    internal ulong SeedTime { get; set; }

    /// <summary>Bits of the paid or deferred seats by task index.</summary>
    internal Dictionary<uint, int> Paid { get; } = [];

    internal Dictionary<uint, EscalationState> Escalations { get; } = [];

    private RosterSlot[] Slots => [.. Roster.Select(device => device.Roster)];

    /// <summary>The slots of a task's first seats in order; fewer if the roster gives no more.</summary>
    internal ImmutableArray<int> Draw(Hash256 seatSecret, Hash256 seed, Hash256 taskId, ulong deadline) =>
        SeatDraw.Draw(seatSecret, seed, taskId, deadline, CommitBlock, Slots);

    /// <summary>The slots of all seats of a task that escalated: further ones come in pairs.</summary>
    internal ImmutableArray<int> DrawFurther(
        ImmutableArray<int> first, byte level, Hash256 escalationSecret, Hash256 seed, Hash256 taskId, ulong deadline)
    {
        ImmutableArray<int> slots = SeatDraw.DrawFurther(first, level, escalationSecret, seed, taskId, deadline, CommitBlock, Slots);
        return slots.Length < SeatDraw.Seats ? slots : slots[..SeatDraw.WholePairs(slots.Length)];
    }
}

/// <summary>A task that was given more seats.</summary>
internal sealed class EscalationState
{
    internal required byte Level { get; set; }

    internal required ulong SeedBlock { get; init; }

    internal Hash256? SeedBlockHash { get; set; }

    internal ulong SeedTime { get; set; }
}
