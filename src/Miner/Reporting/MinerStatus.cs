using System.Collections.Immutable;
using System.Numerics;

namespace Ait.Miner.Reporting;

/// <summary>What the events of one process so far come to; each event makes the next status.</summary>
internal sealed record MinerStatus
{
    private const int MostRecent = 64;

    public static MinerStatus Beginning { get; } = new();

    /// <summary>The device as its events name it; empty until then.</summary>
    public string Device { get; private init; } = string.Empty;

    /// <summary>Until when the evidence holds, unix seconds; null until the device is registered.</summary>
    public ulong? ValidUntil { get; private init; }

    /// <summary>The network's profile; empty until it is found.</summary>
    public string Profile { get; private init; } = string.Empty;

    /// <summary>Seats that are worked on, by task, each with its last word and since when.</summary>
    public ImmutableSortedDictionary<string, (string Word, DateTimeOffset Since)> Seats { get; private init; } = ImmutableSortedDictionary<string, (string, DateTimeOffset)>.Empty;

    public int Paid { get; private init; }

    public BigInteger PaidWei { get; private init; }

    public int Unpaid { get; private init; }

    /// <summary>Whether the process was asked to stop and finishes what it began.</summary>
    public bool IsDraining { get; private init; }

    /// <summary>Why nothing is earned now, in words, with what to do; null while something is, or until there is a reason.</summary>
    public string? Obstacle { get; private init; }

    /// <summary>The newest last.</summary>
    public ImmutableArray<(DateTimeOffset At, MinerEvent Event)> Recent { get; private init; } = [];

    public MinerStatus With(MinerEvent happened, DateTimeOffset now)
    {
        MinerStatus next = this with { Recent = [.. Recent.TakeLast(MostRecent - 1), (now, happened)] };
        string? task = Text(happened, "taskId");
        return happened.Kind switch
        {
            "device" => next with { Device = happened.Sentence },
            "network" => next with { Profile = Text(happened, "profile") ?? string.Empty },
            "registered" or "refreshed" => next with { ValidUntil = Number(happened, "validUntil"), Obstacle = null },
            "leased" or "executed" or "committed" or "revealed" when task is not null => next with { Seats = Seats.SetItem(task, (happened.Kind, now)), Obstacle = null },
            "paid" => next with { Seats = Without(task), Paid = Paid + 1, PaidWei = PaidWei + Amount.ReadWei(Text(happened, "paidWei")), Obstacle = null },
            "unpaid" or "void" or "lost" or "late" => next with { Seats = Without(task), Unpaid = Unpaid + 1, Obstacle = Reason(happened) },
            "declined" or "returned" => next with { Seats = Without(task), Obstacle = happened.Severity == Severity.Information ? Obstacle : Reason(happened) },
            "online" or "proven" or "resumed" => next with { Obstacle = null },
            "idle" or "ineligible" or "offline" or "waiting" or "clock" or "refused" or "failed" or "unproven" or "suspended" => next with { Obstacle = Reason(happened) },
            "draining" => next with { IsDraining = true },
            _ => next,
        };
    }

    private ImmutableSortedDictionary<string, (string, DateTimeOffset)> Without(string? task) => task is null ? Seats : Seats.Remove(task);

    private static string Reason(MinerEvent happened) => happened.Remedy is null ? happened.Sentence : $"{happened.Sentence} {happened.Remedy}";

    private static string? Text(MinerEvent happened, string name) => happened.Facts.FirstOrDefault(fact => fact.Name == name)?.Text;

    private static ulong? Number(MinerEvent happened, string name) => happened.Facts.FirstOrDefault(fact => fact.Name == name)?.Number;
}
