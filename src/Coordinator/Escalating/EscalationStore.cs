using System.Collections.Immutable;
using Ait.Chain;
using Ait.Coordinator.Agreeing;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Escalating;

/// <summary>Escalations in the ledger. What is to be sent is written here first; what the chain says of it is read anew before each step.</summary>
internal sealed class EscalationStore
{
    private const string TakenBack = "its escalation was replaced by a chain reorganisation";

    private readonly LedgerDatabase _ledger;
    private readonly NetworkDomain _domain;

    public EscalationStore(LedgerDatabase ledger, NetworkDomain domain)
    {
        _ledger = ledger;
        _domain = domain;
    }

    /// <summary>Decides that a task is given further seats.</summary>
    internal static void Open(LedgerTransaction transaction, TaskRow task, AgreementDecision.Escalate decided)
    {
        transaction.Execute(
            "INSERT INTO escalations (task_key, level, state, reason, decided_at) VALUES ($1, $2, 0, $3, $4) ON CONFLICT DO NOTHING",
            task.TaskKey, (long)decided.Level, decided.Reason, transaction.NowMillis);
        transaction.Execute("UPDATE tasks SET escalating_to = $2 WHERE task_key = $1", task.TaskKey, (long)decided.Level);
        OpenSeats.Close(transaction, task.TaskKey);
        transaction.Record("escalates", task.TaskId?.ToArray(), $"to {decided.Level} seats: {decided.Reason}");
    }

    /// <summary>Whether the contract may know of an escalation of the task: then it asks for the second secret.</summary>
    internal static bool MayBeOnChain(LedgerTransaction transaction, long taskKey) =>
        transaction.Exists("SELECT 1 FROM escalations WHERE task_key = $1 AND (state IN (1, 2) OR attempt > 1)", taskKey);

    /// <summary>Undecided tasks that are to have further seats, those whose time has come.</summary>
    internal IReadOnlyList<OpenEscalation> Pending() => _ledger.Read(transaction => Load(transaction, transaction.Query(
        """
        WITH e AS MATERIALIZED (SELECT task_key, level, state, attempt, claims, mined_block FROM escalations WHERE state < 2 AND not_before <= $1)
        SELECT e.task_key, e.level, e.state, e.attempt, e.claims, e.mined_block FROM e
        WHERE (SELECT t.phase = 2 AND t.escalating_to = e.level AND b.phase = 2 FROM tasks t JOIN batches b ON b.batch_key = t.batch_key WHERE t.task_key = e.task_key)
        ORDER BY e.task_key LIMIT 256
        """,
        ReadRow, transaction.NowMillis)));

    /// <summary>Tasks with further seats whose second seed a reorganisation took back, while it can still matter.</summary>
    internal IReadOnlyList<OpenEscalation> Unpinned() => _ledger.Read(transaction => Load(transaction, transaction.Query(
        """
        SELECT e.task_key, e.level, e.state, e.attempt, e.claims, e.mined_block FROM escalations e
        WHERE e.seed_lost = 1 AND e.state = 2 AND (SELECT t.phase IN (2, 3) FROM tasks t WHERE t.task_key = e.task_key) ORDER BY e.task_key, e.level
        """,
        ReadRow)));

    internal BatchRow Batch(long batchKey) => _ledger.Read(transaction => DispatchStore.FindBatch(transaction, batchKey)!); // A foreign key.

    /// <summary>Writes down what is sent; from here on it may be on chain.</summary>
    internal OpenEscalation Send(OpenEscalation open, int claims) => _ledger.Write("send escalation", transaction =>
    {
        transaction.Execute(
            "UPDATE escalations SET state = 1, claims = $3 WHERE task_key = $1 AND level = $2 AND state = 0", open.Task.TaskKey, (long)open.Level, (long)claims);
        transaction.Record("escalation sent", open.TaskId.ToArray(), $"to {open.Level} seats with claims {claims}");
        return open with { State = EscalationState.Sent, Claims = claims };
    });

    internal void MarkMined(OpenEscalation open, ulong block) => _ledger.Write("escalation mined", transaction =>
        transaction.Execute("UPDATE escalations SET mined_block = $3 WHERE task_key = $1 AND level = $2 AND state = 1", open.Task.TaskKey, (long)open.Level, block));

    /// <summary>What was sent is not on chain and never will be under its key: it is decided anew.</summary>
    internal void Retry(OpenEscalation open, long notBefore, string why) => _ledger.Write("retry escalation", transaction =>
    {
        transaction.Execute(
            "UPDATE escalations SET state = 0, attempt = attempt + 1, mined_block = NULL, not_before = $3, error = $4 WHERE task_key = $1 AND level = $2 AND state = 1",
            open.Task.TaskKey, (long)open.Level, notBefore, why);
        transaction.Record("escalation not taken", open.TaskId.ToArray(), why);
    });

    /// <summary>Waits until an instant, unix milliseconds.</summary>
    internal void Defer(OpenEscalation open, long until, string why) => _ledger.Write("defer escalation", transaction =>
        transaction.Execute("UPDATE escalations SET not_before = $3, error = $4 WHERE task_key = $1 AND level = $2", open.Task.TaskKey, (long)open.Level, until, why));

    /// <summary>There will be no further seats: the task ends by what the seats there are agree on, or void. False if it has ended already.</summary>
    internal bool End(OpenEscalation open, string reason, bool isExempt) => _ledger.Write("end escalation", transaction =>
    {
        bool ended = AgreementStore.Conclude(transaction, open.Task.TaskKey, reason, isExempt, _domain);
        transaction.Execute(
            "UPDATE escalations SET state = CASE state WHEN 0 THEN 3 ELSE state END, not_before = $3, error = $2 WHERE task_key = $1 AND state < 2",
            open.Task.TaskKey, reason, long.MaxValue);
        return ended;
    });

