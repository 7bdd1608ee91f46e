using System.Collections.Immutable;
using System.Data.Common;
using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Observing;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Collecting;

/// <summary>Commitments and reveals in the ledger. Judging and writing happen in one transaction.</summary>
internal sealed class CollectionStore
{
    private const int MostAtOnce = 32;

    // What a device asks after again and again costs one statement and none of the other seats' rows. Where the task says that there
    // can be no result or outcome yet, the key to look for is null, and nothing is looked up. The rows come first: SQLite keeps the order
    // of CROSS JOIN, where it would else begin with all seats that the device ever had.
    internal const string OwnSeats = SeatedTask.Select +
        $$"""
        , s.seat, s.gpu_id, s.operator, w.lease_holder, w.lease_deadline, c.commitment, substr(r.attestation, 65, 32), r.refused_bounds, o.paid_wei, o.reason, o.detail
        FROM {rows} CROSS JOIN seats s CROSS JOIN tasks t
        LEFT JOIN open_seats w ON w.gpu_id = s.gpu_id AND w.task_key = s.task_key
        LEFT JOIN commitments c ON c.task_key = s.task_key AND c.seat = s.seat
        LEFT JOIN reveals r ON r.task_key = CASE WHEN {{SeatedTask.MayHaveRevealsSql}} THEN s.task_key END AND r.seat = s.seat
        LEFT JOIN seat_outcomes o ON o.task_key = CASE WHEN t.phase > 2 THEN s.task_key END AND o.seat = s.seat
        WHERE s.task_key = v.task_key AND s.gpu_id = $1 AND t.task_key = s.task_key
        """;

    private const string CommittedSeats = SeatedTask.Select +
        $$"""
        , substr(r.attestation, 65, 32), r.refused_bounds
        FROM {rows} CROSS JOIN tasks t
        LEFT JOIN reveals r ON r.task_key = CASE WHEN {{SeatedTask.MayHaveRevealsSql}} THEN t.task_key END AND r.seat = v.seat
        WHERE t.task_key = v.task_key
        """;

    private readonly LedgerDatabase _ledger;
    private readonly NetworkDomain _domain;
    private readonly TimeSpan _revealWindow;
    private readonly WriteGroup<DeviceCommitments, ImmutableArray<SeatOutcome>> _commitments;
    private readonly WriteGroup<DeviceResults, ImmutableArray<SeatOutcome>> _results;

    public CollectionStore(LedgerDatabase ledger, NetworkDomain domain, CoordinatorOptions options)
    {
        _ledger = ledger;
        _domain = domain;
        _revealWindow = options.RevealWindow;
        _commitments = new WriteGroup<DeviceCommitments, ImmutableArray<SeatOutcome>>(Commit, MostAtOnce);
        _results = new WriteGroup<DeviceResults, ImmutableArray<SeatOutcome>>(Reveal, MostAtOnce);
    }

    /// <summary>Tasks that wait for no further result, to be decided.</summary>
    internal CompletedTasks Completed { get; } = new();

    internal SeatView? Find(Hash256 taskId, Hash256 gpuId) => Find([taskId], gpuId).GetValueOrDefault(taskId);

    /// <summary>The device's seats at these tasks, by task; tasks where it has none are left out.</summary>
    internal IReadOnlyDictionary<Hash256, SeatView> Find(IEnumerable<Hash256> taskIds, Hash256 gpuId)
    {
        Hash256[] ids = [.. taskIds.Distinct()];
        Dictionary<Hash256, SeatView> found = Look(ids, gpuId);
        Hash256[] missing = [.. ids.Where(taskId => !found.ContainsKey(taskId) && _ledger.TaskKeys.Find(taskId) is not null)];
        if (missing.Length > 0)
        {
            // Another task may have the id since a reorganisation.
            Array.ForEach(missing, _ledger.TaskKeys.Forget);
            foreach ((Hash256 taskId, SeatView seat) in Look(missing, gpuId))
            {
                found.Add(taskId, seat);
            }
        }

        return found;
    }

