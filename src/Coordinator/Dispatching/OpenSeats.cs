using Ait.Chain;
using Ait.Coordinator.Ledger;

namespace Ait.Coordinator.Dispatching;

/// <summary>
/// Seats that wait for a commitment, each with its lease, in the ledger. Who was drawn never changes and stays in another table: this one
/// is as small as the work at hand, and most of what is written about a seat is written here.
/// </summary>
internal static class OpenSeats
{
    /// <summary>Closes seats of a device without a word of who had their letters: that stands in their commitments.</summary>
    internal static void Close(LedgerTransaction transaction, Hash256 gpuId, IEnumerable<long> taskKeys) =>
        transaction.Later("DELETE FROM open_seats WHERE gpu_id = $1 AND task_key IN (SELECT v.task_key FROM {rows})", Keys(taskKeys), gpuId);

    /// <summary>
    /// Closes all seats of tasks that are still open. Who had the letter of a seat that closes without a commitment is kept with the seat: it
    /// can be claimed for.
    /// </summary>
    internal static void Close(LedgerTransaction transaction, params IReadOnlyCollection<long> taskKeys)
    {
        foreach (IGrouping<Hash256, long> seats in transaction.Query(
            """
            SELECT s.gpu_id, s.task_key FROM seats s WHERE s.task_key IN (SELECT v.task_key FROM {rows})
              AND (SELECT 1 FROM open_seats o WHERE o.gpu_id = s.gpu_id AND o.task_key = s.task_key) = 1
            """,
            Keys(taskKeys), row => (GpuId: row.Hash(0), TaskKey: row.GetInt64(1)))
            .OrderBy(seat => seat.GpuId).GroupBy(seat => seat.GpuId, seat => seat.TaskKey))
        {
            // Who is leasing one at this moment is waited for: that letter is out.
            transaction.QueryLater(
                "SELECT task_key FROM open_seats WHERE gpu_id = $1 AND task_key IN (SELECT v.task_key FROM {rows}) ORDER BY task_key FOR UPDATE", Keys(seats), row => row.GetInt64(0), seats.Key);
            transaction.Later(
                """
                UPDATE seats SET lease_holder = (SELECT o.lease_holder FROM open_seats o WHERE o.gpu_id = $1 AND o.task_key = seats.task_key)
                WHERE gpu_id = $1 AND task_key IN (SELECT v.task_key FROM {rows})
                  AND (SELECT o.lease_holder FROM open_seats o WHERE o.gpu_id = $1 AND o.task_key = seats.task_key) IS NOT NULL
                """,
                Keys(seats), seats.Key);
            Close(transaction, seats.Key, seats);
        }
    }

    private static RowSet Keys(IEnumerable<long> taskKeys) => RowSet.Of("task_key", RowKind.Number, taskKeys);

    /// <summary>In SQL: whether a letter of seat s was given out, open, committed or closed.</summary>
    internal const string HasLetterSql =
        """
        (s.lease_holder IS NOT NULL OR EXISTS (SELECT 1 FROM commitments c WHERE c.task_key = s.task_key AND c.seat = s.seat)
          OR EXISTS (SELECT 1 FROM open_seats o WHERE o.gpu_id = s.gpu_id AND o.task_key = s.task_key AND o.lease_holder IS NOT NULL))
        """;
}
