using System.Collections.Immutable;

namespace Ait.Chain;

/// <summary>
/// A Merkle tree whose proofs OpenZeppelin's <c>MerkleProof</c> verifies: an inner node is the Keccak-256 of its two children, the smaller first.
/// </summary>
/// <remarks>
/// Built level by level; the last node of an odd level moves up as it is. Leaves are taken as they are: the caller hashes what they
/// stand for (twice, or over other than 64 bytes), so that no inner node's preimage can pass for a leaf's.
/// </remarks>
public sealed class MerkleTree
{
    private readonly ImmutableArray<Hash256[]> _levels;

    private MerkleTree(ImmutableArray<Hash256[]> levels) => _levels = levels;

    /// <summary>The number of leaves.</summary>
    public int Count => _levels[0].Length;

    /// <summary>The root; of a single leaf, the leaf.</summary>
    public Hash256 Root => _levels[^1][0];

    /// <summary>Builds the tree of at least one leaf.</summary>
    /// <exception cref="ArgumentException">There is no leaf.</exception>
    public static MerkleTree Build(ReadOnlySpan<Hash256> leaves)
    {
        if (leaves.IsEmpty)
        {
            throw new ArgumentException("Expected at least one leaf.", nameof(leaves));
        }

        ImmutableArray<Hash256[]>.Builder levels = ImmutableArray.CreateBuilder<Hash256[]>();
        Hash256[] level = leaves.ToArray();
        levels.Add(level);
        while (level.Length > 1)
        {
            var above = new Hash256[(level.Length + 1) / 2];
            for (int i = 0; i < above.Length; i++)
            {
                above[i] = (2 * i) + 1 < level.Length ? HashPair(level[2 * i], level[(2 * i) + 1]) : level[2 * i];
            }

            level = above;
            levels.Add(level);
        }

        return new MerkleTree(levels.ToImmutable());
    }

    /// <summary>The siblings from a leaf up to the root.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such leaf.</exception>
    public ImmutableArray<Hash256> Proof(int leafIndex)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(leafIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(leafIndex, Count);
        ImmutableArray<Hash256>.Builder proof = ImmutableArray.CreateBuilder<Hash256>(_levels.Length - 1);
        int index = leafIndex;
        foreach (Hash256[] level in _levels)
        {
            int sibling = index ^ 1;
            if (sibling < level.Length)
            {
                proof.Add(level[sibling]);
            }

            index /= 2;
        }

        return proof.DrainToImmutable();
    }

    /// <summary>One proof for several leaves: level by level and from the left, the siblings that the leaves themselves do not lead to.</summary>
    /// <param name="leafIndexes">Ascending, without repetition.</param>
    /// <exception cref="ArgumentException">The indexes do not ascend or there is no such leaf.</exception>
    public ImmutableArray<Hash256> Proof(ReadOnlySpan<int> leafIndexes)
    {
        int[] positions = leafIndexes.ToArray();
        for (int i = 0; i < positions.Length; i++)
        {
            if (positions[i] >= Count || positions[i] < (i == 0 ? 0 : positions[i - 1] + 1))
            {
                throw new ArgumentException($"Expected ascending indexes of {Count} leaves, found {positions[i]} at {i}.", nameof(leafIndexes));
            }
        }

        ImmutableArray<Hash256>.Builder proof = ImmutableArray.CreateBuilder<Hash256>();
        foreach (Hash256[] level in _levels)
        {
            foreach (int position in positions)
            {
                int sibling = position ^ 1;
                if (sibling < level.Length && Array.BinarySearch(positions, sibling) < 0)
                {
                    proof.Add(level[sibling]);
                }
            }

            positions = [.. positions.Select(static position => position / 2).Distinct()];
        }

        return proof.ToImmutable();
    }

    /// <summary>The root that leaves at ascending positions of a tree and their common proof lead to; null if the proof is too short or too long.</summary>
    /// <param name="count">Number of leaves of the whole tree.</param>
    /// <param name="positions">Ascending positions of the leaves.</param>
    /// <param name="leaves">The leaves there.</param>
    /// <param name="proof">As <see cref="Proof(ReadOnlySpan{int})"/> makes it.</param>
    public static Hash256? RootOf(int count, ReadOnlySpan<int> positions, ReadOnlySpan<Hash256> leaves, ReadOnlySpan<Hash256> proof)
    {
        SortedDictionary<int, Hash256> known = [];
        for (int i = 0; i < positions.Length; i++)
        {
            known[positions[i]] = leaves[i];
        }

        int used = 0;
        for (int width = count; width > 1; width = (width + 1) / 2)
        {
            SortedDictionary<int, Hash256> above = [];
            foreach ((int position, Hash256 node) in known)
            {
                int sibling = position ^ 1;
                if (sibling >= width)
                {
                    above[position / 2] = node;
                }
                else if (known.TryGetValue(sibling, out Hash256 other))
                {
                    above[position / 2] = HashPair(node, other);
                }
                else if (used == proof.Length)
                {
                    return null;
                }
                else
                {
                    above[position / 2] = HashPair(node, proof[used++]);
                }
            }

            known = above;
        }

        return used == proof.Length && known.TryGetValue(0, out Hash256 root) ? root : null;
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
