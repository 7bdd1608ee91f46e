using Ait.Coordinator.Ledger;

namespace Ait.Coordinator.Dispatching;

/// <summary>
/// Seats that wait for a commitment, each with its lease, in the ledger. Who was drawn never changes and stays in another table: this one
/// is as small as the work at hand, and most of what is written about a seat is written here.
/// </summary>
internal static class OpenSeats
{
    /// <summary>Closes seats that have committed.</summary>
    /// <param name="transaction">The transaction that takes their commitments.</param>
    /// <param name="seats">With the columns <c>gpu_id</c> and <c>task_key</c>.</param>
    internal static void Commit(LedgerTransaction transaction, RowSet seats) =>
        transaction.Later("DELETE FROM open_seats WHERE (gpu_id, task_key) IN (SELECT v.gpu_id, v.task_key FROM {rows})", seats);

    /// <summary>Closes all seats of a task that are still open.</summary>
    internal static void Close(LedgerTransaction transaction, long taskKey) => Close(transaction, RowSet.Of("task_key", RowKind.Number, [taskKey]));

    /// <summary>The same for several tasks. Who had the letter of a seat that closes without a commitment is kept with the seat: it can be claimed for.</summary>
    internal static void Close(LedgerTransaction transaction, RowSet taskKeys)
    {
        // Who is leasing one at this moment is waited for: that letter is out.
        transaction.QueryLater(
            "SELECT o.task_key FROM {rows} JOIN seats s ON s.task_key = v.task_key JOIN open_seats o ON o.gpu_id = s.gpu_id AND o.task_key = s.task_key ORDER BY o.gpu_id, o.task_key FOR UPDATE OF o",
            taskKeys, row => row.GetInt64(0));
        transaction.Later(
            """
            UPDATE seats SET lease_holder = o.lease_holder FROM {rows}, open_seats o
            WHERE seats.task_key = v.task_key AND o.gpu_id = seats.gpu_id AND o.task_key = seats.task_key AND o.lease_holder IS NOT NULL
            """,
            taskKeys);
        transaction.Later("DELETE FROM open_seats WHERE (gpu_id, task_key) IN (SELECT s.gpu_id, s.task_key FROM {rows} JOIN seats s ON s.task_key = v.task_key)", taskKeys);
    }

    /// <summary>In SQL: whether a letter of seat s was given out, open, committed or closed.</summary>
    internal const string HasLetterSql =
        """
        (s.lease_holder IS NOT NULL OR EXISTS (SELECT 1 FROM commitments c WHERE c.task_key = s.task_key AND c.seat = s.seat)
          OR EXISTS (SELECT 1 FROM open_seats o WHERE o.gpu_id = s.gpu_id AND o.task_key = s.task_key AND o.lease_holder IS NOT NULL))
        """;
}