    private Dictionary<Hash256, SeatView> Look(Hash256[] taskIds, Hash256 gpuId)
    {
        Dictionary<Hash256, long> keys = _ledger.ReadOne(transaction => KeysOf(transaction, taskIds));
        List<SeatView> seats = LookAtCommitted(keys.Values, gpuId);
        RowSet others = RowSet.Of("task_key", RowKind.Number, keys.Values.Except(seats.Select(seat => seat.Task.TaskKey)));
        seats.AddRange(_ledger.ReadOne(transaction => transaction.Query(OwnSeats, others, ReadOwn, gpuId)));
        return seats.Where(seat => seat.Task.TaskId is Hash256 taskId && keys.ContainsKey(taskId)).ToDictionary(seat => seat.TaskId);
    }

    /// <summary>Those of a device's seats that are known to have committed and whose task has not ended: what is left to ask is how far the task is and what the seat has revealed.</summary>
    private List<SeatView> LookAtCommitted(IEnumerable<long> taskKeys, Hash256 gpuId)
    {
        Dictionary<long, CommittedSeat> committed = [];
        var rows = new RowSet(("task_key", RowKind.Number), ("seat", RowKind.Number));
        foreach (CommittedSeat seat in taskKeys.Select(taskKey => Completed.CommittedIn(taskKey, gpuId)).OfType<CommittedSeat>())
        {
            committed.Add(seat.TaskKey, seat);
            rows.Add(seat.TaskKey, (long)seat.Seat);
        }

        return
        [
            .. _ledger.ReadOne(transaction => transaction.Query(CommittedSeats, rows, row => (Task: SeatedTask.Read(row), Result: row.HashOrNull(SeatedTask.Columns), Bounds: row.TextOrNull(SeatedTask.Columns + 1))))
                .Where(row => row.Task.Phase == TaskPhase.Seated)
                .Select(row => committed[row.Task.TaskKey].ToView(row.Task) with { RevealedResult = row.Result, RefusedBounds = row.Bounds }),
        ];
    }

    /// <summary>What bounds the durations of tasks with these workloads; tasks that there are not are left out.</summary>
    internal IReadOnlyDictionary<Hash256, PricedWork> FindWork(IEnumerable<(Hash256 TaskId, Hash256 Workload)> tasks)
    {
        Dictionary<Hash256, PricedWork> known = [];
        List<Hash256> asked = [];
        foreach ((Hash256 taskId, Hash256 workload) in tasks)
        {
            if (Completed.WorkOf(taskId, workload) is PricedWork work)
            {
                known[taskId] = work;
            }
            else
            {
                asked.Add(taskId);
            }
        }

        if (asked.Count > 0)
        {
            RowSet rows = TaskIds(asked);
            foreach ((Hash256 taskId, PricedWork work) in _ledger.ReadOne(transaction => transaction.Query(
                "SELECT t.task_id, t.workload_type, t.compute_units FROM {rows} JOIN tasks t ON t.task_id = v.task_id",
                rows, row => (row.Hash(0), new PricedWork((WorkloadType)row.GetInt64(1), new ComputeUnits(row.Unsigned(2)))))))
            {
                known[taskId] = work;
            }
        }

        return known;
    }

    internal Refusal? Commit(Hash256 taskId, Hash256 gpuId, Hash256 commitment, Address signer) =>
        Commit([new DeviceCommitments(gpuId, signer, [(taskId, commitment)])])[0][0].Refusal;

    /// <summary>Takes one device's commitments, each judged by itself: a refusal in the place of each that is not taken.</summary>
    internal Task<ImmutableArray<SeatOutcome>> CommitAsync(DeviceCommitments commitments) => _commitments.WriteAsync(commitments);

    internal Refusal? Reveal(WorkAttestation attestation, Hash256 salt, byte[] transcript, DurationRange payable) =>
        Reveal([new DeviceResults(attestation.Statement.GpuId, [new RevealedResult(attestation, salt, transcript, payable)])])[0][0].Refusal;

    /// <summary>
    /// Takes one device's results, each judged by itself: a refusal in the place of each that is not taken. One with a duration outside of
    /// what is payable is kept and refused: nobody waits for it any more, and neither the agreement nor the settlement counts it.
    /// </summary>
    internal Task<ImmutableArray<SeatOutcome>> RevealAsync(DeviceResults results) => _results.WriteAsync(results);

    internal static Refusal NoSeat(Hash256 taskId, Hash256 gpuId) => new(
        ProblemCodes.NotFound, "This device has no seat at this task.", $"a seat drawn for {gpuId}", $"task {taskId}",
        "Work only on tasks of your own seat letters.");

