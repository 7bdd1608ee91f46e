using System.Collections.Immutable;

namespace Ait.Chain.Transactions;

/// <summary>One line of a journal.</summary>
public abstract record JournalEntry
{
    private JournalEntry(string key) => Key = key;

    /// <summary>The idempotency key of the send.</summary>
    public string Key { get; }

    /// <summary>A transaction was signed and is about to be broadcast.</summary>
    public sealed record Signed : JournalEntry
    {
        /// <summary>An entry of signed bytes.</summary>
        public Signed(string key, ImmutableArray<byte> raw)
            : base(key) => Raw = raw;

        /// <summary>The signed bytes.</summary>
        public ImmutableArray<byte> Raw { get; }

        /// <summary>Whether key and bytes are equal.</summary>
        public bool Equals(Signed? other) => other is not null && Key == other.Key && Raw.AsSpan().SequenceEqual(other.Raw.AsSpan());

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Key, Raw.Length);
    }

    /// <summary>A send came to its end.</summary>
    public sealed record Finished : JournalEntry
    {
        /// <summary>An entry of an end.</summary>
        public Finished(string key, Hash256? transactionHash)
            : base(key) => TransactionHash = transactionHash;

        /// <summary>The mined transaction; null if the node refused it and nothing was sent.</summary>
        public Hash256? TransactionHash { get; }
    }
}
