using System.Collections.Immutable;

using Ait.Chain.Rlp;

namespace Ait.Chain.Tries;

/// <summary>The Merkle Patricia trie over a list, keyed by RLP of the position: what a block's header says of its transactions and receipts.</summary>
public sealed class OrderedTrie
{
    private const int Fanout = 16;
    private readonly Entry[] _entries;

    private OrderedTrie(Entry[] entries)
    {
        _entries = entries;
        Root = Keccak256.Hash(RlpCodec.Encode(Node(entries, 0, null, null)));
    }

    /// <summary>The root hash.</summary>
    public Hash256 Root { get; }

    /// <summary>The trie of these values in this order; it may be empty.</summary>
    public static OrderedTrie Build(IEnumerable<ReadOnlyMemory<byte>> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new OrderedTrie([.. values.Select(static (value, index) => new Entry(KeyOf((ulong)index), value))]);
    }

    /// <summary>The encoded nodes from the root to a value, as <see cref="TrieProof"/> verifies them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such position.</exception>
    public ImmutableArray<ReadOnlyMemory<byte>> Proof(int position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, _entries.Length);
        ImmutableArray<ReadOnlyMemory<byte>>.Builder nodes = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        byte[] root = RlpCodec.Encode(Node(_entries, 0, _entries[position].Key, nodes));
        nodes.Add(root);
        nodes.Reverse();
        return nodes.ToImmutable();
    }

    internal static byte[] KeyOf(ulong position) => NibblePath.Of(RlpCodec.Encode(position));

    /// <summary>The node over entries that share <paramref name="depth"/> nibbles; hashed nodes on the way to a key are handed out, the lowest first.</summary>
    private static RlpItem Node(ReadOnlySpan<Entry> entries, int depth, byte[]? wanted, ImmutableArray<ReadOnlyMemory<byte>>.Builder? nodes)
    {
        if (entries.IsEmpty)
        {
            return RlpItem.String([]);
        }

        if (entries.Length == 1)
        {
            return RlpItem.List(NibblePath.Compact(entries[0].Key.AsSpan(depth), isLeaf: true), RlpItem.String(entries[0].Value.Span));
        }

        int shared = Shared(entries, depth);
        if (shared > 0)
        {
            return RlpItem.List(NibblePath.Compact(entries[0].Key.AsSpan(depth, shared), isLeaf: false), Reference(entries, depth + shared, wanted, nodes));
        }

        // No key is the beginning of another: RLP of numbers is prefix-free, so a branch holds no value itself.
        var children = new RlpItem[Fanout + 1];
        children[Fanout] = RlpItem.String([]);
        for (int nibble = 0; nibble < Fanout; nibble++)
        {
            Entry[] below = Below(entries, depth, nibble);
            children[nibble] = below.Length == 0 ? RlpItem.String([]) : Reference(below, depth + 1, wanted is not null && wanted[depth] == nibble ? wanted : null, nodes);
        }

        return RlpItem.List(children);
    }

    /// <summary>A node below another: itself if it is shorter than a hash, else its hash.</summary>
    private static RlpItem Reference(ReadOnlySpan<Entry> entries, int depth, byte[]? wanted, ImmutableArray<ReadOnlyMemory<byte>>.Builder? nodes)
    {
        RlpItem node = Node(entries, depth, wanted, nodes);
        byte[] encoded = RlpCodec.Encode(node);
        if (encoded.Length < Hash256.Size)
        {
            return node;
        }

        if (wanted is not null)
        {
            nodes?.Add(encoded);
        }

        return Keccak256.Hash(encoded);
    }

    private static int Shared(ReadOnlySpan<Entry> entries, int depth)
    {
        ReadOnlySpan<byte> first = entries[0].Key.AsSpan(depth);
        int shared = first.Length;
        foreach (Entry entry in entries[1..])
        {
            shared = Math.Min(shared, first.CommonPrefixLength(entry.Key.AsSpan(depth)));
        }

        return shared;
    }

    private static Entry[] Below(ReadOnlySpan<Entry> entries, int depth, int nibble)
    {
        var below = new List<Entry>();
        foreach (Entry entry in entries)
        {
            if (entry.Key[depth] == nibble)
            {
                below.Add(entry);
            }
        }

        return [.. below];
    }

    private readonly record struct Entry(byte[] Key, ReadOnlyMemory<byte> Value);
}
