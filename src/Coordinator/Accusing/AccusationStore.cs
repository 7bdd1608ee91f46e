using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Coordinator.Agreeing;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Ledger;
using Ait.Protocol;

namespace Ait.Coordinator.Accusing;

/// <summary>Canaries and whom they caught, in the ledger. Until a canary has ended, nothing here tells it from another task.</summary>
internal sealed class AccusationStore
{
    private const int Most = 256;

    // Canaries k whose task t has ended on chain and can still be accused of: its draw is known until its deadline. A seat that committed may reveal late.
    private const string Ended =
        """
        FROM canaries k JOIN tasks t ON t.task_key = k.task_key JOIN batches b ON b.batch_key = t.batch_key
        WHERE t.phase IN (4, 5) AND b.phase IN (2, 3) AND t.task_id IS NOT NULL AND t.deadline >= $1
          AND (t.reveal_deadline < $1 * 1000 OR NOT EXISTS (
            SELECT 1 FROM commitments c WHERE c.task_key = t.task_key AND NOT EXISTS (SELECT 1 FROM reveals r WHERE r.task_key = c.task_key AND r.seat = c.seat)))

        """;

    private readonly LedgerDatabase _ledger;
    private readonly NetworkDomain _domain;

    public AccusationStore(LedgerDatabase ledger, NetworkDomain domain)
    {
        _ledger = ledger;
        _domain = domain;
    }

    /// <summary>Whether canaries have ended that nobody has looked at.</summary>
    internal bool IsAnyEnded() => _ledger.Read(transaction => Unjudged(transaction, 1).Count > 0);

    /// <summary>Decides whom to slash for the canaries that have ended.</summary>
    internal void Judge() => _ledger.Write("judge canaries", transaction =>
    {
        var trees = new BatchTrees(transaction);
        foreach (long taskKey in Unjudged(transaction, Most))
        {
            FailedCanary canary = Load(transaction, trees, taskKey);
            foreach (RevealedSeat seat in canary.Wrong)
            {
                transaction.Execute(
                    "INSERT INTO accusations (task_key, seat, state, decided_at) VALUES ($1, $2, 0, $3) ON CONFLICT DO NOTHING", taskKey, (long)seat.Seat, transaction.NowMillis);
                transaction.Record("canary failed", canary.TaskId.ToArray(), $"seat {seat.Seat}: {seat.Attestation.Statement.ResultHash}, not {canary.Answer.Result}");
            }

            transaction.Execute("UPDATE canaries SET judged_at = $2 WHERE task_key = $1", taskKey, transaction.NowMillis);
        }
    });

    /// <summary>Those to be sent or looked after now; none of a batch that a reorganisation took away.</summary>
    internal IReadOnlyList<OpenAccusation> Open() => _ledger.Read(transaction =>
    {
        var trees = new BatchTrees(transaction);
        Dictionary<long, FailedCanary> canaries = [];
        return transaction.Query(
            """
            SELECT a.task_key, a.seat, a.state, a.attempt FROM accusations a JOIN tasks t ON t.task_key = a.task_key JOIN batches b ON b.batch_key = t.batch_key
            WHERE a.state < 2 AND a.not_before <= $1 AND b.phase IN (2, 3) AND t.task_id IS NOT NULL ORDER BY a.task_key, a.seat LIMIT $2
            """,
            row => (TaskKey: row.GetInt64(0), Seat: (byte)row.GetInt64(1), State: (AccusationState)row.GetInt64(2), Attempt: (int)row.GetInt64(3)),
            transaction.NowMillis, (long)Most).ConvertAll(row =>
            {
                if (!canaries.TryGetValue(row.TaskKey, out FailedCanary? canary))
                {
                    canary = Load(transaction, trees, row.TaskKey);
                    canaries.Add(row.TaskKey, canary);
                }

                return new OpenAccusation(canary, canary.Revealed.First(seat => seat.Seat == row.Seat), row.State, row.Attempt);
            });
    });

    /// <summary>A canary that has ended and that a seat failed; null for any other task, whatever it is.</summary>
    internal FailedCanary? Find(Hash256 taskId) => _ledger.Read(transaction =>
        transaction.First($"SELECT k.task_key {Ended} AND t.task_id = $2", row => new Key(row.GetInt64(0)), Now(transaction), taskId) is { } found
        && Load(transaction, new BatchTrees(transaction), found.TaskKey) is { } canary && canary.Wrong.Any()
            ? canary
            : null);

    internal void MarkMined(OpenAccusation open, ulong block) => _ledger.Write("accusation mined", transaction =>
    {
        if (Update(transaction, open, "state = 1, not_before = $3", Later(transaction)) == 1)
        {
            transaction.Record("slashed", open.Canary.TaskId.ToArray(), $"the operator of seat {open.Accused.Seat} for the canary's answer, block {block}");
        }
    });

    /// <summary>What was mined is gone: it is sent again under another key.</summary>
    internal void Retry(OpenAccusation open) => _ledger.Write("retry accusation", transaction => Update(transaction, open, "state = 0, attempt = attempt + 1"));

    /// <summary>Looks at it again later.</summary>
    internal void Defer(OpenAccusation open, string? why) => _ledger.Write("defer accusation", transaction =>
        Update(transaction, open, "not_before = $3, error = $4", Later(transaction), why));

    /// <summary>The task's deadline has passed.</summary>
    internal void End(OpenAccusation open, bool slashed) => _ledger.Write("end accusation", transaction =>
        Update(transaction, open, "state = $3", slashed ? AccusationState.Slashed : AccusationState.Missed));

    private static List<long> Unjudged(LedgerTransaction transaction, int most) => transaction.Query(
        $"SELECT k.task_key {Ended} AND k.judged_at IS NULL ORDER BY k.task_key LIMIT $2", row => row.GetInt64(0), Now(transaction), (long)most);

    private static long Now(LedgerTransaction transaction) => transaction.NowMillis / 1000;

    private static long Later(LedgerTransaction transaction) => transaction.NowMillis + (long)Accusation.Patience.TotalMilliseconds;

    private static int Update(LedgerTransaction transaction, OpenAccusation open, string change, params object?[] values) => transaction.Execute(
        $"UPDATE accusations SET {change} WHERE task_key = $1 AND seat = $2 AND state < 2", [open.Canary.Task.TaskKey, (long)open.Accused.Seat, .. values]);

    private FailedCanary Load(LedgerTransaction transaction, BatchTrees trees, long taskKey)
    {
        TaskRow task = transaction.First(TaskRow.Select + "WHERE t.task_key = $1", TaskRow.Read, taskKey)!; // A foreign key.
        (Hash256 escalationSecret, CanaryAnswer answer) = transaction.Query(
            "SELECT x.escalation_secret, k.answer, x.answer_salt FROM canaries k JOIN secrets x ON x.task_key = k.task_key WHERE k.task_key = $1",
            row => (row.Hash(0), new CanaryAnswer(row.Hash(1), row.Hash(2))), taskKey)[0]; // Written with the task.
        return new FailedCanary(task, escalationSecret, answer, trees.Of(task.BatchKey), AgreementStore.Revealed(transaction, taskKey, _domain));
    }

    private sealed record Key(long TaskKey);
}
