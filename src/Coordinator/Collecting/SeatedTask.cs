using System.Data.Common;
using Ait.Chain;
using Ait.Coordinator.Ledger;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Collecting;

/// <summary>
/// What the seats of a task are judged by. Every seat of every task is judged twice, so this has the few columns of <see cref="TaskRow"/>
/// that it takes. Times are unix milliseconds, the deadline unix seconds.
/// </summary>
internal sealed record SeatedTask(
    long TaskKey,
    Hash256? TaskId,
    Hash256 WorkloadHash,
    ulong Deadline,
    PricedWork Work,
    TaskPhase Phase,
    long? CommitDeadline,
    long? RevealOpenedAt,
    long? RevealDeadline,
    Hash256? SettledTransaction,
    int Level,
    int? EscalatingTo)
{
    /// <summary>The columns of a task t; what is selected beside them follows.</summary>
    internal const string Select =
        "SELECT t.task_key, t.task_id, t.workload_hash, t.deadline, t.phase, t.commit_deadline, t.reveal_opened_at, t.reveal_deadline, t.settled_tx, t.level, t.escalating_to, t.workload_type, t.compute_units";

    /// <summary>How many they are.</summary>
    internal const int Columns = 13;

    /// <summary><see cref="MayHaveReveals"/> in SQL, of a task t.</summary>
    internal const string MayHaveRevealsSql = "(t.reveal_opened_at IS NOT NULL OR t.level > 3 OR t.escalating_to IS NOT NULL OR t.phase > 2)";

    /// <summary>The first of the seats that were drawn last.</summary>
    internal int FirstOfRound => TaskRow.FirstOf(Level);

    /// <summary>How many seats were drawn last.</summary>
    internal int SeatsInRound => Level - FirstOfRound;

    /// <summary>Whether a seat may have revealed: nobody may before the reveal was opened once.</summary>
    internal bool MayHaveReveals => RevealOpenedAt is not null || Level > SeatDraw.Seats || EscalatingTo is not null || Phase > TaskPhase.Seated;

    internal static SeatedTask Read(DbDataReader row) => new(
        row.GetInt64(0),
        row.HashOrNull(1),
        row.Hash(2),
        row.Unsigned(3),
        new PricedWork((WorkloadType)row.GetInt64(11), new ComputeUnits(row.Unsigned(12))),
        (TaskPhase)row.GetInt64(4),
        row.NumberOrNull(5),
        row.NumberOrNull(6),
        row.NumberOrNull(7),
        row.HashOrNull(8),
        (int)row.GetInt64(9),
        row.IsDBNull(10) ? null : (int)row.GetInt64(10));
}
