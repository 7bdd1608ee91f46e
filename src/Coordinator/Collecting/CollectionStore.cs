using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Observing;
using Ait.Protocol;
using Ait.Protocol.Http;
using System.Data.Common;

namespace Ait.Coordinator.Collecting;

/// <summary>Commitments and reveals in the ledger. Judging and writing happen in one transaction.</summary>
internal sealed class CollectionStore
{
    private readonly LedgerDatabase _ledger;
    private readonly TimeSpan _revealWindow;

    public CollectionStore(LedgerDatabase ledger, CoordinatorOptions options)
    {
        _ledger = ledger;
        _revealWindow = options.RevealWindow;
    }

    internal SeatView? Find(Hash256 taskId, Hash256 gpuId) => _ledger.Read(transaction => Find(transaction, taskId, gpuId));

    internal Refusal? Commit(Hash256 taskId, Hash256 gpuId, Hash256 commitment, Address signer) => _ledger.Write("commit result", transaction =>
    {
        long now = transaction.NowMillis;
        if (Find(transaction, taskId, gpuId) is not SeatView seat)
        {
            return NoSeat(taskId, gpuId);
        }

        OpenRevealIfDue(transaction, seat, now);
        seat = Find(transaction, taskId, gpuId)!; // Just found.
        if (Collection.JudgeCommitment(seat, commitment, now) is Refusal refusal)
        {
            return refusal;
        }

        if (seat.Commitment is null)
        {
            transaction.Execute(
                "INSERT INTO commitments (task_key, seat, commitment, signer, received_at) VALUES ($1, $2, $3, $4, $5)",
                seat.Task.TaskKey, (long)seat.Seat, commitment, signer, now);
            transaction.Execute("UPDATE seats SET open = 0 WHERE task_key = $1 AND seat = $2", seat.Task.TaskKey, (long)seat.Seat);
            Telemetry.Committed();
            transaction.Record("committed", taskId.ToArray(), $"seat {seat.Seat}");
            OpenRevealIfDue(transaction, Find(transaction, taskId, gpuId)!, now); // Just found.
        }

        return null;
    });

    /// <summary>
    /// Takes a result. One with a duration outside of <paramref name="payable"/> is kept and refused: nobody waits for it any more, and
    /// neither the agreement nor the settlement counts it.
    /// </summary>
    internal Refusal? Reveal(NetworkDomain domain, WorkAttestation attestation, Hash256 salt, byte[] transcript, DurationRange payable) => _ledger.Write("reveal result", transaction =>
    {
        long now = transaction.NowMillis;
        WorkStatement statement = attestation.Statement;
        if (Find(transaction, statement.TaskId, statement.GpuId) is not SeatView seat)
        {
            return NoSeat(statement.TaskId, statement.GpuId);
        }

        OpenRevealIfDue(transaction, seat, now);
        seat = Find(transaction, statement.TaskId, statement.GpuId)!; // Just found.
        if (Collection.JudgeReveal(seat, domain, attestation, salt, transcript, now) is Refusal refusal)
        {
            return refusal;
        }

        string? bounds = seat.RefusedBounds;
        if (seat.RevealedResult is null)
        {
            bounds = payable.Contains(statement.DurationMillis) ? null : payable.ToString();
            transaction.Execute(
                "INSERT INTO reveals (task_key, seat, attestation, salt, enclave_key, transcript, received_at, refused_bounds) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                seat.Task.TaskKey, (long)seat.Seat, attestation.ToBytes(), salt, attestation.EnclaveKey, transcript, now, bounds);
            Telemetry.Revealed();
            transaction.Record(
                bounds is null ? "revealed" : "left out", statement.TaskId.ToArray(),
                $"seat {seat.Seat}, result {statement.ResultHash}, {statement.DurationMillis} ms{(bounds is null ? string.Empty : $", the registry takes {bounds}")}");
        }

        return bounds is null ? null : Collection.RefuseDuration(bounds, statement.DurationMillis);
    });

    internal static Refusal NoSeat(Hash256 taskId, Hash256 gpuId) => new(
        ProblemCodes.NotFound, "This device has no seat at this task.", $"a seat drawn for {gpuId}", $"task {taskId}",
        "Work only on tasks of your own seat letters.");

    /// <summary>Opens the reveal of a task once every seat has committed or the commit deadline has passed.</summary>
    internal bool OpenRevealIfDue(long taskKey) => _ledger.Write("open reveal", transaction =>
    {
        SeatView? seat = transaction.First(SelectSeat + "WHERE t.task_key = $1", ReadSeat, taskKey);
        return seat is not null && OpenRevealIfDue(transaction, seat, transaction.NowMillis);
    });

    private bool OpenRevealIfDue(LedgerTransaction transaction, SeatView seat, long now)
    {
        if (seat.Task.RevealOpenedAt is not null || !Collection.IsRevealDue(seat, now))
        {
            return false;
        }

        long deadline = Math.Min(now + (long)_revealWindow.TotalMilliseconds, (long)seat.Task.Task.Deadline * 1000);
        transaction.Execute(
            "UPDATE tasks SET reveal_opened_at = $2, reveal_deadline = $3 WHERE task_key = $1", seat.Task.TaskKey, now, deadline);
        transaction.Execute("UPDATE seats SET open = 0 WHERE task_key = $1", seat.Task.TaskKey);
        transaction.Record("reveal opened", seat.TaskId.ToArray(), $"{seat.SeatsCommitted} of {SeatDraw.Seats} committed, until {deadline / 1000}");
        return true;
    }

    private static SeatView? Find(LedgerTransaction transaction, Hash256 taskId, Hash256 gpuId) =>
        transaction.First(SelectSeat + "WHERE t.task_id = $1 AND s.gpu_id = $2", ReadSeat, taskId, gpuId);

    private static readonly string SelectSeat = TaskRow.Select.Replace(
        "FROM tasks t JOIN batches b ON b.batch_key = t.batch_key",
        """
        , s.seat, s.gpu_id, s.operator, s.lease_holder, s.lease_deadline, c.commitment, substr(r.attestation, 65, 32),
        (SELECT count(*) FROM commitments x WHERE x.task_key = t.task_key), o.paid_wei, coalesce(o.reason, 0), o.detail, r.refused_bounds
        FROM tasks t JOIN batches b ON b.batch_key = t.batch_key JOIN seats s ON s.task_key = t.task_key
        LEFT JOIN commitments c ON c.task_key = s.task_key AND c.seat = s.seat
        LEFT JOIN reveals r ON r.task_key = s.task_key AND r.seat = s.seat
        LEFT JOIN seat_outcomes o ON o.task_key = s.task_key AND o.seat = s.seat
        """,
        StringComparison.Ordinal);

    private static SeatView ReadSeat(DbDataReader row) => new(
        TaskRow.Read(row),
        (byte)row.GetInt64(25),
        row.Hash(26),
        row.Address(27),
        row.AddressOrNull(28),
        row.NumberOrNull(29),
        row.HashOrNull(30),
        row.HashOrNull(31),
        (int)row.GetInt64(32),
        row.TextOrNull(33),
        (UnpaidReason)row.GetInt64(34),
        row.TextOrNull(35),
        row.TextOrNull(36));
}
