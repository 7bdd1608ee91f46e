using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Ledger;

namespace Ait.Coordinator.Covering;

/// <summary>Letters that can be claimed from the coordinator's bond, counted in the ledger.</summary>
internal sealed class CoverStore
{
    private readonly LedgerDatabase _ledger;

    public CoverStore(LedgerDatabase ledger) => _ledger = ledger;

    /// <summary>
    /// All that a task under way can have; of one that failed those that were given out and that no secret on chain answers for, until they
    /// can be claimed no longer.
    /// </summary>
    internal long CountClaimable(TimeSpan claimWindow) => _ledger.Read(transaction =>
        (transaction.Number("SELECT count(*) FROM tasks WHERE phase < 4") * Cover.LettersPerTask)
        + transaction.Number(
            $"""
            SELECT count(*) FROM tasks t JOIN batches b ON b.batch_key = t.batch_key JOIN seats s ON s.task_key = t.task_key
            WHERE t.phase = 5 AND t.deadline >= $1 AND b.phase IN (2, 3) AND {OpenSeats.HasLetterSql} AND s.seat < $2 AND t.level < 7 AND (s.seat >= 3 OR t.level < 5)
              AND NOT EXISTS (SELECT 1 FROM disclosures d WHERE d.task_key = t.task_key AND d.seats > s.seat AND d.state IN (1, 2))
            """,
            (transaction.NowMillis / 1000) - (long)claimWindow.TotalSeconds, (long)Cover.LettersPerTask));
}
