using System.Collections.Immutable;
using System.Globalization;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Dispatching;

/// <summary>Queue, batches, seats and leases in the ledger.</summary>
internal sealed partial class DispatchStore
{
    /// <summary>How often an entry whose batch died before it settled goes back to the queue.</summary>
    internal const int MaxAttempts = 20;

    private const string CommitmentTakenBack = "its commitment was taken back by a chain reorganisation";
    private const string SeedReplaced = "its seed was replaced by a chain reorganisation";

    private readonly LedgerDatabase _ledger;
    private readonly LeaseMarks _marks = new();
    private readonly LetterTasks _letters = new();

    public DispatchStore(LedgerDatabase ledger) => _ledger = ledger;

    /// <summary>Queues subsidised workloads, canaries with their answers; one that is already queued, running or settled stays as it is.</summary>
    internal int Enqueue(IReadOnlyList<(Workload Workload, ComputeUnits ComputeUnits)> workloads, IReadOnlyList<Hash256?>? answers = null) => _ledger.Write("enqueue", transaction =>
    {
        var rows = new RowSet(
            ("workload_hash", RowKind.Bytes), ("encoding", RowKind.Bytes), ("workload_type", RowKind.Number), ("compute_units", RowKind.Number), ("answer", RowKind.Bytes));
        foreach (((Workload workload, ComputeUnits units), int index) in workloads.Select((one, index) => (one, index)))
        {
            rows.Add(workload.Hash, workload.ToBytes(), workload.Type, units.Micro, answers?[index]);
        }

        transaction.Execute(
            """
            INSERT INTO workloads (workload_hash, encoding, workload_type, determinism_class, compute_units, added_at)
            SELECT v.workload_hash, v.encoding, v.workload_type, $1, v.compute_units, $2 FROM {rows} WHERE true ON CONFLICT DO NOTHING
            """,
            rows, DeterminismClass.X8v0, transaction.NowMillis);
        List<Hash256> queued = transaction.Query(
            """
            INSERT INTO queue (workload_hash, redeemer, state, queued_at, answer) SELECT v.workload_hash, $1, 0, $2, v.answer FROM {rows}
            WHERE NOT EXISTS (SELECT 1 FROM queue q WHERE q.workload_hash = v.workload_hash AND q.redeemer = $1 AND q.state < 3)
            ON CONFLICT DO NOTHING RETURNING workload_hash
            """,
            rows, row => row.Hash(0), Address.Zero, transaction.NowMillis);
        transaction.Record("queued", queued.Select(hash => ((byte[]?)hash.ToArray(), "subsidised")));
        return queued.Count;
    });

    internal static void AddWorkload(LedgerTransaction transaction, Workload workload, ComputeUnits units) => transaction.Execute(
        """
        INSERT INTO workloads (workload_hash, encoding, workload_type, determinism_class, compute_units, added_at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
        """,
        workload.Hash, workload.ToBytes(), workload.Type, DeterminismClass.X8v0, units.Micro, transaction.NowMillis);

    internal static void Enqueue(LedgerTransaction transaction, Hash256 workloadHash, Address redeemer)
    {
        transaction.Execute(
            "INSERT INTO queue (workload_hash, redeemer, state, queued_at) VALUES ($1, $2, 0, $3)", workloadHash, redeemer, transaction.NowMillis);
        transaction.Record("queued", workloadHash.ToArray(), redeemer == Address.Zero ? "subsidised" : $"redeemer {redeemer}");
    }

    internal int CountWaiting() => (int)_ledger.Read(transaction => transaction.Number("SELECT count(*) FROM queue WHERE state = 0"));

    /// <summary>Micro-CU of the longest waiting entry that nobody redeemed for; null if there is none.</summary>
    internal ulong? NextSubsidised() => _ledger.Read(transaction => Waiting(transaction, "AND q.redeemer = $2", 1, Address.Zero).FirstOrDefault()?.ComputeUnits.Micro);

