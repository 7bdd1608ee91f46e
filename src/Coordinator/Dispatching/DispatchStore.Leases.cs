using Ait.Chain;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Observing;
using Ait.Protocol;

namespace Ait.Coordinator.Dispatching;

/// <content>Leases. The draw gives a seat to a device; a lease only says which process of that device works on it now.</content>
internal sealed partial class DispatchStore
{
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
            transaction.Execute(
                """
                UPDATE seats SET lease_deadline = $4
                FROM (SELECT task_key, seat FROM seats
                      WHERE gpu_id = $1 AND open = 1 AND lease_acknowledged = 1 AND lease_holder = $3 AND lease_deadline > $2
                      FOR UPDATE SKIP LOCKED) held
                WHERE seats.task_key = held.task_key AND seats.seat = held.seat
                """,
                gpuId, now, signer, until);

            long mark = _marks.Of(gpuId, now);
            RowSet taken = Take(transaction, gpuId, signer, most, until, mark);
            if (taken.Count == 0 && mark > 0)
            {
                mark = 0;
                taken = Take(transaction, gpuId, signer, most, until, mark);
            }

            List<LeasedSeat> leased = transaction.Query(
                s_selectLeased, taken, row => new LeasedSeat(TaskRow.Read(row), (byte)row.GetInt64(TaskRow.Columns), gpuId, row.Bytes(TaskRow.Columns + 1), until));
            if (leased.Count > 0)
            {
                _marks.Leased(gpuId, leased[^1].Task.TaskKey, mark, now);
                transaction.Record("leased", gpuId.ToArray(), $"to {signer}: {string.Join(", ", leased.Select(seat => $"task key {seat.Task.TaskKey} seat {seat.Seat}"))}");
            }

            Telemetry.Leased(leased.Count);
            return leased;
        },
        WriteIsolation.RowLocks);

    /// <summary>Seats that are free from a task on. What another request of the device is taking at this moment is passed over, not waited for.</summary>
    private static RowSet Take(LedgerTransaction transaction, Hash256 gpuId, Address signer, int most, long until, long from)
    {
        var taken = new RowSet(("task_key", RowKind.Number), ("seat", RowKind.Number));
        foreach ((long taskKey, long seat) in transaction.Query(
            $"""
            WITH free AS MATERIALIZED (SELECT s.task_key, s.seat {Leasable} AND s.task_key >= $6 ORDER BY s.task_key LIMIT $4 FOR UPDATE OF s SKIP LOCKED)
            UPDATE seats SET lease_holder = $3, lease_deadline = $5, lease_acknowledged = 0 FROM free
            WHERE seats.task_key = free.task_key AND seats.seat = free.seat RETURNING seats.task_key, seats.seat
            """,
            row => (row.GetInt64(0), row.GetInt64(1)), gpuId, transaction.NowMillis, signer, most, until, from))
        {
            taken.Add(taskKey, seat);
        }

        return taken;
    }

    /// <summary>The holder has the letters: their leases run anew.</summary>
    internal void Acknowledge(IEnumerable<(long TaskKey, byte Seat)> seats, Address signer, TimeSpan length)
    {
        var rows = new RowSet(("task_key", RowKind.Number), ("seat", RowKind.Number));
        foreach ((long taskKey, byte seat) in seats)
        {
            rows.Add(taskKey, (long)seat);
        }

        if (rows.Count > 0)
        {
            _ledger.Write(
                "acknowledge",
                transaction => transaction.Execute(
                    """
                    UPDATE seats SET lease_deadline = $2, lease_acknowledged = 1 FROM {rows}
                    WHERE seats.task_key = v.task_key AND seats.seat = v.seat AND seats.lease_holder = $1 AND seats.open = 1 AND seats.lease_deadline > $3
                    """,
                    rows, signer, transaction.NowMillis + (long)length.TotalMilliseconds, transaction.NowMillis),
                WriteIsolation.Alone);
        }
    }

    private static readonly string s_selectLeased = TaskRow.Select.Replace(
        "FROM tasks t JOIN batches b ON b.batch_key = t.batch_key",
        """
        , v.seat, w.encoding
        FROM {rows} JOIN tasks t ON t.task_key = v.task_key JOIN batches b ON b.batch_key = t.batch_key
        JOIN workloads w ON w.workload_hash = t.workload_hash ORDER BY t.task_key
        """,
        StringComparison.Ordinal);

    /// <summary>
    /// Seats s that key $3 of device $1 may lease at instant $2. The task is asked seat by seat: in a join, a planner that expects few seats
    /// would rather look at all of them and sort than walk the index and stop.
    /// </summary>
    private const string Leasable =
        """
        FROM seats s WHERE s.gpu_id = $1 AND s.open = 1 AND (s.lease_holder IS NULL OR s.lease_deadline <= $2 OR s.lease_holder <> $3)
          AND (SELECT t.phase = 2 AND t.reveal_opened_at IS NULL AND t.escalating_to IS NULL AND t.commit_deadline > $2 FROM tasks t WHERE t.task_key = s.task_key)
        """;
}

/// <summary>A seat handed to a process; until is unix milliseconds.</summary>
internal sealed record LeasedSeat(TaskRow Task, byte Seat, Hash256 GpuId, byte[] Workload, long Until)
{
    internal SeatAssignment ToAssignment() => new(
        Task.BatchId!.Value, // A seated task's batch is on chain.
        Task.Task,
        Seat,
        GpuId,
        (ulong)(Task.SeatedAt!.Value / 1000), // Seated, as above.
        (ulong)(Task.CommitDeadline!.Value / 1000));
}
