using System.Collections.Immutable;
using Ait.Chain.Transactions;

namespace Ait.Coordinator.Ledger;

/// <summary>The transaction sender's memory, in the ledger: what was signed is on disk before it is broadcast.</summary>
internal sealed class LedgerTransactionJournal : ITransactionJournal
{
    private readonly LedgerDatabase _ledger;

    public LedgerTransactionJournal(LedgerDatabase ledger) => _ledger = ledger;

    public ValueTask<ImmutableArray<JournalEntry>> ReadAsync(CancellationToken cancellation) => ValueTask.FromResult(_ledger.Read(transaction =>
        transaction.Query<JournalEntry>(
            "SELECT send_key, signed, finished, tx_hash FROM transactions ORDER BY entry_key",
            row => row.GetInt64(2) != 0
                ? new JournalEntry.Finished(row.GetString(0), row.HashOrNull(3))
                : new JournalEntry.Signed(row.GetString(0), [.. row.Bytes(1)])).ToImmutableArray()));

    public ValueTask AppendAsync(JournalEntry entry, CancellationToken cancellation)
    {
        _ledger.Write("journal", transaction =>
        {
            switch (entry)
            {
                case JournalEntry.Signed signed:
                    transaction.Execute(
                        "INSERT INTO transactions (send_key, signed, finished, at) VALUES ($1, $2, 0, $3)", signed.Key, signed.Raw.AsSpan().ToArray(), transaction.NowMillis);
                    break;
                case JournalEntry.Finished finished:
                    // The end says all there is to know; the signed bytes are of no further use.
                    transaction.Execute("DELETE FROM transactions WHERE send_key = $1", finished.Key);
                    transaction.Execute(
                        "INSERT INTO transactions (send_key, finished, tx_hash, at) VALUES ($1, 1, $2, $3)", finished.Key, finished.TransactionHash, transaction.NowMillis);
                    break;
                default:
                    throw new ArgumentException($"Expected a known journal entry, found {entry.GetType().Name}.", nameof(entry));
            }
        });
        return ValueTask.CompletedTask;
    }
}
