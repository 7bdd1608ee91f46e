using Ait.Chain;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Ledger;

namespace Ait.Coordinator.Attending;

/// <summary>Absences in the ledger. What is to be sent is written here first.</summary>
internal sealed class AttendanceStore
{
    private const string Silence = "(1, 4)"; // UnpaidReason.Silent and NotRevealed.

    private readonly LedgerDatabase _ledger;
    private long _firstOpen;

    public AttendanceStore(LedgerDatabase ledger) => _ledger = ledger;

    /// <summary>Reports that were decided and of whose transaction nothing is known.</summary>
    internal IReadOnlyList<DecidedReport> Undone() => _ledger.Read(transaction => transaction
        .Query("SELECT task_key, seat, gpu_id, report_key FROM absences WHERE state = 0 ORDER BY report_key, task_key, seat",
            row => (ReportKey: row.GetInt64(3), TaskKey: row.GetInt64(0), Seat: (byte)row.GetInt64(1), GpuId: row.Hash(2)))
        .GroupBy(row => row.ReportKey)
        .Select(report =>
        {
            var trees = new BatchTrees(transaction);
            return new DecidedReport(report.Key, report.First().GpuId, [.. report.Select(row => Load(transaction, trees, row.TaskKey, row.Seat, row.GpuId).Report)]);
        })
        .ToList());

    /// <summary>Devices that were reported and not suspended yet.</summary>
    internal IReadOnlySet<Hash256> UnderReport() => _ledger.Read(transaction =>
        transaction.Query("SELECT DISTINCT gpu_id FROM absences WHERE state < 2", row => row.Hash(0)).ToHashSet());

    /// <summary>Whether there is a silent seat of a task that can still be reported, or a report that may lead to a suspension.</summary>
    internal bool HasWork() => _ledger.Read(transaction =>
        transaction.Exists("SELECT 1 FROM absences WHERE state < 2") || Reportable(transaction).Count > 0);

    /// <summary>Silent seats that can be reported now, of devices whose last seats, as many as suspend, were all silent; at most so many a device.</summary>
    internal IReadOnlyList<SilentSeat> Silent(int absences) => _ledger.Read(transaction =>
    {
        var trees = new BatchTrees(transaction);
        return Reportable(transaction)
            .GroupBy(seat => seat.GpuId)
            .Where(device => IsSilent(transaction, device.Key, absences))
            .SelectMany(device => device.Take(absences - (int)transaction.Number("SELECT count(*) FROM absences WHERE gpu_id = $1 AND state < 2", device.Key)))
            .Select(seat => Load(transaction, trees, seat.TaskKey, seat.Seat, seat.GpuId))
            .ToList();
    });

    /// <summary>Decides that absences of one device are reported; from here on they are, whatever happens.</summary>
    internal DecidedReport Open(IReadOnlyList<SilentSeat> seats) => _ledger.Write("report absence", transaction =>
    {
        long key = (seats[0].TaskKey * 8) + seats[0].Seat;
        foreach (SilentSeat seat in seats)
        {
            Insert(transaction, seat, key, 0, null);
        }

        transaction.Record("device silent", seats[0].GpuId.ToArray(), $"reported for {seats.Count} seats");
        return new DecidedReport(key, seats[0].GpuId, [.. seats.Select(seat => seat.Report)]);
    });

    /// <summary>Notes a silent seat that is not to be reported: somebody has, or the contract says that it is none.</summary>
    internal void Pass(SilentSeat seat, bool isReported, string why) =>
        _ledger.Write("pass absence", transaction => Insert(transaction, seat, (seat.TaskKey * 8) + seat.Seat, isReported ? 1 : 4, why));

    internal void MarkReported(DecidedReport report) => _ledger.Write("absence reported", transaction =>
        transaction.Execute("UPDATE absences SET state = 1 WHERE report_key = $1 AND state = 0", report.ReportKey));

    internal void Refuse(DecidedReport report, string why) => _ledger.Write("absence refused", transaction =>
        transaction.Execute("UPDATE absences SET state = 4, ended_at = $2, error = $3 WHERE report_key = $1 AND state = 0", report.ReportKey, transaction.NowMillis, why));

    /// <summary>Devices against which as many absences count by a time of the chain as suspend.</summary>
    internal IReadOnlyList<CountedOut> Counted(int absences, ulong answerWindow, ulong now) => _ledger.Read(transaction => transaction
        .Query(
            "SELECT a.gpu_id, a.task_key, t.task_id FROM absences a JOIN tasks t ON t.task_key = a.task_key WHERE a.state = 1 AND t.deadline + $1 <= $2 ORDER BY a.task_key",
            row => (GpuId: row.Hash(0), TaskKey: row.GetInt64(1), TaskId: row.HashOrNull(2)), answerWindow, now)
        .Where(row => row.TaskId is not null)
        .GroupBy(row => row.GpuId)
        .Where(device => device.Count() >= absences)
        .Select(device => device.Take(absences).ToList())
        .Select(taken => new CountedOut(
            taken[0].GpuId,
            [.. taken.Select(row => row.TaskId!.Value).OrderBy(id => id.ToString(), StringComparer.Ordinal)], // Asked for above; hexadecimal sorts like the number.
            string.Join('-', taken.Select(row => row.TaskKey)),
            IsSilent(transaction, taken[0].GpuId, absences)))
        .ToList());