    /// <summary>Micro-CU of a batch that nobody redeemed for.</summary>
    internal ulong SubsidisedUnits(long batchKey) => (ulong)_ledger.Read(transaction => transaction.Number(
        "SELECT CAST(coalesce(sum(compute_units), 0) AS BIGINT) FROM tasks WHERE batch_key = $1 AND redeemer = $2", batchKey, Address.Zero));

    /// <summary>Fixes the next batch with its secrets; null if nothing waits that may run now. Nothing is on chain yet.</summary>
    /// <param name="most">Tasks at most.</param>
    /// <param name="subsidisedMost">Micro-CU at most of tasks that nobody redeemed for.</param>
    /// <param name="deadline">Of every task, unix seconds.</param>
    /// <param name="freshSecret">A secret that was never used.</param>
    internal BatchRow? Seal(int most, ulong subsidisedMost, ulong deadline, Func<Hash256> freshSecret) => _ledger.Write("seal", transaction =>
    {
        IReadOnlyList<QueueEntry> entries = Dispatch.Choose(
            Waiting(transaction, "", most), () => Waiting(transaction, "AND q.redeemer <> $2", most, Address.Zero), most, subsidisedMost);
        if (entries.Count == 0)
        {
            return null;
        }

        BatchPlan plan = Dispatch.Seal(entries, deadline, freshSecret);
        Hash256 root = plan.Tree.Root;
        transaction.Execute(
            "INSERT INTO batches (root, task_count, compute_units, latest_deadline, phase, sealed_at) VALUES ($1, $2, $3, $4, 0, $5)",
            root, plan.Tasks.Length, plan.ComputeUnits.Micro, deadline, transaction.NowMillis);
        long batchKey = transaction.LastKey();
        Insert(transaction, batchKey, plan);
        transaction.Record("batch sealed", root.ToArray(), $"{plan.Tasks.Length} tasks, {plan.ComputeUnits}");
        return FindBatch(transaction, batchKey);
    });

    internal IReadOnlyList<BatchRow> Batches(BatchPhase phase) => _ledger.Read(transaction =>
        transaction.Query(BatchRow.Select + "WHERE phase = $1 ORDER BY batch_key", BatchRow.Read, phase));

    /// <summary>Seeded batches with tasks that have no seats yet.</summary>
    internal IReadOnlyList<BatchRow> BatchesToDraw() => _ledger.Read(transaction => transaction.Query(
        BatchRow.Select + "WHERE phase = 2 AND EXISTS (SELECT 1 FROM tasks t WHERE t.batch_key = batches.batch_key AND t.phase = 1) ORDER BY batch_key",
        BatchRow.Read));

    /// <summary>Holds a batch against what the chain says of its id, after a reorganisation.</summary>
    internal void Reconcile(long batchKey, OnChainBatch? found) => _ledger.Write("reconcile batch", transaction =>
    {
        if (FindBatch(transaction, batchKey) is BatchRow batch)
        {
            Reconcile(transaction, batch, found);
        }
    });

    /// <summary>The same for the batch that has an id here, if there is one.</summary>
    internal static void Reconcile(LedgerTransaction transaction, ulong batchId, OnChainBatch? found)
    {
        if (transaction.First(BatchRow.Select + "WHERE batch_id = $1", BatchRow.Read, batchId) is BatchRow batch)
        {
            Reconcile(transaction, batch, found);
        }
    }