    /// <summary>Opens the reveal of tasks every seat of which has committed, or whose commit deadline has passed.</summary>
    internal void OpenRevealsIfDue(IEnumerable<long> taskKeys) => _ledger.Write(
        "open reveals",
        transaction =>
        {
            HashSet<long> keys = [.. taskKeys];
            List<SeatedTask> tasks = LockTasks(transaction, keys);
            SeatRows rows = Ask(transaction, keys, []);
            List<RevealRow> revealed = AskReveals(transaction, keys);
            transaction.Answer();
            OpenReveals(transaction, Fill(transaction, tasks, [rows], [], [], [revealed]), transaction.NowMillis);
        },
        WriteIsolation.RowLocks);

    /// <summary>Takes the commitments of several requests in one transaction, in their order.</summary>
    internal List<ImmutableArray<SeatOutcome>> Commit(IReadOnlyList<DeviceCommitments> requests)
    {
        (List<ImmutableArray<SeatOutcome>> outcomes, LockedSeats written) = _ledger.Write("commit results", transaction => Commit(transaction, requests), WriteIsolation.RowLocks);
        Completed.Note(written);
        return outcomes;
    }

    private (List<ImmutableArray<SeatOutcome>> Outcomes, LockedSeats Seats) Commit(LedgerTransaction transaction, IReadOnlyList<DeviceCommitments> requests)
    {
        long now = transaction.NowMillis;
        LockedSeats seats = Lock(transaction, [.. requests.SelectMany(request => request.Commitments.Select(item => (item.TaskId, request.GpuId)))], now);
        var taken = new RowSet(("task_key", RowKind.Number), ("seat", RowKind.Number), ("commitment", RowKind.Bytes), ("signer", RowKind.Bytes));
        List<(Hash256 GpuId, long TaskKey)> closed = [];
        var refusals = new List<ImmutableArray<Refusal?>>();
        foreach (DeviceCommitments request in requests)
        {
            var refused = ImmutableArray.CreateBuilder<Refusal?>();
            foreach ((Hash256 taskId, Hash256 commitment) in request.Commitments)
            {
                LockedSeat? seat = seats.Find(taskId, request.GpuId);
                Refusal? refusal = seat is null ? NoSeat(taskId, request.GpuId) : Collection.JudgeCommitment(seat, commitment, now);
                if (refusal is null && seat is { Commitment: null })
                {
                    taken.Add(seat.Task.TaskKey, (long)seat.Seat, commitment, request.Signer);
                    closed.Add((request.GpuId, seat.Task.TaskKey));
                    seats.Commit(seat, commitment);
                    Completed.Note(taskId, seat.Task.WorkloadHash, seat.Task.Work); // True whether this commits or not.
                }

                refused.Add(refusal);
            }

            refusals.Add(refused.ToImmutable());
        }

        foreach (IGrouping<Hash256, long> seatsOfOne in closed.GroupBy(seat => seat.GpuId, seat => seat.TaskKey))
        {
            OpenSeats.Close(transaction, seatsOfOne.Key, seatsOfOne);
        }

        transaction.Later(
            "INSERT INTO commitments (task_key, seat, commitment, signer, received_at) SELECT v.task_key, v.seat, v.commitment, v.signer, $1 FROM {rows}", taken, now);
        OpenReveals(transaction, seats, now);
        Telemetry.Committed(taken.Count);
        return (requests.Zip(refusals, (request, refused) => Outcomes(seats, request.GpuId, request.Commitments.Select(item => item.TaskId), refused)).ToList(), seats);
    }

    /// <summary>Takes the results of several requests in one transaction, in their order.</summary>
    internal List<ImmutableArray<SeatOutcome>> Reveal(IReadOnlyList<DeviceResults> requests)
    {
        List<(LockedSeat Seat, WorkAttestation Attestation)> taken = [];
        (List<ImmutableArray<SeatOutcome>> outcomes, LockedSeats written) = _ledger.Write(
            "reveal results",
            transaction =>
            {
                taken.Clear(); // The work may be run again.
                return Reveal(transaction, requests, taken);
            },
            WriteIsolation.RowLocks);
        Completed.Note(written);
        foreach ((LockedSeat seat, WorkAttestation attestation) in taken)
        {
            Completed.Note(seat.Task.TaskKey, new VerifiedResult(seat.Seat, attestation, seat.RefusedBounds is null));
            if (seat.SeatsRevealed == seat.SeatsCommitted || seat.IsOfEarlierRound)
            {
                Completed.Complete(seat.Task.TaskKey, seat.TaskId, seat.Task.WorkloadHash);
                _ledger.TaskKeys.Forget(seat.TaskId);
            }
        }

        Telemetry.Revealed(taken.Count);
        return outcomes;
    }

