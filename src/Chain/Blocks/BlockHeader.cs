using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

using Ait.Chain.Rlp;

namespace Ait.Chain.Blocks;

/// <summary>A block's header with every field its hash is over, also those this client has no name for.</summary>
public sealed class BlockHeader
{
    private const int ParentHashAt = 0;
    private const int TransactionsRootAt = 4;
    private const int ReceiptsRootAt = 5;
    private const int NumberAt = 8;
    private const int TimestampAt = 11;

    /// <summary>Fields of the first headers; later forks append.</summary>
    private const int LeastFields = 15;
    private const int MostFields = 32;

    private BlockHeader(RlpItem fields, ImmutableArray<byte> encoded, ulong number, ulong timestamp)
    {
        Encoded = encoded;
        Hash = Keccak256.Hash(encoded.AsSpan());
        ParentHash = new Hash256(fields.Items[ParentHashAt].Bytes.Span);
        TransactionsRoot = new Hash256(fields.Items[TransactionsRootAt].Bytes.Span);
        ReceiptsRoot = new Hash256(fields.Items[ReceiptsRootAt].Bytes.Span);
        Number = number;
        Timestamp = timestamp;
    }

    /// <summary>The RLP that is hashed.</summary>
    public ImmutableArray<byte> Encoded { get; }

    /// <summary>The block's hash, computed here.</summary>
    public Hash256 Hash { get; }

    /// <summary>The hash of the block below.</summary>
    public Hash256 ParentHash { get; }

    /// <summary>Root of the trie over the transactions.</summary>
    public Hash256 TransactionsRoot { get; }

    /// <summary>Root of the trie over the receipts.</summary>
    public Hash256 ReceiptsRoot { get; }

    /// <summary>The height.</summary>
    public ulong Number { get; }

    /// <summary>Unix seconds.</summary>
    public ulong Timestamp { get; }

    /// <summary>Reads the RLP of a header.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out BlockHeader? header, [NotNullWhen(false)] out DecodeFault? fault)
    {
        header = null;
        if (!RlpCodec.TryDecode(encoded, out RlpItem? fields, out fault))
        {
            return false;
        }

        if (!fields.IsList || fields.Items.Length is < LeastFields or > MostFields)
        {
            fault = new DecodeFault("header", 0, $"a list of {LeastFields} to {MostFields} fields", fields.IsList ? $"{fields.Items.Length}" : "bytes");
            return false;
        }

        foreach (int hash in (ReadOnlySpan<int>)[ParentHashAt, TransactionsRootAt, ReceiptsRootAt])
        {
            if (fields.Items[hash].IsList || fields.Items[hash].Bytes.Length != Hash256.Size)
            {
                fault = new DecodeFault("header", hash, "32 bytes", "something else");
                return false;
            }
        }

        if (!fields.Items[NumberAt].TryReadUInt64(out ulong number) || !fields.Items[TimestampAt].TryReadUInt64(out ulong timestamp))
        {
            fault = new DecodeFault("header", NumberAt, "a height and a time of at most 64 bits", "something else");
            return false;
        }

        header = new BlockHeader(fields, [.. encoded], number, timestamp);
        return true;
    }
}