    /// <summary>Notes that a sealed batch is on chain. Says so again without effect.</summary>
    internal void Commit(long batchKey, OnChainBatch found, Hash256 commitTransaction, NetworkDomain domain) => _ledger.Write("commit batch", transaction =>
    {
        BatchRow? batch = FindBatch(transaction, batchKey);
        if (batch is not { Phase: BatchPhase.Sealed } || !FreeId(transaction, found))
        {
            return;
        }

        transaction.Execute(
            """
            UPDATE batches SET phase = 1, batch_id = $2, commit_tx = $3, commit_block = $4, seed_block = $5, roster_length = $6, mint_rate = $7
            WHERE batch_key = $1
            """,
            batchKey, found.BatchId, commitTransaction, found.CommitBlock, found.SeedBlock, (long)found.RosterLength, found.MintRate.ToString(CultureInfo.InvariantCulture));
        var ids = new RowSet(("task_key", RowKind.Number), ("task_id", RowKind.Bytes));
        foreach (TaskRow task in Tasks(transaction, batchKey))
        {
            ids.Add(task.TaskKey, domain.TaskId(found.BatchId, task.Task.Index));
        }

        transaction.Execute("UPDATE tasks SET phase = 1, task_id = v.task_id FROM {rows} WHERE tasks.task_key = v.task_key", ids);
        transaction.Record("batch committed", batch.Root.ToArray(), $"batch {found.BatchId}, seed block {found.SeedBlock}, roster {found.RosterLength}");
    });

    /// <summary>Notes the seed of a committed batch.</summary>
    internal void Seed(long batchKey, Hash256 seedBlockHash, ulong seedTime) => _ledger.Write("seed batch", transaction =>
    {
        if (FindBatch(transaction, batchKey) is not { Phase: BatchPhase.Committed } batch)
        {
            return;
        }

        if (batch.SeedBlockHash is Hash256 drawn && drawn != seedBlockHash)
        {
            Void(transaction, batch, SeedReplaced);
            return;
        }

        transaction.Execute("UPDATE batches SET phase = 2, seed_block_hash = $2, seed_time = $3 WHERE batch_key = $1", batchKey, seedBlockHash, seedTime);
        transaction.Record("seed pinned", seedBlockHash.ToArray(), $"batch key {batchKey}");
    });

    internal IReadOnlyList<(TaskRow Task, Hash256 SeatSecret)> Undrawn(long batchKey) => _ledger.Read(transaction =>
    {
        Dictionary<long, Hash256> secrets = transaction
            .Query("SELECT x.task_key, x.seat_secret FROM secrets x JOIN tasks t ON t.task_key = x.task_key WHERE t.batch_key = $1", row => (row.GetInt64(0), row.Hash(1)), batchKey)
            .ToDictionary();
        return Tasks(transaction, batchKey)
            .Where(task => task.Phase == TaskPhase.Committed)
            .Select(task => (task, secrets.TryGetValue(task.TaskKey, out Hash256 secret) ? secret : throw MissingSecrets(task.TaskKey)))
            .ToList();
    });

    /// <summary>Seats tasks: from now on their devices can lease their seats.</summary>
    internal void Seat(IReadOnlyList<(long TaskKey, ImmutableArray<SeatPlan> Seats, bool IsAudited)> drawn, TimeSpan commitWindow) =>
        _ledger.Grew("open_seats", _ledger.Write("seat tasks", transaction => Seat(transaction, drawn, commitWindow)));

