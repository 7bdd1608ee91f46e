using System.Collections.Immutable;

namespace Ait.Chain;

/// <summary>
/// A Merkle tree whose proofs OpenZeppelin's <c>MerkleProof</c> verifies: an inner node is the Keccak-256 of its two children, the smaller first.
/// </summary>
/// <remarks>
/// A complete binary tree in one array, the root first and the leaves last in reverse order. Leaves are taken as they are: the caller
/// hashes what they stand for so that no 64-byte preimage of a leaf can pass for an inner node.
/// </remarks>
public sealed class MerkleTree
{
    private readonly Hash256[] _nodes;

    private MerkleTree(Hash256[] nodes) => _nodes = nodes;

    /// <summary>The number of leaves.</summary>
    public int Count => (_nodes.Length + 1) / 2;

    /// <summary>The root; of a single leaf, the leaf.</summary>
    public Hash256 Root => _nodes[0];

    /// <summary>Builds the tree of at least one leaf.</summary>
    /// <exception cref="ArgumentException">There is no leaf.</exception>
    public static MerkleTree Build(ReadOnlySpan<Hash256> leaves)
    {
        if (leaves.IsEmpty)
        {
            throw new ArgumentException("Expected at least one leaf.", nameof(leaves));
        }

        var nodes = new Hash256[(2 * leaves.Length) - 1];
        for (int i = 0; i < leaves.Length; i++)
        {
            nodes[^(i + 1)] = leaves[i];
        }

        for (int i = leaves.Length - 2; i >= 0; i--)
        {
            nodes[i] = HashPair(nodes[(2 * i) + 1], nodes[(2 * i) + 2]);
        }

        return new MerkleTree(nodes);
    }

    /// <summary>The siblings from a leaf up to the root.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such leaf.</exception>
    public ImmutableArray<Hash256> Proof(int leafIndex)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(leafIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(leafIndex, Count);
        ImmutableArray<Hash256>.Builder proof = ImmutableArray.CreateBuilder<Hash256>();
        for (int i = _nodes.Length - 1 - leafIndex; i > 0; i = (i - 1) / 2)
        {
            proof.Add(_nodes[i % 2 == 0 ? i - 1 : i + 1]);
        }

        return proof.ToImmutable();
    }

    /// <summary>Whether the proof leads from the leaf to the root.</summary>
    public static bool Verify(Hash256 root, Hash256 leaf, ReadOnlySpan<Hash256> proof)
    {
        Hash256 node = leaf;
        foreach (Hash256 sibling in proof)
        {
            node = HashPair(node, sibling);
        }

        return node == root;
    }

    /// <summary>keccak256 of both, the smaller first.</summary>
    public static Hash256 HashPair(Hash256 left, Hash256 right)
    {
        Span<byte> pair = stackalloc byte[2 * Hash256.Size];
        (left <= right ? left : right).CopyTo(pair);
        (left <= right ? right : left).CopyTo(pair[Hash256.Size..]);
        return Keccak256.Hash(pair);
    }
}
