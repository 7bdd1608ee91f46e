using System.Collections.Immutable;

namespace Ait.Chain.Transactions;

/// <summary>Durable memory of what one account signed, so that a restart goes on with the same transactions.</summary>
public interface ITransactionJournal
{
    /// <summary>Every entry, oldest first.</summary>
    public ValueTask<ImmutableArray<JournalEntry>> ReadAsync(CancellationToken cancellation);

    /// <summary>Adds an entry. When the task completes the entry survives a crash of the machine.</summary>
    public ValueTask AppendAsync(JournalEntry entry, CancellationToken cancellation);
}