    private (List<ImmutableArray<SeatOutcome>> Outcomes, LockedSeats Seats) Reveal(
        LedgerTransaction transaction, IReadOnlyList<DeviceResults> requests, List<(LockedSeat Seat, WorkAttestation Attestation)> taken)
    {
        long now = transaction.NowMillis;
        LockedSeats seats = Lock(transaction, [.. requests.SelectMany(request => request.Results.Select(result => (result.TaskId, request.GpuId)))], now);
        var rows = new RowSet(
            ("task_key", RowKind.Number), ("seat", RowKind.Number), ("attestation", RowKind.Bytes), ("salt", RowKind.Bytes), ("enclave_key", RowKind.Bytes), ("transcript", RowKind.Bytes),
            ("refused_bounds", RowKind.Text));
        List<(byte[]?, string)> leftOut = [];
        var refusals = new List<ImmutableArray<Refusal?>>();
        foreach (DeviceResults request in requests)
        {
            var refused = ImmutableArray.CreateBuilder<Refusal?>();
            foreach (RevealedResult result in request.Results)
            {
                WorkStatement statement = result.Attestation.Statement;
                LockedSeat? seat = seats.Find(result.TaskId, request.GpuId);
                Refusal? refusal = seat is null
                    ? NoSeat(result.TaskId, request.GpuId)
                    : Collection.JudgeReveal(seat, _domain, result.Attestation, result.Salt, result.Transcript, now);
                if (refusal is null && seat is { RevealedResult: null })
                {
                    string? bounds = result.Payable.Contains(statement.DurationMillis) ? null : result.Payable.ToString();
                    rows.Add(seat.Task.TaskKey, (long)seat.Seat, result.Attestation.ToBytes(), result.Salt, result.Attestation.EnclaveKey, result.Transcript, bounds);
                    if (bounds is not null)
                    {
                        leftOut.Add((result.TaskId.ToArray(), $"seat {seat.Seat}, {statement.DurationMillis} ms, the registry takes {bounds}"));
                    }

                    seat = seats.Reveal(seat, statement.ResultHash, bounds);
                    taken.Add((seat, result.Attestation));
                }

                refused.Add(refusal is null && seat is { RefusedBounds: string outside } ? Collection.RefuseDuration(outside, statement.DurationMillis) : refusal);
            }

            refusals.Add(refused.ToImmutable());
        }

        transaction.Later(
            """
            INSERT INTO reveals (task_key, seat, attestation, salt, enclave_key, transcript, refused_bounds, received_at)
            SELECT v.task_key, v.seat, v.attestation, v.salt, v.enclave_key, v.transcript, v.refused_bounds, $1 FROM {rows}
            """,
            rows, now);
        transaction.Record("left out", leftOut);
        return (requests.Zip(refusals, (request, refused) => Outcomes(seats, request.GpuId, request.Results.Select(result => result.TaskId), refused)).ToList(), seats);
    }

