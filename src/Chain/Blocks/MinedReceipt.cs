using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

using Ait.Chain.Rlp;
using Ait.Chain.Rpc;

namespace Ait.Chain.Blocks;

/// <summary>A receipt as its block has it.</summary>
/// <param name="Encoded">The bytes that the receipts' trie holds.</param>
/// <param name="Succeeded">False if the transaction reverted.</param>
/// <param name="Logs">What it emitted.</param>
public sealed record MinedReceipt(ImmutableArray<byte> Encoded, bool Succeeded, ImmutableArray<Log> Logs)
{
    private const int MostTopics = 4;

    /// <summary>Whether both are the same bytes.</summary>
    public bool Equals(MinedReceipt? other) => other is not null && Encoded.AsSpan().SequenceEqual(other.Encoded.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Encoded.Length;

    /// <summary>Reads the bytes that a receipts' trie holds. Logs are numbered within their transaction, which is what is known of them.</summary>
    /// <param name="encoded">The bytes.</param>
    /// <param name="transaction">The transaction it is of.</param>
    /// <param name="header">The block it is of.</param>
    /// <param name="receipt">The receipt.</param>
    /// <param name="fault">What is wrong.</param>
    public static bool TryDecode(
        ReadOnlySpan<byte> encoded, Hash256 transaction, BlockHeader header, [NotNullWhen(true)] out MinedReceipt? receipt, [NotNullWhen(false)] out DecodeFault? fault)
    {
        ArgumentNullException.ThrowIfNull(header);
        receipt = null;
        bool isTyped = !encoded.IsEmpty && encoded[0] < 0xc0;
        if (!RlpCodec.TryDecode(isTyped ? encoded[1..] : encoded, out RlpItem? fields, out fault))
        {
            return false;
        }

        if (!fields.IsList || fields.Items is not [{ IsList: false } status, _, _, { IsList: true } logs] || !status.TryReadUInt64(out ulong outcome))
        {
            fault = new DecodeFault("receipt", 0, "outcome, gas, bloom and logs", "something else");
            return false;
        }

        ImmutableArray<Log>.Builder read = ImmutableArray.CreateBuilder<Log>(logs.Items.Length);
        foreach (RlpItem log in logs.Items)
        {
            if (log.Items is not [{ IsList: false, Bytes.Length: Address.Size } address, { IsList: true } topics, { IsList: false } data]
                || topics.Items.Length > MostTopics
                || topics.Items.Any(static topic => topic.IsList || topic.Bytes.Length != Hash256.Size))
            {
                fault = new DecodeFault("log", read.Count, "address, topics and data", "something else");
                return false;
            }

            read.Add(new Log(
                new Address(address.Bytes.Span), [.. topics.Items.Select(static topic => new Hash256(topic.Bytes.Span))], [.. data.Bytes.Span], header.Number, header.Hash,
                transaction, 0, (ulong)read.Count));
        }

        receipt = new MinedReceipt([.. encoded], outcome == 1, read.MoveToImmutable());
        return true;
    }
}
