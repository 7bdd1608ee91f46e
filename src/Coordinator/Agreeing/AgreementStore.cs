using System.Collections.Immutable;
using Ait.Coordinator.Collecting;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Escalating;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Observing;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Agreeing;

/// <summary>Turns revealed results into agreements in the ledger; a task is decided while it is locked.</summary>
internal sealed class AgreementStore
{
    /// <summary>Most tasks that are decided in one transaction.</summary>
    internal const int MostAtOnce = 512;

    /// <summary>How old an opened reveal is before anybody looks whether all results are in: whoever takes the last one decides at once.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly LedgerDatabase _ledger;
    private readonly CollectionStore _collection;
    private readonly NetworkDomain _domain;
    private int _isDeciding;

    public AgreementStore(LedgerDatabase ledger, CollectionStore collection, NetworkDomain domain)
    {
        _ledger = ledger;
        _collection = collection;
        _domain = domain;
    }

    /// <summary>Seated tasks about which something may have to be decided now, at most so many. The plus keeps the index of all phases out of it.</summary>
    internal IReadOnlyList<long> Due(int most = int.MaxValue) => _ledger.Read(transaction => transaction.Query(
        $"""
        SELECT task_key FROM tasks t WHERE reveal_opened_at > 0 AND result_hash IS NULL AND void_reason IS NULL AND escalating_to IS NULL AND +phase = 2 AND (reveal_deadline < $1
            OR reveal_opened_at < $3 AND (SELECT count(*) FROM reveals r WHERE r.task_key = t.task_key AND r.seat >= {TaskRow.FirstOfRoundSql})
              = (SELECT count(*) FROM commitments c WHERE c.task_key = t.task_key AND c.seat >= {TaskRow.FirstOfRoundSql}))
        UNION ALL
        SELECT task_key FROM tasks WHERE commit_deadline < $1 AND reveal_opened_at IS NULL AND void_reason IS NULL AND escalating_to IS NULL AND +phase = 2
        LIMIT $2
        """,
        row => row.GetInt64(0),
        transaction.NowMillis, (long)most, transaction.NowMillis - (long)Grace.TotalMilliseconds));

    /// <summary>Decides one task and writes it down.</summary>
    internal AgreementDecision Decide(long taskKey) => Decide([taskKey]).Single().Decision;

    /// <summary>
    /// Decides the tasks whose last result came in through this process; how many have an agreement now. Any replica may. While one caller
    /// is at it the others go on: what comes in meanwhile is decided together.
    /// </summary>
    internal int DecideCompleted()
    {
        int agreed = 0;
        while (!_collection.Completed.IsEmpty && Interlocked.Exchange(ref _isDeciding, 1) == 0)
        {
            try
            {
                agreed += Decide(_collection.Completed.Take(MostAtOnce)).Count(item => item.Decision is AgreementDecision.Agreed);
            }
            finally
            {
                Volatile.Write(ref _isDeciding, 0);
            }
        }

        return agreed;
    }

    /// <summary>Decides tasks and writes it down, all in one transaction; tasks that there are not are left out.</summary>
    internal IReadOnlyList<(TaskRow Task, AgreementDecision Decision)> Decide(IReadOnlyList<long> taskKeys)
    {
        Dictionary<long, TaskResults> known = [];
        foreach (long taskKey in taskKeys)
        {
            if (_collection.Completed.RecallAll(taskKey) is { } results)
            {
                known[taskKey] = TaskResults.Of(results);
            }
        }

        List<(TaskRow Task, AgreementDecision Decision)> decisions = _ledger.Write("agree", transaction => Decide(transaction, taskKeys, known), WriteIsolation.RowLocks);
        Telemetry.Agreed(decisions.Count(item => item.Decision is AgreementDecision.Agreed));
        Telemetry.Audited(decisions.Count(item => item is { Task.IsAudited: true, Decision: AgreementDecision.Escalate { Level: SeatDraw.Seats + 2 } }));
        long[] toOpen = [.. decisions.Where(item => item.Decision is AgreementDecision.OpenReveal).Select(item => item.Task.TaskKey)];
        if (toOpen.Length > 0)
        {
            _collection.OpenRevealsIfDue(toOpen);
        }

        return decisions;
    }