    /// <summary>The seats, their tasks locked against every other change, with reveals opened that are due. What a lock waited for is in what it reads.</summary>
    private LockedSeats Lock(LedgerTransaction transaction, HashSet<(Hash256 TaskId, Hash256 GpuId)> asked, long now)
    {
        Dictionary<Hash256, long> keys = KeysOf(transaction, asked.Select(seat => seat.TaskId).Distinct());
        List<SeatedTask> tasks = LockTasks(transaction, keys.Values);
        (long TaskKey, Hash256 GpuId)[] wanted = [.. asked.Where(seat => keys.ContainsKey(seat.TaskId)).Select(seat => (keys[seat.TaskId], seat.GpuId))];
        List<CommittedSeat> known = [.. wanted.Select(seat => Completed.Committed(seat.TaskKey, seat.GpuId)).OfType<CommittedSeat>()];
        HashSet<long> unknown = [.. wanted.Except(known.Select(seat => (seat.TaskKey, seat.GpuId))).Select(seat => seat.TaskKey)];
        List<SeatRows> rows = [Ask(transaction, unknown, wanted)];
        List<RevealRow> revealed = AskReveals(transaction, known.Select(seat => seat.TaskKey).Distinct());
        transaction.Answer();
        Hash256[] strange = [.. keys.Keys.Except(tasks.Select(task => task.TaskId).OfType<Hash256>())];
        if (strange.Length > 0)
        {
            // A reorganisation has given their ids to other tasks.
            Array.ForEach(strange, _ledger.TaskKeys.Forget);
            return Lock(transaction, asked, now);
        }

        Dictionary<long, int> committed = tasks
            .Where(task => !unknown.Contains(task.TaskKey)).Select(task => (task.TaskKey, Committed: Completed.CommittedOf(task))).Where(task => task.Committed is not null)
            .ToDictionary(task => task.TaskKey, task => task.Committed!.Value); // Filtered.
        rows.Add(Ask(transaction, tasks.Select(task => task.TaskKey).Where(taskKey => !unknown.Contains(taskKey) && !committed.ContainsKey(taskKey)).ToHashSet(), wanted));
        List<RevealRow> others = AskReveals(transaction, tasks.Where(task => task.MayHaveReveals).Select(task => task.TaskKey).Except(known.Select(seat => seat.TaskKey)));
        known.RemoveAll(seat => !committed.ContainsKey(seat.TaskKey));
        LockedSeats locked = Fill(transaction, tasks, rows, known, committed, [revealed, others]);
        OpenReveals(transaction, locked, now);
        return locked;
    }

    private static List<SeatedTask> LockTasks(LedgerTransaction transaction, IEnumerable<long> taskKeys) => transaction.QueryLater(
        SeatedTask.Select + " FROM tasks t WHERE t.task_key IN (SELECT v.task_key FROM {rows}) ORDER BY t.task_key FOR UPDATE OF t", RowSet.Of("task_key", RowKind.Number, taskKeys), SeatedTask.Read);

    /// <summary>Keys of the tasks that there are.</summary>
    private Dictionary<Hash256, long> KeysOf(LedgerTransaction transaction, IEnumerable<Hash256> taskIds)
    {
        Dictionary<Hash256, long> keys = [];
        List<Hash256> unknown = [];
        foreach (Hash256 taskId in taskIds)
        {
            if (_ledger.TaskKeys.Find(taskId) is long known)
            {
                keys.Add(taskId, known);
            }
            else
            {
                unknown.Add(taskId);
            }
        }

        foreach ((Hash256 taskId, long taskKey) in transaction.Query(
            "SELECT t.task_id, t.task_key FROM {rows} JOIN tasks t ON t.task_id = v.task_id", TaskIds(unknown), row => (row.Hash(0), row.GetInt64(1))))
        {
            keys.Add(taskId, taskKey);
            _ledger.TaskKeys.Note(taskId, taskKey);
        }

        return keys;
    }

    private void OpenReveals(LedgerTransaction transaction, LockedSeats seats, long now)
    {
        var opened = new RowSet(("task_key", RowKind.Number), ("deadline", RowKind.Number));
        List<long> unfinished = [];
        foreach (LockedTask task in seats.Due(now))
        {
            long deadline = Math.Min(now + (long)_revealWindow.TotalMilliseconds, (long)task.Task.Deadline * 1000);
            opened.Add(task.Task.TaskKey, deadline);
            if (task.SeatsCommitted < task.Task.SeatsInRound)
            {
                unfinished.Add(task.Task.TaskKey);
            }

            seats.Open(task, now, deadline);
        }

        transaction.Later("UPDATE tasks SET reveal_opened_at = $1, reveal_deadline = v.deadline FROM {rows} WHERE tasks.task_key = v.task_key", opened, now);
        if (unfinished.Count > 0)
        {
            OpenSeats.Close(transaction, unfinished);
        }
    }

