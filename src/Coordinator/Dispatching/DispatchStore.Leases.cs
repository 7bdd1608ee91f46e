using Ait.Chain;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Observing;
using Ait.Protocol;

namespace Ait.Coordinator.Dispatching;

/// <content>Leases. The draw gives a seat to a device; a lease only says which process of that device works on it now.</content>
internal sealed partial class DispatchStore
{
    /// <summary>Whether the device has a seat that this signer could lease now.</summary>
    internal bool HasSeat(Hash256 gpuId, Address signer) => _ledger.Read(transaction =>
        transaction.Exists(Leasable("1"), gpuId, transaction.NowMillis, signer, 1));

    /// <summary>
    /// Leases open seats of a device to the signer. A seat under a running lease is not given again to the same key;
    /// another key of the device can only be a newer registration, so the older lease is void and the seat goes over.
    /// </summary>
    internal IReadOnlyList<LeasedSeat> Lease(Hash256 gpuId, Address signer, int most, TimeSpan length) => _ledger.Write("lease", transaction =>
    {
        long now = transaction.NowMillis;
        long until = now + (long)length.TotalMilliseconds;

        // A lease whose holder has shown that it has the letter lives on while the holder asks for more work.
        transaction.Execute(
            "UPDATE seats SET lease_deadline = $4 WHERE gpu_id = $1 AND open = 1 AND lease_holder = $3 AND lease_deadline > $2 AND lease_acknowledged = 1",
            gpuId, now, signer, until);
        List<(long TaskKey, byte Seat)> free = transaction.Query(
            Leasable("s.task_key, s.seat"), row => (row.GetInt64(0), (byte)row.GetInt64(1)), gpuId, now, signer, most);
        List<LeasedSeat> leased = [];
        foreach ((long taskKey, byte seat) in free)
        {
            transaction.Execute(
                "UPDATE seats SET lease_holder = $3, lease_deadline = $4, lease_acknowledged = 0 WHERE task_key = $1 AND seat = $2",
                taskKey, (long)seat, signer, until);
            TaskRow task = transaction.First(TaskRow.Select + "WHERE t.task_key = $1", TaskRow.Read, taskKey)!; // Joined in the query above.
            byte[] workload = transaction.First(
                "SELECT encoding FROM workloads WHERE workload_hash = $1", row => row.Bytes(0), task.Task.WorkloadHash)!; // A foreign key.
            leased.Add(new LeasedSeat(task, seat, gpuId, workload, until));
            transaction.Record("leased", task.TaskId?.ToArray(), $"seat {seat} to {signer}");
        }

        Telemetry.Leased(leased.Count);
        return leased;
    });

    /// <summary>The holder has the letter: the lease runs anew.</summary>
    internal void Acknowledge(long taskKey, byte seat, Address signer, TimeSpan length) => _ledger.Write("acknowledge", transaction =>
        transaction.Execute(
            """
            UPDATE seats SET lease_deadline = $4, lease_acknowledged = 1
            WHERE task_key = $1 AND seat = $2 AND lease_holder = $3 AND open = 1 AND lease_deadline > $5
            """,
            taskKey, (long)seat, signer, transaction.NowMillis + (long)length.TotalMilliseconds, transaction.NowMillis));

    private static string Leasable(string columns) =>
        $"""
         SELECT {columns} FROM seats s JOIN tasks t ON t.task_key = s.task_key
         WHERE s.gpu_id = $1 AND s.open = 1 AND t.phase = 2 AND t.reveal_opened_at IS NULL AND t.commit_deadline > $2
           AND (s.lease_holder IS NULL OR s.lease_deadline <= $2 OR s.lease_holder <> $3)
         ORDER BY s.task_key LIMIT $4
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
