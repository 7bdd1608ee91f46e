using System.Data.Common;
using Ait.Chain;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Observing;
using Ait.Protocol;

namespace Ait.Coordinator.Dispatching;

/// <content>Leases. The draw gives a seat to a device; a lease only says which process of that device works on it now.</content>
internal sealed partial class DispatchStore
{
    /// <summary>Whether to look for seats of the device without asking first whether there are any: the last lease gave it as many as it asked for.</summary>
    internal bool MayHaveMore(Hash256 gpuId) => _marks.HasMore(gpuId);

    /// <summary>Whether the device has a seat that this signer could lease now.</summary>
    internal bool HasSeat(Hash256 gpuId, Address signer)
    {
        // In order, so that it walks the index, and what it finds gone is passed over by those who come after.
        bool Has(long from) => _ledger.ReadOne(transaction =>
            transaction.Exists($"SELECT 1 {Leasable} AND s.task_key >= $4 ORDER BY s.task_key LIMIT 1", gpuId, transaction.NowMillis, signer, from));
        long mark = _marks.Of(gpuId, _ledger.NowMillis);
        return Has(mark) || (mark > 0 && Has(0));
    }

    /// <summary>Those of the devices, each with the key that asks, that have a seat to lease now.</summary>
    internal IReadOnlySet<(Hash256 GpuId, Address Signer)> WithSeats(IEnumerable<(Hash256 GpuId, Address Signer)> waiting)
    {
        var rows = new RowSet(("gpu_id", RowKind.Bytes), ("signer", RowKind.Bytes));
        foreach ((Hash256 gpuId, Address signer) in waiting)
        {
            rows.Add(gpuId, signer);
        }

        return _ledger.ReadOne(transaction => transaction.Query(
            $"SELECT v.gpu_id, v.signer FROM {{rows}} WHERE (SELECT 1 {Leasable.Replace("$1", "v.gpu_id", StringComparison.Ordinal).Replace("$2", "$1", StringComparison.Ordinal).Replace("$3", "v.signer", StringComparison.Ordinal)} ORDER BY s.task_key LIMIT 1) = 1",
            rows, row => (row.Hash(0), row.Address(1)), transaction.NowMillis).ToHashSet());
    }

    /// <summary>
    /// Leases open seats of a device to the signer. A seat under a running lease is not given again to the same key;
    /// another key of the device can only be a newer registration, so the older lease is void and the seat goes over.
    /// </summary>
    internal IReadOnlyList<LeasedSeat> Lease(Hash256 gpuId, Address signer, int most, TimeSpan length) => _ledger.Write(
        "lease",
        transaction =>
        {
            long now = transaction.NowMillis;
            long until = now + (long)length.TotalMilliseconds;

            // A lease whose holder has shown that it has the letter lives on while the holder asks for more work.
            transaction.Later(
                """
                UPDATE open_seats SET lease_deadline = $4
                FROM (SELECT gpu_id, task_key FROM open_seats
                      WHERE gpu_id = $1 AND lease_acknowledged = 1 AND lease_holder = $3 AND lease_deadline > $2
                      FOR UPDATE SKIP LOCKED) held
                WHERE open_seats.gpu_id = held.gpu_id AND open_seats.task_key = held.task_key
                """,
                gpuId, now, signer, until);

            long mark = _marks.Of(gpuId, now);
            List<LeasedSeat> leased = Take(transaction, gpuId, signer, most, until, mark);
            if (leased.Count == 0 && mark > 0)
            {
                mark = 0;
                leased = Take(transaction, gpuId, signer, most, until, mark);
            }

            if (leased.Count > 0)
            {
                leased.ForEach(seat => _ledger.TaskKeys.Note(seat.TaskId, seat.TaskKey));
                transaction.Later(
                    "UPDATE open_seats SET lease_holder = $2, lease_deadline = $3, lease_acknowledged = 0 WHERE gpu_id = $1 AND task_key IN (SELECT v.task_key FROM {rows})",
                    RowSet.Of("task_key", RowKind.Number, leased.Select(seat => seat.TaskKey)), gpuId, signer, until);
                _marks.Leased(gpuId, leased[^1].TaskKey, mark, now, leased.Count == most);
                transaction.Record("leased", gpuId.ToArray(), $"to {signer}: {string.Join(", ", leased.Select(seat => $"task key {seat.TaskKey} seat {seat.Assignment.Seat}"))}");
            }
            else
            {
                _marks.Exhausted(gpuId);
            }

            Telemetry.Leased(leased.Count);
            return leased;
        },
        WriteIsolation.RowLocks);