    private static ImmutableArray<SeatOutcome> Outcomes(LockedSeats seats, Hash256 gpuId, IEnumerable<Hash256> taskIds, ImmutableArray<Refusal?> refusals) =>
        [.. taskIds.Zip(refusals, (taskId, refusal) => new SeatOutcome(refusal is null ? seats.Find(taskId, gpuId) : null, refusal))];

    private static RowSet TaskIds(IEnumerable<Hash256> taskIds) => RowSet.Of("task_id", RowKind.Bytes, taskIds.Distinct());

    /// <summary>A row of <see cref="OwnSeats"/>: behind the task's columns those of the seat.</summary>
    private static SeatView ReadOwn(DbDataReader row)
    {
        const int Own = SeatedTask.Columns;
        return new(
            SeatedTask.Read(row), (byte)row.GetInt64(Own), row.Hash(Own + 1), row.Address(Own + 2), row.AddressOrNull(Own + 3), row.NumberOrNull(Own + 4),
            row.HashOrNull(Own + 5), row.HashOrNull(Own + 6), row.TextOrNull(Own + 8), (UnpaidReason)(row.NumberOrNull(Own + 9) ?? 0),
            row.TextOrNull(Own + 10), row.TextOrNull(Own + 7));
    }

    /// <summary>Asks for all commitments of these tasks and, of the seats that are wanted, for those of these tasks; to be answered together.</summary>
    private SeatRows Ask(LedgerTransaction transaction, HashSet<long> taskKeys, IReadOnlyCollection<(long TaskKey, Hash256 GpuId)> wanted)
    {
        List<(long, long, Hash256, Address)> drawn = [];
        var unknown = new RowSet(("task_key", RowKind.Number), ("gpu_id", RowKind.Bytes));
        foreach ((long taskKey, Hash256 gpuId) in wanted.Where(seat => taskKeys.Contains(seat.TaskKey)))
        {
            if (_ledger.DrawnSeats.Find(taskKey, gpuId) is (byte seat, Address operatorAccount))
            {
                drawn.Add((taskKey, seat, gpuId, operatorAccount));
            }
            else
            {
                unknown.Add(taskKey, gpuId);
            }
        }

        List<(long, long, Hash256)> commitments = transaction.QueryLater(
            "SELECT c.task_key, c.seat, c.commitment FROM commitments c WHERE c.task_key IN (SELECT v.task_key FROM {rows})", RowSet.Of("task_key", RowKind.Number, taskKeys),
            row => (row.GetInt64(0), row.GetInt64(1), row.Hash(2)));
        List<(long, long, Hash256, Address)> seats = transaction.QueryLater(
            "SELECT s.task_key, s.seat, s.gpu_id, s.operator FROM {rows} JOIN seats s ON s.task_key = v.task_key AND s.gpu_id = v.gpu_id", unknown,
            row => (row.GetInt64(0), row.GetInt64(1), row.Hash(2), row.Address(3)));
        seats.AddRange(drawn);
        return new SeatRows(commitments, seats);
    }

    /// <summary>Asks for the results of tasks.</summary>
    private static List<RevealRow> AskReveals(LedgerTransaction transaction, IEnumerable<long> taskKeys) => transaction.QueryLater(
        "SELECT r.task_key, r.seat, substr(r.attestation, 65, 32), r.refused_bounds FROM reveals r WHERE r.task_key IN (SELECT v.task_key FROM {rows})", RowSet.Of("task_key", RowKind.Number, taskKeys),
        row => new RevealRow(row.GetInt64(0), row.GetInt64(1), row.Hash(2), row.TextOrNull(3)));