    private static int Seat(LedgerTransaction transaction, IReadOnlyList<(long TaskKey, ImmutableArray<SeatPlan> Seats, bool IsAudited)> drawn, TimeSpan commitWindow)
    {
        Dictionary<long, TaskRow> tasks = transaction
            .Query(TaskRow.Select + "JOIN {rows} ON v.task_key = t.task_key", RowSet.Of("task_key", RowKind.Number, drawn.Select(item => item.TaskKey)), TaskRow.Read)
            .Where(task => task.Phase == TaskPhase.Committed)
            .ToDictionary(task => task.TaskKey);
        ulong now = (ulong)(transaction.NowMillis / 1000);
        List<(long, SeatPlan, ulong)> seats = [];
        var deadlines = new RowSet(("task_key", RowKind.Number), ("commit_deadline", RowKind.Number), ("audited", RowKind.Number));
        List<(byte[]?, string)> records = [];
        foreach ((TaskRow task, ImmutableArray<SeatPlan> plan, bool isAudited) in drawn.Where(item => tasks.ContainsKey(item.TaskKey)).Select(item => (tasks[item.TaskKey], item.Seats, item.IsAudited)))
        {
            ulong deadline = Dispatch.CommitDeadline(now, commitWindow, task.Task.Deadline);
            deadlines.Add(task.TaskKey, (long)deadline * 1000, isAudited ? 1L : 0L);
            records.Add((task.TaskId?.ToArray(), $"commit deadline {deadline}{(isAudited ? ", audited" : string.Empty)}"));
            seats.AddRange(plan.Select(seat => (task.TaskKey, seat, deadline)));
        }

        Insert(transaction, seats);
        transaction.Execute(
            "UPDATE tasks SET phase = 2, seated_at = $1, commit_deadline = v.commit_deadline, audited = v.audited FROM {rows} WHERE tasks.task_key = v.task_key", deadlines, (long)now * 1000);
        transaction.Record("seats drawn", records);
        return seats.Count;
    }

    /// <summary>Gives up a batch that cannot be settled; its entries wait for another.</summary>
    internal void VoidBatch(long batchKey, string reason) => _ledger.Write("void batch", transaction =>
    {
        if (FindBatch(transaction, batchKey) is not { Phase: BatchPhase.Sealed or BatchPhase.Committed } batch)
        {
            return;
        }

        Void(transaction, batch, reason);
    });

    /// <summary>Gives up a task that could not be seated; its entry waits for another batch.</summary>
    internal void VoidUnseatable(long taskKey, string reason) => _ledger.Write("void unseatable", transaction =>
    {
        if (transaction.First(TaskRow.Select + "WHERE t.task_key = $1", TaskRow.Read, taskKey) is { Phase: TaskPhase.Committed } task)
        {
            Requeue(transaction, task, reason);
            transaction.Execute(
                "UPDATE batches SET phase = 3 WHERE batch_key = $1 AND phase = 2 AND NOT EXISTS (SELECT 1 FROM tasks WHERE batch_key = $1 AND phase < 4)",
                task.BatchKey);
        }
    });

    /// <summary>What the seat secret is made of: it is shown once the task has escalated.</summary>
    internal static SeatSecretOpening Opening(LedgerTransaction transaction, long taskKey) =>
        transaction.First(
            "SELECT k.answer, x.answer_salt, x.escalation_secret FROM secrets x LEFT JOIN canaries k ON k.task_key = x.task_key WHERE x.task_key = $1",
            row => new SeatSecretOpening(Dispatch.AnswerCommitment(row.HashOrNull(0), row.Hash(1)), row.Hash(2)), taskKey)
        ?? throw MissingSecrets(taskKey);

    internal static Hash256 SeatSecret(LedgerTransaction transaction, long taskKey) => new(
        transaction.First("SELECT seat_secret FROM secrets WHERE task_key = $1", row => row.Bytes(0), taskKey)
        ?? throw MissingSecrets(taskKey));

    internal static IReadOnlyList<TaskRow> Tasks(LedgerTransaction transaction, long batchKey) =>
        transaction.Query(TaskRow.Select + "WHERE t.batch_key = $1 ORDER BY t.task_index", TaskRow.Read, batchKey);

    internal static BatchRow? FindBatch(LedgerTransaction transaction, long batchKey) =>
        transaction.First(BatchRow.Select + "WHERE batch_key = $1", BatchRow.Read, batchKey);

