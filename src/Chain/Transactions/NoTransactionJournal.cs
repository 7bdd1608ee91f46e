using System.Collections.Immutable;

namespace Ait.Chain.Transactions;

/// <summary>A journal for senders whose sends need not survive the process: it keeps nothing.</summary>
internal sealed class NoTransactionJournal : ITransactionJournal
{
    public ValueTask<ImmutableArray<JournalEntry>> ReadAsync(CancellationToken cancellation) => ValueTask.FromResult(ImmutableArray<JournalEntry>.Empty);

    public ValueTask AppendAsync(JournalEntry entry, CancellationToken cancellation) => ValueTask.CompletedTask;
}