    /// <summary>
    /// Tasks with how far their seats are, and those of their seats that were asked for. A statement for each table, so that none is looked
    /// up in twice for the same task, and none for what cannot be there yet.
    /// </summary>
    /// <param name="transaction">The transaction that has locked the tasks.</param>
    /// <param name="tasks">The tasks.</param>
    /// <param name="rows">What was asked of them.</param>
    /// <param name="known">Seats that were not asked for because they are known.</param>
    /// <param name="committed">How many seats have committed, of tasks that were not asked for it.</param>
    /// <param name="revealed">The results of those that may have any.</param>
    private static LockedSeats Fill(
        LedgerTransaction transaction, List<SeatedTask> tasks, IReadOnlyCollection<SeatRows> rows, IEnumerable<CommittedSeat> known, Dictionary<long, int> committed,
        IReadOnlyCollection<List<RevealRow>> revealed)
    {
        List<((long, long), (string? PaidWei, UnpaidReason Reason, string? Detail))> ended = transaction.QueryLater(
            "SELECT o.task_key, o.seat, o.paid_wei, o.reason, o.detail FROM seat_outcomes o WHERE o.task_key IN (SELECT v.task_key FROM {rows})",
            Keys(tasks.Where(task => task.Phase > TaskPhase.Seated)),
            row => ((row.GetInt64(0), row.GetInt64(1)), (row.TextOrNull(2), (UnpaidReason)row.GetInt64(3), row.TextOrNull(4))));
        transaction.Answer();
        ILookup<long, (long Key, long Seat, Hash256 Commitment)> commitments = rows.SelectMany(some => some.Commitments).ToLookup(row => row.TaskKey);
        ILookup<long, RevealRow> reveals = revealed.SelectMany(some => some).ToLookup(row => row.TaskKey);
        Dictionary<(long, long), (string? PaidWei, UnpaidReason Reason, string? Detail)> outcomes = ended.ToDictionary();
        Dictionary<long, SeatedTask> byKey = tasks.ToDictionary(task => task.TaskKey);
        IEnumerable<(long TaskKey, byte Seat, Hash256 GpuId, Address Operator, Hash256? Commitment)> seats =
        [
            .. known.Select(seat => (seat.TaskKey, seat.Seat, seat.GpuId, seat.Operator, (Hash256?)seat.Commitment)),
            .. rows.SelectMany(some => some.Seats).Select(seat => (
                seat.TaskKey, (byte)seat.Seat, seat.GpuId, seat.Operator, commitments[seat.TaskKey].Where(one => one.Seat == seat.Seat).Select(one => (Hash256?)one.Commitment).FirstOrDefault())),
        ];
        return new LockedSeats(
            tasks.Select(task => new LockedTask(
                task,
                committed.TryGetValue(task.TaskKey, out int count) ? count : commitments[task.TaskKey].Count(one => one.Seat >= task.FirstOfRound),
                reveals[task.TaskKey].Count(one => one.Seat >= task.FirstOfRound))),
            seats.Select(seat =>
            {
                RevealRow? reveal = reveals[seat.TaskKey].FirstOrDefault(other => other.Seat == seat.Seat);
                (string? PaidWei, UnpaidReason Reason, string? Detail) outcome = outcomes.GetValueOrDefault((seat.TaskKey, seat.Seat));
                return new SeatView(
                    byKey[seat.TaskKey], seat.Seat, seat.GpuId, seat.Operator, null, null, seat.Commitment, reveal?.Result, outcome.PaidWei, outcome.Reason, outcome.Detail, reveal?.RefusedBounds);
            }));
    }

    private static RowSet Keys(IEnumerable<SeatedTask> tasks) => RowSet.Of("task_key", RowKind.Number, tasks.Select(task => task.TaskKey));
}

/// <summary>What was asked of seats while their tasks are locked.</summary>
internal sealed record SeatRows(
    List<(long TaskKey, long Seat, Hash256 Commitment)> Commitments, List<(long TaskKey, long Seat, Hash256 GpuId, Address Operator)> Seats);

/// <summary>A seat's result.</summary>
internal sealed record RevealRow(long TaskKey, long Seat, Hash256 Result, string? RefusedBounds);

/// <summary>One device's commitments to results of several tasks.</summary>
internal sealed record DeviceCommitments(Hash256 GpuId, Address Signer, IReadOnlyList<(Hash256 TaskId, Hash256 Commitment)> Commitments);

/// <summary>One device's verified results of several tasks.</summary>
internal sealed record DeviceResults(Hash256 GpuId, IReadOnlyList<RevealedResult> Results);

/// <summary>What became of one commitment or result: the seat as it is now, or why it was not taken.</summary>
internal sealed record SeatOutcome(LockedSeat? Seat, Refusal? Refusal);

/// <summary>A verified result that a seat reveals, with the durations that the registry takes of it.</summary>
internal sealed record RevealedResult(WorkAttestation Attestation, Hash256 Salt, byte[] Transcript, DurationRange Payable)
{
    internal Hash256 TaskId => Attestation.Statement.TaskId;
}