    private static void Reconcile(LedgerTransaction transaction, BatchRow batch, OnChainBatch? found)
    {
        if (batch.Phase is not (BatchPhase.Committed or BatchPhase.Seeded))
        {
            return;
        }

        if (found?.Root != batch.Root || found.CommitBlock != batch.CommitBlock)
        {
            Void(transaction, batch, CommitmentTakenBack);
        }
        else if (found.SeedBlockHash == Hash256.Zero)
        {
            transaction.Execute("UPDATE batches SET phase = 1 WHERE batch_key = $1", batch.BatchKey); // The seats stay if the same seed is pinned again.
        }
        else if (batch.SeedBlockHash is Hash256 drawn && drawn != found.SeedBlockHash)
        {
            Void(transaction, batch, SeedReplaced);
        }
    }

    /// <summary>The chain gives the id of a batch that a reorganisation took back to another: the earlier one loses it. False as long as that is being undone.</summary>
    private static bool FreeId(LedgerTransaction transaction, OnChainBatch found)
    {
        if (transaction.First(BatchRow.Select + "WHERE batch_id = $1", BatchRow.Read, found.BatchId) is not BatchRow earlier)
        {
            return true;
        }

        if (transaction.Exists("SELECT 1 FROM tasks WHERE batch_key = $1 AND phase = 4", earlier.BatchKey))
        {
            return false;
        }

        Reconcile(transaction, earlier, found);
        transaction.Execute("UPDATE tasks SET task_id = NULL WHERE batch_key = $1", earlier.BatchKey);
        transaction.Execute("UPDATE batches SET batch_id = NULL WHERE batch_key = $1", earlier.BatchKey);
        return true;
    }

    private static void Void(LedgerTransaction transaction, BatchRow batch, string reason)
    {
        transaction.Execute("UPDATE batches SET phase = 4, void_reason = $2 WHERE batch_key = $1", batch.BatchKey, reason);
        transaction.Execute("UPDATE settlements SET state = 2, error = $2 WHERE batch_key = $1 AND state < 2", batch.BatchKey, reason);
        foreach (TaskRow task in Tasks(transaction, batch.BatchKey).Where(task => task.Phase < TaskPhase.Settled))
        {
            Requeue(transaction, task, reason);
            OpenSeats.Close(transaction, task.TaskKey);
        }

        transaction.Record("batch void", batch.Root.ToArray(), reason);
    }

    /// <summary>Ends a task whose entry waits for another batch.</summary>
    internal static void Requeue(LedgerTransaction transaction, TaskRow task, string reason)
    {
        transaction.Execute("UPDATE tasks SET phase = 5, escalating_to = NULL, void_reason = $2 WHERE task_key = $1", task.TaskKey, reason);
        transaction.Execute(
            "UPDATE queue SET attempts = attempts + 1, state = CASE WHEN attempts + 1 >= $2 THEN 3 ELSE 0 END WHERE entry_key = $1",
            task.EntryKey, MaxAttempts);
        transaction.Record("task void", task.TaskId?.ToArray(), reason);
    }

    /// <summary>Writes down who sits where. The seats are open; until when they take a commitment is in unix seconds.</summary>
    internal static void Insert(LedgerTransaction transaction, IEnumerable<(long TaskKey, SeatPlan Seat, ulong CommitDeadline)> seats)
    {
        var rows = new RowSet(
            ("task_key", RowKind.Number), ("seat", RowKind.Number), ("slot", RowKind.Number), ("gpu_id", RowKind.Bytes), ("operator", RowKind.Bytes), ("commit_deadline", RowKind.Number));
        foreach ((long taskKey, SeatPlan seat, ulong commitDeadline) in seats)
        {
            rows.Add(taskKey, (long)seat.Seat, (long)seat.Slot, seat.GpuId, seat.Operator, (long)commitDeadline * 1000);
        }

        transaction.Later("INSERT INTO seats (task_key, seat, slot, gpu_id, operator) SELECT v.task_key, v.seat, v.slot, v.gpu_id, v.operator FROM {rows}", rows);
        transaction.Later("INSERT INTO open_seats (gpu_id, task_key, seat, operator, commit_deadline) SELECT v.gpu_id, v.task_key, v.seat, v.operator, v.commit_deadline FROM {rows}", rows);
    }