    /// <summary>Seats the further devices: from now on they can lease their seats.</summary>
    internal bool Seat(OpenEscalation open, Hash256 seedBlockHash, ImmutableArray<SeatPlan> plan, TimeSpan commitWindow) => _ledger.Write("seat further", transaction =>
    {
        if (transaction.First(TaskRow.Select + "WHERE t.task_key = $1 FOR UPDATE OF t", TaskRow.Read, open.Task.TaskKey) is not { Phase: TaskPhase.Seated } task
            || task.EscalatingTo != open.Level)
        {
            return false;
        }


        ulong now = (ulong)(transaction.NowMillis / 1000);
        ulong deadline = Dispatch.CommitDeadline(now, commitWindow, task.Task.Deadline);
        DispatchStore.Insert(transaction, plan.Where(seat => seat.Seat >= task.Level).Select(seat => (task.TaskKey, seat, deadline)));

        // When the earlier seats' reveal opened stands with the task only until theirs does.
        transaction.Execute("INSERT INTO events (at, kind, subject, detail) SELECT h.at, h.kind, h.subject, h.detail FROM reveal_openings h WHERE h.task_key = $1", task.TaskKey);
        transaction.Execute(
            """
            UPDATE tasks SET level = $2, escalating_to = NULL, seated_at = $3, commit_deadline = $4, reveal_opened_at = NULL, reveal_deadline = NULL WHERE task_key = $1
            """,
            task.TaskKey, (long)open.Level, (long)now * 1000, (long)deadline * 1000);
        transaction.Execute(
            "UPDATE escalations SET state = 2, seed_block_hash = $3, error = NULL WHERE task_key = $1 AND level = $2", task.TaskKey, (long)open.Level, seedBlockHash);
        transaction.Record("further seats drawn", open.TaskId.ToArray(), $"{open.Level} seats, commit deadline {deadline}");
        return true;
    });

    /// <summary>Holds a task's further seats against what the chain says of its escalation, after a reorganisation.</summary>
    internal void Reconcile(Hash256 taskId, OnChainEscalation found) => _ledger.Write("reconcile escalation", transaction => Reconcile(transaction, taskId, found));

    /// <summary>The same within a transaction. Seats of another seed are nobody's any more: the work waits for another batch.</summary>
    internal static void Reconcile(LedgerTransaction transaction, Hash256 taskId, OnChainEscalation found)
    {
        if (transaction.First(TaskRow.Select + "WHERE t.task_id = $1", TaskRow.Read, taskId) is not { Phase: TaskPhase.Seated or TaskPhase.Agreed } task || task.Level == SeatDraw.Seats)
        {
            return;
        }

        List<(int Level, Hash256? Seed)> drawn = transaction.Query(
            "SELECT level, seed_block_hash FROM escalations WHERE task_key = $1 AND state = 2", row => ((int)row.GetInt64(0), row.HashOrNull(1)), task.TaskKey);
        bool isPinned = found.SeedBlockHash != Hash256.Zero;
        if (drawn.Any(one => found.Level < one.Level || (isPinned && one.Seed != found.SeedBlockHash)))
        {
            transaction.Execute("UPDATE escalations SET state = 3, seed_lost = 0, error = $2 WHERE task_key = $1", task.TaskKey, TakenBack);
            transaction.Execute(
                "UPDATE settlements SET state = 2, error = $2 WHERE state < 2 AND settlement_key IN (SELECT settlement_key FROM settlement_tasks WHERE task_key = $1)", task.TaskKey, TakenBack);
            DispatchStore.Requeue(transaction, task, TakenBack);
            OpenSeats.Close(transaction, task.TaskKey);
            Settling.SettlementStore.CloseBatchIfDone(transaction, task.BatchKey);
            return;
        }

        transaction.Execute("UPDATE escalations SET seed_lost = $2 WHERE task_key = $1 AND state = 2", task.TaskKey, !isPinned);
    }

    private static Row ReadRow(System.Data.Common.DbDataReader row) => new(
        row.GetInt64(0), (int)row.GetInt64(1), (EscalationState)row.GetInt64(2), (int)row.GetInt64(3), (int)row.GetInt64(4), row.IsDBNull(5) ? null : row.Unsigned(5));

    private List<OpenEscalation> Load(LedgerTransaction transaction, List<Row> rows)
    {
        var trees = new BatchTrees(transaction);
        return rows.ConvertAll(row =>
        {
            TaskRow task = transaction.First(TaskRow.Select + "WHERE t.task_key = $1", TaskRow.Read, row.TaskKey)!; // A foreign key.
            return new OpenEscalation(
                task, row.Level, row.State, row.Attempt, row.Claims, row.MinedBlock, DispatchStore.SeatSecret(transaction, row.TaskKey), DispatchStore.Opening(transaction, row.TaskKey), trees.Of(task.BatchKey),
                [.. transaction.Query("SELECT slot FROM seats WHERE task_key = $1 ORDER BY seat", one => (int)one.GetInt64(0), row.TaskKey)],
                AgreementStore.Revealed(transaction, row.TaskKey, _domain));
        });
    }

    private sealed record Row(long TaskKey, int Level, EscalationState State, int Attempt, int Claims, ulong? MinedBlock);
}
