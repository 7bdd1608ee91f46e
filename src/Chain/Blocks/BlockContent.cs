using System.Collections.Immutable;

using Ait.Chain.Tries;

namespace Ait.Chain.Blocks;

/// <summary>A block whole: header, transactions and receipts, each held against the header's roots by whoever asks.</summary>
public sealed class BlockContent
{
    private readonly Lazy<OrderedTrie> _transactionTrie;
    private readonly Lazy<OrderedTrie> _receiptTrie;

    internal BlockContent(BlockHeader header, Hash256 toldHash, ImmutableArray<MinedTransaction> transactions, ImmutableArray<MinedReceipt> receipts)
    {
        Header = header;
        ToldHash = toldHash;
        Transactions = transactions;
        Receipts = receipts;
        _transactionTrie = new(() => OrderedTrie.Build(Transactions.Select(static transaction => transaction.Raw.AsMemory())));
        _receiptTrie = new(() => OrderedTrie.Build(Receipts.Select(static receipt => receipt.Encoded.AsMemory())));
    }

    /// <summary>The header, written from what the node told of it.</summary>
    public BlockHeader Header { get; }

    /// <summary>The hash that the node told; genuine if it is the header's own.</summary>
    public Hash256 ToldHash { get; }

    /// <summary>The transactions in order.</summary>
    public ImmutableArray<MinedTransaction> Transactions { get; }

    /// <summary>The receipts in order.</summary>
    public ImmutableArray<MinedReceipt> Receipts { get; }

    /// <summary>False if a transaction is of a type that cannot be written here, so that their root cannot be checked.</summary>
    public bool CanCheckTransactions => Transactions.All(static transaction => !transaction.Raw.IsEmpty);

    /// <summary>The trie over the transactions.</summary>
    public OrderedTrie TransactionTrie => _transactionTrie.Value;

    /// <summary>The trie over the receipts.</summary>
    public OrderedTrie ReceiptTrie => _receiptTrie.Value;
}
