using Ait.Chain;
using Ait.Coordinator.Agreeing;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Ledger;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Settling;

/// <summary>Tasks as anyone may see them. Who sits where, and the secret behind it, appear only once a task has ended.</summary>
internal sealed class TaskStore
{
    private readonly LedgerDatabase _ledger;
    private readonly NetworkDomain _domain;

    public TaskStore(LedgerDatabase ledger, NetworkDomain domain)
    {
        _ledger = ledger;
        _domain = domain;
    }

    internal TaskResponse? Find(Hash256 taskId) => _ledger.Read(transaction =>
        transaction.First(TaskRow.Select + "WHERE t.task_id = $1", TaskRow.Read, taskId) is TaskRow task
            ? ToResponse(transaction, task, new BatchTrees(transaction).Of(task.BatchKey))
            : null);

    /// <summary>Newest first; the page after a task holds what is older than it, nothing if there is no such task.</summary>
    internal IReadOnlyList<TaskResponse> List(TaskPhase? phase, Hash256? before, int limit) => _ledger.Read(transaction =>
    {
        long end = End(transaction, before);
        List<TaskRow> tasks = phase is TaskPhase wanted
            ? transaction.Query(
                TaskRow.Select + "WHERE t.task_id IS NOT NULL AND t.phase = $1 AND t.task_key < $2 ORDER BY t.task_key DESC LIMIT $3", TaskRow.Read, wanted, end, limit)
            : transaction.Query(TaskRow.Select + "WHERE t.task_id IS NOT NULL AND t.task_key < $1 ORDER BY t.task_key DESC LIMIT $2", TaskRow.Read, end, limit);
        var trees = new BatchTrees(transaction);
        return tasks.ConvertAll(task => ToResponse(transaction, task, trees.Of(task.BatchKey)));
    });

    /// <summary>Those that have ended and in which the device has a seat that was not paid, in the same order.</summary>
    internal IReadOnlyList<TaskResponse> ListUnpaid(Hash256 gpuId, Hash256? before, int limit) => _ledger.Read(transaction =>
    {
        List<TaskRow> tasks = transaction.Query(
            TaskRow.Select +
            """
            WHERE t.task_key IN (
              SELECT s.task_key FROM seats s JOIN seat_outcomes o ON o.task_key = s.task_key AND o.seat = s.seat JOIN tasks e ON e.task_key = s.task_key
              WHERE s.gpu_id = $1 AND s.task_key < $2 AND o.paid_wei IS NULL AND e.phase >= 4 ORDER BY s.task_key DESC LIMIT $3)
            ORDER BY t.task_key DESC
            """,
            TaskRow.Read, gpuId, End(transaction, before), limit);
        var trees = new BatchTrees(transaction);
        return tasks.ConvertAll(task => ToResponse(transaction, task, trees.Of(task.BatchKey)));
    });

    /// <summary>Number of workloads that wait for a batch.</summary>
    internal int CountWaiting() => (int)_ledger.Read(transaction => transaction.Number("SELECT count(*) FROM queue WHERE state = 0"));

    /// <summary>Number of tasks in each phase. It takes time in proportion to all tasks there ever were.</summary>
    internal IReadOnlyDictionary<TaskPhase, int> CountByPhase() => _ledger.Read(transaction =>
    {
        Dictionary<TaskPhase, int> counts = Enum.GetValues<TaskPhase>().ToDictionary(phase => phase, _ => 0);
        foreach ((TaskPhase phase, int count) in transaction.Query(
            "SELECT phase, count(*) FROM tasks GROUP BY phase", row => ((TaskPhase)row.GetInt64(0), (int)row.GetInt64(1))))
        {
            counts[phase] = count;
        }

        return counts;
    });

    /// <summary>The key of the task that a page ends before.</summary>
    private static long End(LedgerTransaction transaction, Hash256? before) =>
        before is Hash256 last ? transaction.Number("SELECT task_key FROM tasks WHERE task_id = $1", last) : long.MaxValue;

    private TaskResponse ToResponse(LedgerTransaction transaction, TaskRow task, MerkleTree tree)
    {
        bool ended = task.Phase is TaskPhase.Settled or TaskPhase.Void;
        return new TaskResponse(
            task.TaskId!.Value, // Both queries ask for it.
            task.BatchId,
            task.Task.Index,
            task.Task.WorkloadHash,
            task.Task.ComputeUnits.Micro,
            task.Task.Deadline,
            task.Task.Redeemer,
            task.Phase,
            task.Phase == TaskPhase.Settled ? task.ResultHash : null,
            task.SettledTransaction,
            task.Minted,
            Hex.Encode(task.Task.ToBytes()),
            [.. tree.Proof((int)task.Task.Index)],
            ended ? DispatchStore.SeatSecret(transaction, task.TaskKey) : null,
            ended ? Seats(transaction, task) : []);
    }

    private List<TaskSeatResponse> Seats(LedgerTransaction transaction, TaskRow task)
    {
        Dictionary<byte, RevealedSeat> revealed = AgreementStore.Revealed(transaction, task.TaskKey, _domain).ToDictionary(seat => seat.Seat);
        return transaction.Query(
            """
            SELECT s.seat, s.gpu_id, s.operator, o.paid_wei, coalesce(o.reason, 0)
            FROM seats s LEFT JOIN seat_outcomes o ON o.task_key = s.task_key AND o.seat = s.seat WHERE s.task_key = $1 ORDER BY s.seat
            """,
            row => new TaskSeatResponse(
                (byte)row.GetInt64(0),
                row.Hash(1),
                row.Address(2),
                task.Phase == TaskPhase.Void ? SeatPhase.Void : row.IsDBNull(3) ? SeatPhase.Unpaid : SeatPhase.Settled,
                (UnpaidReason)row.GetInt64(4),
                revealed.TryGetValue((byte)row.GetInt64(0), out RevealedSeat? seat) ? Hex.Encode(seat.Attestation.ToBytes()) : null),
            task.TaskKey);
    }
}