    /// <summary>Decides tasks that it locks; of those that are known, what the ledger has of their seats is not asked for.</summary>
    private List<(TaskRow Task, AgreementDecision Decision)> Decide(LedgerTransaction transaction, IReadOnlyList<long> taskKeys, Dictionary<long, TaskResults> known)
    {
        var unknown = RowSet.Of("task_key", RowKind.Number, taskKeys.Where(taskKey => !known.ContainsKey(taskKey)));
        List<TaskRow> tasks = transaction.QueryLater(
            TaskRow.Select + "WHERE t.task_key IN (SELECT v.task_key FROM {rows}) ORDER BY t.task_key FOR UPDATE OF t", RowSet.Of("task_key", RowKind.Number, taskKeys), TaskRow.Read);
        List<StoredResult> stored = Results(transaction, unknown);
        List<(long, (int Committed, bool IsKeyWithheld))> counted = transaction.QueryLater(
            $$"""
            SELECT t.task_key, (SELECT count(*) FROM commitments c WHERE c.task_key = t.task_key AND c.seat >= {{TaskRow.FirstOfRoundSql}}),
              EXISTS (SELECT 1 FROM seat_keys k WHERE k.task_key = t.task_key AND k.envelope IS NULL) FROM tasks t WHERE t.task_key IN (SELECT v.task_key FROM {rows})
            """,
            unknown, row => (row.GetInt64(0), ((int)row.GetInt64(1), row.Flag(2))));
        transaction.Answer();
        if (tasks.Exists(task => task.Level != SeatDraw.Seats && known.ContainsKey(task.TaskKey)))
        {
            return Decide(transaction, taskKeys, []); // It has escalated since: there are more seats.
        }

        ILookup<long, StoredResult> results = stored.ToLookup(result => result.TaskKey);
        Dictionary<long, (int Committed, bool IsKeyWithheld)> seats = counted.ToDictionary();
        List<(TaskRow Task, AgreementDecision Decision)> decided = [];
        List<(TaskRow, Agreement, int)> agreed = [];
        foreach (TaskRow task in tasks)
        {
            TaskResults found = known.GetValueOrDefault(task.TaskKey) ?? new TaskResults(
                seats[task.TaskKey].Committed, results[task.TaskKey].Count(result => result.Seat >= task.FirstOfRound),
                [.. results[task.TaskKey].Where(result => result.IsPayable).OrderBy(result => result.Seat).Select(Verify)], seats[task.TaskKey].IsKeyWithheld);
            AgreementDecision decision = AgreementDecision.Decide(task, found.Committed, found.Revealed, found.Payable, found.IsKeyWithheld, transaction.NowMillis);
            decided.Add((task, decision));
            switch (decision)
            {
                case AgreementDecision.Agreed { Agreement: Agreement agreement }:
                    agreed.Add((task, agreement, Matching(found.Payable, agreement)));
                    break;
                case AgreementDecision.Escalate given:
                    EscalationStore.Open(transaction, task, given);
                    break;
                case AgreementDecision.Void given:
                    GiveUp(transaction, task, given.Reason);
                    break;
            }
        }

        Write(transaction, agreed);
        return decided;
    }

    /// <summary>The results of a task that the registry can take, re-earned from the bytes the ledger kept.</summary>
    internal static ImmutableArray<RevealedSeat> Revealed(LedgerTransaction transaction, long taskKey, NetworkDomain domain)
    {
        List<StoredResult> results = Results(transaction, RowSet.Of("task_key", RowKind.Number, [taskKey]));
        transaction.Answer();
        return [.. results.Where(stored => stored.IsPayable).OrderBy(stored => stored.Seat).Select(stored => stored.Verify(domain))];
    }

    /// <summary>Ends a task that is given no further seats: by what its seats agree on after all, else void. False if it has ended already.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="taskKey">The task.</param>
    /// <param name="reason">Why there are no further seats.</param>
    /// <param name="isExempt">Whether the contract asks for no further seat, though the task is audited.</param>
    /// <param name="domain">The network.</param>
    internal static bool Conclude(LedgerTransaction transaction, long taskKey, string reason, bool isExempt, NetworkDomain domain)
    {
        if (transaction.First(TaskRow.Select + "WHERE t.task_key = $1 FOR UPDATE OF t", TaskRow.Read, taskKey) is not { Phase: TaskPhase.Seated } task)
        {
            return false;
        }

        if (isExempt && task.IsAudited)
        {
            transaction.Execute("UPDATE tasks SET audited = 0 WHERE task_key = $1", taskKey);
            task = task with { IsAudited = false };
        }

        ImmutableArray<RevealedSeat> revealed = Revealed(transaction, taskKey, domain);
        if (AgreementDecision.Agree(task, revealed) is Agreement agreement)
        {
            Write(transaction, [(task, agreement, Matching(revealed, agreement))]);
        }
        else
        {
            GiveUp(transaction, task, reason);
        }

        return true;
    }