    private static void Insert(LedgerTransaction transaction, long batchKey, BatchPlan plan)
    {
        var tasks = new RowSet(
            ("task_index", RowKind.Number), ("entry_key", RowKind.Number), ("workload_hash", RowKind.Bytes), ("workload_type", RowKind.Number),
            ("determinism_class", RowKind.Number), ("compute_units", RowKind.Number), ("deadline", RowKind.Number), ("redeemer", RowKind.Bytes),
            ("seat_secret_hash", RowKind.Bytes));
        foreach (PlannedTask planned in plan.Tasks)
        {
            MiningTask task = planned.Task;
            tasks.Add(
                (long)task.Index, planned.EntryKey, task.WorkloadHash, task.WorkloadType, task.DeterminismClass, task.ComputeUnits.Micro, task.Deadline,
                task.Redeemer, task.SeatSecretHash);
        }

        Dictionary<long, long> keys = transaction
            .Query(
                """
                INSERT INTO tasks (batch_key, task_index, entry_key, workload_hash, workload_type, determinism_class, compute_units, deadline,
                                   redeemer, seat_secret_hash, phase)
                SELECT $1, v.task_index, v.entry_key, v.workload_hash, v.workload_type, v.determinism_class, v.compute_units, v.deadline,
                       v.redeemer, v.seat_secret_hash, 0 FROM {rows}
                RETURNING task_index, task_key
                """,
                tasks, row => (row.GetInt64(0), row.GetInt64(1)), batchKey)
            .ToDictionary();
        var secrets = new RowSet(("task_key", RowKind.Number), ("seat_secret", RowKind.Bytes), ("escalation_secret", RowKind.Bytes), ("answer_salt", RowKind.Bytes));
        foreach (PlannedTask planned in plan.Tasks)
        {
            secrets.Add(keys[planned.Task.Index], planned.SeatSecret, planned.EscalationSecret, planned.AnswerSalt);
        }

        transaction.Execute(
            "INSERT INTO secrets (task_key, seat_secret, escalation_secret, answer_salt) SELECT v.task_key, v.seat_secret, v.escalation_secret, v.answer_salt FROM {rows}", secrets);
        var canaries = new RowSet(("task_key", RowKind.Number), ("answer", RowKind.Bytes));
        foreach (PlannedTask planned in plan.Tasks.Where(planned => planned.Answer is not null))
        {
            canaries.Add(keys[planned.Task.Index], planned.Answer);
        }

        transaction.Execute("INSERT INTO canaries (task_key, answer) SELECT v.task_key, v.answer FROM {rows}", canaries);
        transaction.Execute(
            "UPDATE queue SET state = 1 FROM {rows} WHERE queue.entry_key = v.entry_key", RowSet.Of("entry_key", RowKind.Number, plan.Tasks.Select(planned => planned.EntryKey)));
    }

    /// <summary>The longest waiting entries.</summary>
    private static List<QueueEntry> Waiting(LedgerTransaction transaction, string condition, params object?[] arguments) => transaction.Query(
        $"""
        SELECT q.entry_key, q.workload_hash, w.workload_type, w.determinism_class, w.compute_units, q.redeemer, q.answer
        FROM queue q JOIN workloads w ON w.workload_hash = q.workload_hash WHERE q.state = 0 {condition} ORDER BY q.entry_key LIMIT $1
        """,
        row => new QueueEntry(
            row.GetInt64(0), row.Hash(1), (WorkloadType)row.GetInt64(2), (DeterminismClass)row.GetInt64(3), new ComputeUnits(row.Unsigned(4)), row.Address(5), row.HashOrNull(6)),
        arguments);

    private static LedgerException MissingSecrets(long taskKey) => new($"The ledger has task {taskKey} without its secrets; restore it from a backup.");
}
