using System.Numerics;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Protocol;

namespace Ait.Coordinator.Disclosing;

/// <summary>The decisions of this stage: which secret answers for which letters, and when it is shown.</summary>
internal static class Disclosure
{
    /// <summary>Seats whose letters the first secret answers for.</summary>
    internal const int FirstSeats = SeatDraw.Seats;

    /// <summary>Seats whose letters both secrets answer for; later ones exist only once both were used.</summary>
    internal const int AllSeats = FirstSeats + 2;

    /// <summary>How long until a secret is looked after again.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>
    /// From when on a secret is shown, in SQL over a batch b and a task t, unix seconds. The first: at half of the time, when an escalation, which
    /// shows it, could have been long since; while seats still commit, and for the second, at two thirds, when the last escalation can be.
    /// </summary>
    internal static string DueSql(int seats) => seats == FirstSeats
        ? $"CASE WHEN t.commit_deadline < $1 * 1000 THEN {EarliestSql} ELSE b.seed_time + (b.latest_deadline - b.seed_time) * 2 / 3 END"
        : "b.seed_time + (b.latest_deadline - b.seed_time) * 2 / 3";

    /// <summary>Before when none of a batch's secrets is due, in SQL over a batch b, unix seconds; null before its seed is pinned.</summary>
    internal const string EarliestSql = "b.seed_time + (b.latest_deadline - b.seed_time) / 2";

    /// <summary>Until when the bond takes a secret, as it computes it, in SQL over a batch b, unix seconds.</summary>
    internal const string ClosesSql = "b.seed_time + (b.latest_deadline - b.seed_time) * 3 / 4";

    /// <summary>Whether an escalation shows what is to be shown: the first the first secret, the second both.</summary>
    internal static bool IsShownBy(OnChainEscalation found, int seats) => found.Level >= (seats == FirstSeats ? AllSeats : SeatDraw.MostSeats);

    /// <summary>Whether there is anything to lose: without a bond nothing is paid out of it.</summary>
    internal static bool HasBond(BigInteger? bond) => bond > 0;

    internal static MiningCall.Disclose Call(OpenDisclosure open) => new(
        open.Task.BatchId!.Value, // Seated tasks are on chain.
        open.Task.Task,
        open.SeatSecret,
        open.Seats == FirstSeats ? null : open.Opening,
        open.Tree.Proof([(int)open.Task.Task.Index]));
}

/// <summary>A task whose secret is to be shown, or looked after; closes at is unix seconds.</summary>
internal sealed record OpenDisclosure(
    TaskRow Task, int Seats, DisclosureState State, int Attempt, long ClosesAt, Hash256 SeatSecret, SeatSecretOpening Opening, MerkleTree Tree)
{
    internal Hash256 TaskId => Task.TaskId!.Value; // Seated tasks are on chain.
}