    /// <summary>Ends a task without a mint; the buyer's credit is untouched because nothing settled.</summary>
    internal static void GiveUp(LedgerTransaction transaction, TaskRow task, string reason)
    {
        transaction.Execute("UPDATE tasks SET phase = 5, escalating_to = NULL, void_reason = $2 WHERE task_key = $1", task.TaskKey, reason);
        transaction.Execute("UPDATE queue SET state = 3 WHERE entry_key = $1", task.EntryKey);
        OpenSeats.Close(transaction, task.TaskKey);
        transaction.Execute(
            """
            INSERT INTO seat_outcomes (task_key, seat, reason, detail)
            SELECT s.task_key, s.seat,
              CASE WHEN c.seat IS NULL AND k.seat IS NOT NULL AND k.envelope IS NULL THEN $6 WHEN c.seat IS NULL THEN $2 WHEN r.seat IS NULL THEN $3
                WHEN r.refused_bounds IS NOT NULL THEN $5 ELSE $4 END,
              'DurationOutOfBounds: the registry takes ' || r.refused_bounds
            FROM seats s LEFT JOIN commitments c ON c.task_key = s.task_key AND c.seat = s.seat
            LEFT JOIN reveals r ON r.task_key = s.task_key AND r.seat = s.seat
            LEFT JOIN seat_keys k ON k.task_key = s.task_key AND k.seat = s.seat
            WHERE s.task_key = $1 ON CONFLICT DO NOTHING
            """,
            task.TaskKey, UnpaidReason.Silent, UnpaidReason.NotRevealed, UnpaidReason.NoAgreement, UnpaidReason.ClaimRefused, UnpaidReason.KeyWithheld);
        transaction.Execute(
            """
            UPDATE batches SET phase = 3 WHERE batch_key = $1 AND phase = 2
              AND NOT EXISTS (SELECT 1 FROM tasks WHERE batch_key = $1 AND phase < 4)
            """,
            task.BatchKey);
        transaction.Record("task void", task.TaskId?.ToArray(), reason);
    }

    /// <summary>What was verified when it was revealed to this process need not be verified again, if the ledger has the same bytes.</summary>
    private RevealedSeat Verify(StoredResult stored) =>
        _collection.Completed.Recall(stored.TaskKey, stored.Seat) is WorkAttestation known && stored.Is(known) ? new RevealedSeat(stored.Seat, known) : stored.Verify(_domain);

    private static int Matching(ImmutableArray<RevealedSeat> revealed, Agreement agreement) => revealed
        .Where(seat => seat.Attestation.Statement.ResultHash == agreement.ResultHash)
        .Aggregate(0, (mask, seat) => mask | (1 << seat.Seat));

    private static List<StoredResult> Results(LedgerTransaction transaction, RowSet keys) => transaction.QueryLater(
        "SELECT r.task_key, r.seat, r.attestation, r.enclave_key, r.refused_bounds FROM reveals r WHERE r.task_key IN (SELECT v.task_key FROM {rows})",
        keys, row => new StoredResult(row.GetInt64(0), (byte)row.GetInt64(1), row.Bytes(2), row.Address(3), row.IsDBNull(4)));

    private static void Write(LedgerTransaction transaction, IReadOnlyCollection<(TaskRow Task, Agreement Agreement, int Matching)> agreed)
    {
        var rows = new RowSet(("task_key", RowKind.Number), ("result_hash", RowKind.Bytes), ("matching", RowKind.Number));
        foreach ((TaskRow task, Agreement agreement, int matching) in agreed)
        {
            rows.Add(task.TaskKey, agreement.ResultHash, (long)matching);
        }

        transaction.Later(
            "INSERT INTO agreements (task_key, result_hash, matching, decided_at) SELECT v.task_key, v.result_hash, v.matching, $1 FROM {rows}", rows, transaction.NowMillis);
        transaction.Later("UPDATE tasks SET phase = 3, escalating_to = NULL, result_hash = v.result_hash FROM {rows} WHERE tasks.task_key = v.task_key", rows);
    }
}

/// <summary>How far the seats of a task are that were drawn last, and the results of all of its seats that the registry can take.</summary>
internal sealed record TaskResults(int Committed, int Revealed, ImmutableArray<RevealedSeat> Payable, bool IsKeyWithheld)
{
    /// <summary>Of a task every seat of which has committed and revealed: none waits for a key.</summary>
    internal static TaskResults Of(ImmutableArray<VerifiedResult> all) =>
        new(all.Length, all.Length, [.. all.Where(result => result.IsPayable).Select(result => new RevealedSeat(result.Seat, result.Attestation))], IsKeyWithheld: false);
}

/// <summary>One seat's verified result.</summary>
internal sealed record RevealedSeat(byte Seat, WorkAttestation Attestation);
