using Ait.Chain;
using Ait.Protocol;
using Ait.Protocol.Http;
using System.Data.Common;

namespace Ait.Coordinator.Ledger;

/// <summary>A task as the ledger has it. Times are unix milliseconds, the deadline inside the task unix seconds.</summary>
internal sealed record TaskRow(
    long TaskKey,
    long BatchKey,
    ulong? BatchId,
    long EntryKey,
    MiningTask Task,
    TaskPhase Phase,
    Hash256? TaskId,
    long? SeatedAt,
    long? CommitDeadline,
    long? RevealOpenedAt,
    long? RevealDeadline,
    Hash256? ResultHash,
    long? PayableAt,
    string? VoidReason,
    Hash256? SettledTransaction,
    string? Minted,
    int Level,
    int? EscalatingTo,
    uint? RosterLength,
    bool IsAudited)
{
    /// <summary>The first of the seats that were drawn last.</summary>
    internal int FirstOfRound => FirstOf(Level);

    /// <summary>The first of the seats that brought a task to a level.</summary>
    internal static int FirstOf(int level) => level == SeatDraw.Seats ? 0 : level - 2;

    /// <summary>The same in SQL, of a task t.</summary>
    internal const string FirstOfRoundSql = "(t.level - CASE t.level WHEN 3 THEN 3 ELSE 2 END)";

    /// <summary>How many seats were drawn last.</summary>
    internal int SeatsInRound => Level - FirstOfRound;

    /// <summary>Selects tasks t with their batch b; a WHERE clause follows.</summary>
    internal const string Select =
        """
        SELECT t.task_key, t.batch_key, b.batch_id, t.entry_key, t.workload_hash, t.task_index, t.workload_type, t.determinism_class,
               t.compute_units, t.deadline, t.redeemer, t.seat_secret_hash,
               t.phase, t.task_id, t.seated_at, t.commit_deadline, t.reveal_opened_at, t.reveal_deadline, t.result_hash, t.payable_at,
               t.void_reason, t.settled_tx, t.minted, t.level, t.escalating_to, b.roster_length, t.audited
        FROM tasks t JOIN batches b ON b.batch_key = t.batch_key

        """;

    /// <summary>What the letter of one of its seats says, once it is seated.</summary>
    internal SeatAssignment Assign(byte seat, Hash256 gpuId) => new(
        BatchId!.Value, // A seated task's batch is on chain.
        Task,
        seat,
        gpuId,
        (ulong)(SeatedAt!.Value / 1000), // Seated, as above.
        (ulong)(CommitDeadline!.Value / 1000));

    internal static TaskRow Read(DbDataReader row) => new(
        row.GetInt64(0),
        row.GetInt64(1),
        row.IsDBNull(2) ? null : row.Unsigned(2),
        row.GetInt64(3),
        new MiningTask(
            row.Hash(4),
            (uint)row.GetInt64(5),
            (WorkloadType)row.GetInt64(6),
            (DeterminismClass)row.GetInt64(7),
            new ComputeUnits(row.Unsigned(8)),
            row.Unsigned(9),
            row.Address(10),
            row.Hash(11)),
        (TaskPhase)row.GetInt64(12),
        row.HashOrNull(13),
        row.NumberOrNull(14),
        row.NumberOrNull(15),
        row.NumberOrNull(16),
        row.NumberOrNull(17),
        row.HashOrNull(18),
        row.NumberOrNull(19),
        row.TextOrNull(20),
        row.HashOrNull(21),
        row.TextOrNull(22),
        (int)row.GetInt64(23),
        row.IsDBNull(24) ? null : (int)row.GetInt64(24),
        row.IsDBNull(25) ? null : (uint)row.GetInt64(25),
        row.Flag(26));
}
