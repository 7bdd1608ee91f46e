using System.Diagnostics.CodeAnalysis;

using Ait.Chain.Rlp;

namespace Ait.Chain.Tries;

/// <summary>Verifies that a value stands at a position of the list under a root.</summary>
public static class TrieProof
{
    private const int BranchItems = 17;

    /// <summary>Walks the nodes from the root; none may be left over.</summary>
    public static bool TryVerify(
        Hash256 root, ulong position, IReadOnlyList<ReadOnlyMemory<byte>> nodes, out ReadOnlyMemory<byte> value, [NotNullWhen(false)] out DecodeFault? fault)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        value = default;
        ReadOnlySpan<byte> path = OrderedTrie.KeyOf(position);
        RlpItem reference = root;
        int next = 0;
        while (true)
        {
            if (!TryResolve(reference, nodes, ref next, out RlpItem? node, out fault))
            {
                return false;
            }

            if (node.Items.Length == BranchItems && !path.IsEmpty)
            {
                reference = node.Items[path[0]];
                path = path[1..];
                continue;
            }

            if (node.Items.Length != 2 || node.Items[0].IsList || !NibblePath.TryExpand(node.Items[0].Bytes.Span, out byte[] part, out bool isLeaf) || !path.StartsWith(part))
            {
                fault = new DecodeFault("trie node", next, "a node on the way to the position", "another");
                return false;
            }

            path = path[part.Length..];
            if (!isLeaf)
            {
                reference = node.Items[1];
                continue;
            }

            bool isEnd = path.IsEmpty && next == nodes.Count && !node.Items[1].IsList;
            value = isEnd ? node.Items[1].Bytes : default;
            fault = isEnd ? null : new DecodeFault("trie proof", next, "a leaf at the position and no more nodes", $"{nodes.Count - next} more nodes");
            return isEnd;
        }
    }

    /// <summary>A node by its hash is the next one given; a short one is written out where it is referred to.</summary>
    private static bool TryResolve(
        RlpItem reference, IReadOnlyList<ReadOnlyMemory<byte>> nodes, ref int next, [NotNullWhen(true)] out RlpItem? node, [NotNullWhen(false)] out DecodeFault? fault)
    {
        node = reference.IsList ? reference : null;
        fault = null;
        if (node is not null)
        {
            return true;
        }

        if (reference.Bytes.Length != Hash256.Size || next >= nodes.Count)
        {
            fault = new DecodeFault("trie proof", next, "a node", next >= nodes.Count ? "the end" : "no reference");
            return false;
        }

        ReadOnlySpan<byte> encoded = nodes[next].Span;
        Hash256 expected = new(reference.Bytes.Span);
        Hash256 found = Keccak256.Hash(encoded);
        if (found != expected)
        {
            fault = new DecodeFault("trie node", next, $"{expected}", $"{found}");
            return false;
        }

        next++;
        return RlpCodec.TryDecode(encoded, out node, out fault) && (node.IsList || Refuse(next, out fault));
    }

    private static bool Refuse(int next, out DecodeFault? fault)
    {
        fault = new DecodeFault("trie node", next, "a list", "bytes");
        return false;
    }
}
