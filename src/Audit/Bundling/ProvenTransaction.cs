using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ait.Chain;
using Ait.Chain.Blocks;
using Ait.Chain.Tries;

namespace Ait.Audit.Bundling;

/// <summary>A transaction with its receipt and the proofs that both are in a block. Everything is a claim until <see cref="TryVerify"/> has been through it.</summary>
/// <param name="Header">RLP of the block's header.</param>
/// <param name="Position">The transaction's position in the block.</param>
/// <param name="Raw">The transaction.</param>
/// <param name="TransactionProof">Nodes of the transactions' trie from its root.</param>
/// <param name="Receipt">The receipt.</param>
/// <param name="ReceiptProof">Nodes of the receipts' trie from its root.</param>
internal sealed record ProvenTransaction(string Header, int Position, string Raw, IReadOnlyList<string> TransactionProof, string Receipt, IReadOnlyList<string> ReceiptProof)
{
    internal static ProvenTransaction Of(BlockContent block, int position) => new(
        Hex.Encode(block.Header.Encoded.AsSpan()),
        position,
        Hex.Encode(block.Transactions[position].Raw.AsSpan()),
        [.. block.TransactionTrie.Proof(position).Select(node => Hex.Encode(node.Span))],
        Hex.Encode(block.Receipts[position].Encoded.AsSpan()),
        [.. block.ReceiptTrie.Proof(position).Select(node => Hex.Encode(node.Span))]);

    /// <summary>The transaction and its outcome, if both are in the block of the header.</summary>
    internal bool TryVerify(
        [NotNullWhen(true)] out BlockHeader? header,
        [NotNullWhen(true)] out MinedTransaction? transaction,
        [NotNullWhen(true)] out MinedReceipt? receipt,
        [NotNullWhen(false)] out string? fault)
    {
        (header, transaction, receipt) = (null, null, null);
        DecodeFault? wrong = null;
        if (!Hex.TryDecode(Header, out byte[]? headerBytes) || !Hex.TryDecode(Raw, out byte[]? raw) || !Hex.TryDecode(Receipt, out byte[]? outcome)
            || !ProofBundle.TryDecode(TransactionProof, out ImmutableArray<ReadOnlyMemory<byte>> transactionProof) || !ProofBundle.TryDecode(ReceiptProof, out ImmutableArray<ReadOnlyMemory<byte>> receiptProof))
        {
            fault = "a field that is not hexadecimal";
            return false;
        }

        bool isSound = Position >= 0
            && BlockHeader.TryDecode(headerBytes, out header, out wrong)
            && TrieProof.TryVerify(header.TransactionsRoot, (ulong)Position, transactionProof, out ReadOnlyMemory<byte> proven, out wrong)
            && IsSame(proven, raw, "transaction", out wrong)
            && MinedTransaction.TryDecode(raw, out transaction, out wrong)
            && TrieProof.TryVerify(header.ReceiptsRoot, (ulong)Position, receiptProof, out ReadOnlyMemory<byte> provenOutcome, out wrong)
            && IsSame(provenOutcome, outcome, "receipt", out wrong)
            && MinedReceipt.TryDecode(outcome, transaction.Hash, header, out receipt, out wrong);
        fault = isSound ? null : wrong?.ToString() ?? "a position below zero";
        return isSound && header is not null && transaction is not null && receipt is not null;
    }

    private static bool IsSame(ReadOnlyMemory<byte> proven, byte[] told, string what, out DecodeFault? fault)
    {
        bool isSame = proven.Span.SequenceEqual(told);
        fault = isSame ? null : new DecodeFault(what, 0, "the bytes that the trie holds", "others");
        return isSame;
    }
}