    /// <summary>Locks seats that are free from a task on, in order. What another request of the device is taking at this moment is passed over, not waited for.</summary>
    private List<LeasedSeat> Take(LedgerTransaction transaction, Hash256 gpuId, Address signer, int most, long until, long from)
    {
        List<(long TaskKey, byte Seat, Address Operator, long CommitDeadline)> free = transaction.QueryLater(
            $"SELECT s.task_key, s.seat, s.operator, s.commit_deadline {Leasable} AND s.task_key >= $5 ORDER BY s.task_key LIMIT $4 FOR UPDATE OF s SKIP LOCKED",
            row => (row.GetInt64(0), (byte)row.GetInt64(1), row.Address(2), row.GetInt64(3)), gpuId, transaction.NowMillis, signer, most, from);
        transaction.Answer();
        Dictionary<long, LetterTask> letters = free.Select(seat => _letters.Find(seat.TaskKey, seat.CommitDeadline)).OfType<LetterTask>().ToDictionary(task => task.TaskKey);
        List<LetterTask> found = transaction.QueryLater(
            """
            SELECT t.task_key, t.task_id, b.batch_id, t.workload_hash, t.task_index, t.workload_type, t.determinism_class, t.compute_units, t.deadline, t.redeemer,
              t.seat_secret_hash, t.seated_at, t.commit_deadline, w.encoding
            FROM {rows} JOIN tasks t ON t.task_key = v.task_key JOIN batches b ON b.batch_key = t.batch_key JOIN workloads w ON w.workload_hash = t.workload_hash
            """,
            RowSet.Of("task_key", RowKind.Number, free.Select(seat => seat.TaskKey).Where(taskKey => !letters.ContainsKey(taskKey))), ReadLetter);
        transaction.Answer();
        foreach (LetterTask task in found)
        {
            _letters.Note(task);
            letters.Add(task.TaskKey, task);
        }

        List<LeasedSeat> leased = [];
        foreach ((long taskKey, byte seat, Address operatorAccount, long commitDeadline) in free.OrderBy(seat => seat.TaskKey))
        {
            // One whose task was given further seats at this moment is closed, or will be.
            if (letters.TryGetValue(taskKey, out LetterTask? task) && task.CommitDeadline == commitDeadline)
            {
                _ledger.DrawnSeats.Note(taskKey, gpuId, seat, operatorAccount);
                leased.Add(task.ToSeat(gpuId, seat, until));
            }
        }

        return leased;
    }

    /// <summary>The holder has the letters: their leases run anew.</summary>
    internal void Acknowledge(Hash256 gpuId, IEnumerable<long> taskKeys, Address signer, TimeSpan length)
    {
        RowSet rows = RowSet.Of("task_key", RowKind.Number, taskKeys);
        if (rows.Count > 0)
        {
            _ledger.Write(
                "acknowledge",
                transaction => transaction.Execute(
                    """
                    UPDATE open_seats SET lease_deadline = $3, lease_acknowledged = 1
                    WHERE gpu_id = $1 AND task_key IN (SELECT v.task_key FROM {rows}) AND lease_holder = $2 AND lease_deadline > $4
                    """,
                    rows, gpuId, signer, transaction.NowMillis + (long)length.TotalMilliseconds, transaction.NowMillis),
                WriteIsolation.Alone);
        }
    }

    private static LetterTask ReadLetter(DbDataReader row)
    {
        var task = new MiningTask(
            row.Hash(3), (uint)row.GetInt64(4), (WorkloadType)row.GetInt64(5), (DeterminismClass)row.GetInt64(6), new ComputeUnits(row.Unsigned(7)), row.Unsigned(8), row.Address(9),
            row.Hash(10));
        return new LetterTask(row.GetInt64(0), row.Hash(1), row.Unsigned(2), task, row.Unsigned(11), row.GetInt64(12), row.Bytes(13));
    }

    /// <summary>Seats s that key $3 of device $1 may lease at instant $2. A seat is closed when its task takes no commitment any more: the task need not be asked.</summary>
    private const string Leasable =
        "FROM open_seats s WHERE s.gpu_id = $1 AND s.commit_deadline > $2 AND (s.lease_holder IS NULL OR s.lease_deadline <= $2 OR s.lease_holder <> $3)";
}

/// <summary>A seat handed to a process; until is unix milliseconds.</summary>
internal sealed record LeasedSeat(long TaskKey, Hash256 TaskId, SeatAssignment Assignment, byte[] Workload, long Until);
