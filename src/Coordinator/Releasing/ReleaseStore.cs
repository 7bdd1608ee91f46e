using System.Data.Common;
using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Collecting;
using Ait.Coordinator.Ledger;
using Ait.Protocol;

namespace Ait.Coordinator.Releasing;

/// <summary>Keys that seats have said and the envelopes to them, in the ledger.</summary>
internal sealed class ReleaseStore
{
    private readonly LedgerDatabase _ledger;

    public ReleaseStore(LedgerDatabase ledger) => _ledger = ledger;

    /// <summary>Notes the key of a seat, in place of the one before; the envelope to it if there is one.</summary>
    internal (byte[]? Envelope, Refusal? Refusal) Say(Hash256 taskId, Hash256 gpuId, byte[] statement, Address signer)
    {
        // A seat asks again and again; only what is new is written.
        if (_ledger.Read(transaction => Find(transaction, taskId, gpuId)) is { } waiting && waiting.Statement?.AsSpan().SequenceEqual(statement) == true)
        {
            return (waiting.Envelope, null);
        }

        Refusal? refused = _ledger.Write("say seat key", transaction =>
        {
            if (Find(transaction, taskId, gpuId) is not WaitingSeat seat)
            {
                return CollectionStore.NoSeat(taskId, gpuId);
            }

            if (Release.JudgeStatement(seat, signer, transaction.NowMillis) is Refusal refusal)
            {
                return refusal;
            }

            transaction.Execute(
                """
                INSERT INTO seat_keys (task_key, seat, statement, said_at) VALUES ($1, $2, $3, $4)
                ON CONFLICT (task_key, seat) DO UPDATE SET statement = $3, said_at = $4, envelope = NULL, released_at = NULL
                """,
                seat.Task.TaskKey, (long)seat.Seat, statement, transaction.NowMillis);
            transaction.Record("seat key said", taskId.ToArray(), $"seat {seat.Seat}");
            return null;
        });
        return (null, refused);
    }

    /// <summary>Takes the holder's envelope to a seat; the newest counts.</summary>
    internal Refusal? Put(Hash256 taskId, Hash256 gpuId, byte[] statement, byte[] envelope, Address signer) => _ledger.Write("release key", transaction =>
    {
        if (Find(transaction, taskId, gpuId) is not WaitingSeat seat)
        {
            return CollectionStore.NoSeat(taskId, gpuId);
        }

        if (Release.JudgeEnvelope(seat, statement, envelope, signer, transaction.NowMillis) is Refusal refusal)
        {
            return refusal;
        }

        transaction.Execute(
            "UPDATE seat_keys SET envelope = $3, released_at = $4 WHERE task_key = $1 AND seat = $2", seat.Task.TaskKey, (long)seat.Seat, envelope, transaction.NowMillis);
        transaction.Record("key released", taskId.ToArray(), $"seat {seat.Seat}");
        return null;
    });

    /// <summary>Who holds the content key of a workload; null if it is plain or not known.</summary>
    internal Address? HolderOf(Hash256 workloadHash) => _ledger.Read(transaction => HolderOf(transaction, workloadHash));

    /// <summary>The seats of the workload's task under way that have said a key, each with what its letter says.</summary>
    internal IReadOnlyList<(SeatAssignment Assignment, byte[] Statement, bool Released)> Seats(Hash256 workloadHash) => _ledger.Read(transaction =>
    {
        TaskRow? task = transaction.First(TaskRow.Select + "JOIN queue q ON q.entry_key = t.entry_key WHERE q.workload_hash = $1 AND t.phase = 2 ORDER BY t.task_key DESC LIMIT 1", TaskRow.Read, workloadHash);
        return task is null
            ? []
            : transaction.Query(
                """
                SELECT s.seat, s.gpu_id, k.statement, k.envelope FROM seats s JOIN seat_keys k ON k.task_key = s.task_key AND k.seat = s.seat
                WHERE s.task_key = $1 ORDER BY s.seat
                """,
                row => (task.Assign((byte)row.GetInt64(0), row.Hash(1)), row.Bytes(2), !row.IsDBNull(3)),
                task.TaskKey);
    });

    private static WaitingSeat? Find(LedgerTransaction transaction, Hash256 taskId, Hash256 gpuId) =>
        transaction.First(TaskRow.Select + "WHERE t.task_id = $1", TaskRow.Read, taskId) is TaskRow task
            ? transaction.First(
                """
                SELECT s.seat, coalesce(o.lease_holder, c.signer, s.lease_holder), k.statement, k.envelope, c.commitment FROM seats s
                LEFT JOIN open_seats o ON o.gpu_id = s.gpu_id AND o.task_key = s.task_key
                LEFT JOIN seat_keys k ON k.task_key = s.task_key AND k.seat = s.seat
                LEFT JOIN commitments c ON c.task_key = s.task_key AND c.seat = s.seat
                WHERE s.task_key = $1 AND s.gpu_id = $2
                """,
                row => new Row((byte)row.GetInt64(0), row.AddressOrNull(1), BytesOrNull(row, 2), BytesOrNull(row, 3), !row.IsDBNull(4)), task.TaskKey, gpuId) is Row found
                ? new WaitingSeat(task, found.Seat, gpuId, found.LeaseHolder, HolderOf(transaction, task.Task.WorkloadHash), found.Statement, found.Envelope, found.HasCommitted)
                : null
            : null;

    private static Address? HolderOf(LedgerTransaction transaction, Hash256 workloadHash) =>
        transaction.First("SELECT encoding FROM workloads WHERE workload_hash = $1", row => row.Bytes(0), workloadHash) is byte[] encoding
        && Workload.TryParse(encoding, out Workload? workload, out _)
            ? workload.Confidential?.Holder
            : null;

    private static byte[]? BytesOrNull(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.Bytes(column);

    private sealed record Row(byte Seat, Address? LeaseHolder, byte[]? Statement, byte[]? Envelope, bool HasCommitted);
}