    /// <summary>The device was there after all: nothing reported so far counts against it, and it is not reported again for a while.</summary>
    internal void LetOff(Hash256 gpuId, string why) => _ledger.Write("let absent off", transaction =>
    {
        transaction.Execute("UPDATE absences SET state = 3, ended_at = $2, error = $3 WHERE gpu_id = $1 AND state = 1", gpuId, transaction.NowMillis, why);
        transaction.Record("silent device let off", gpuId.ToArray(), why);
    });

    internal void MarkSuspended(Hash256 gpuId, Hash256 transactionHash) => _ledger.Write("silent suspended", transaction =>
    {
        transaction.Execute("UPDATE absences SET state = 2, ended_at = $2 WHERE gpu_id = $1 AND state = 1", gpuId, transaction.NowMillis);
        transaction.Record("silent device suspended", gpuId.ToArray(), transactionHash.ToString());
    });

    private static void Insert(LedgerTransaction transaction, SilentSeat seat, long reportKey, int state, string? why) => transaction.Execute(
        "INSERT INTO absences (task_key, seat, gpu_id, report_key, state, decided_at, error) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        seat.TaskKey, (long)seat.Seat, seat.GpuId, reportKey, (long)state, transaction.NowMillis, why);

    /// <summary>Whether the last seats of a device were all silent, and it has committed nothing since.</summary>
    private static bool IsSilent(LedgerTransaction transaction, Hash256 gpuId, int absences)
    {
        List<(long TaskKey, bool IsSilent)> last = transaction.Query(
            $"""
            SELECT s.task_key, o.reason IN {Silence} FROM seats s JOIN seat_outcomes o ON o.task_key = s.task_key AND o.seat = s.seat
            WHERE s.gpu_id = $1 ORDER BY s.task_key DESC LIMIT $2
            """,
            row => (row.GetInt64(0), row.Flag(1)), gpuId, (long)absences);
        return last.Count == absences && last.TrueForAll(seat => seat.IsSilent) && !transaction.Exists(
            "SELECT 1 FROM seats s JOIN commitments c ON c.task_key = s.task_key AND c.seat = s.seat WHERE s.gpu_id = $1 AND s.task_key > $2 LIMIT 1",
            gpuId, last[0].TaskKey);
    }

    private static SilentSeat Load(LedgerTransaction transaction, BatchTrees trees, long taskKey, byte seat, Hash256 gpuId)
    {
        TaskRow task = transaction.First(TaskRow.Select + "WHERE t.task_key = $1", TaskRow.Read, taskKey)!; // A foreign key.
        return new SilentSeat(
            taskKey, seat, gpuId,
            Attendance.Report(task, seat, DispatchStore.SeatSecret(transaction, taskKey), DispatchStore.Opening(transaction, taskKey), trees.Of(task.BatchKey)));
    }

    /// <summary>Tasks below the first that can still be reported are not looked at again.</summary>
    private List<(long TaskKey, byte Seat, Hash256 GpuId)> Reportable(LedgerTransaction transaction)
    {
        ulong latest = (ulong)(transaction.NowMillis / 1000) + Attendance.Margin;
        long first = transaction.Query(
            "SELECT task_key FROM tasks WHERE task_key >= $1 AND deadline > $2 ORDER BY task_key LIMIT 1", row => row.GetInt64(0), Volatile.Read(ref _firstOpen), latest).SingleOrDefault(long.MaxValue);
        if (first == long.MaxValue)
        {
            Volatile.Write(ref _firstOpen, transaction.Number("SELECT coalesce(max(task_key), 0) FROM tasks") + 1);
            return [];
        }

        Volatile.Write(ref _firstOpen, first);
        return transaction.Query(
            $"""
            SELECT o.task_key, o.seat, s.gpu_id FROM seat_outcomes o JOIN seats s ON s.task_key = o.task_key AND s.seat = o.seat
            JOIN tasks t ON t.task_key = o.task_key JOIN batches b ON b.batch_key = t.batch_key
            WHERE o.reason IN {Silence} AND o.task_key >= $1 AND t.deadline > $2 AND t.phase IN (4, 5) AND t.task_id IS NOT NULL AND b.phase < 4
              AND NOT EXISTS (SELECT 1 FROM absences a WHERE a.task_key = o.task_key AND a.seat = o.seat)
              AND NOT EXISTS (SELECT 1 FROM absences a WHERE a.gpu_id = s.gpu_id AND a.state = 3 AND a.ended_at > $3)
            ORDER BY o.task_key
            """,
            row => (row.GetInt64(0), (byte)row.GetInt64(1), row.Hash(2)),
            first, latest, transaction.NowMillis - (long)Attendance.Reprieve.TotalMilliseconds);
    }
}
