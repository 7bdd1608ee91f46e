using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Chain.Tests;

public sealed class MerkleTreeTests
{
    [Fact]
    public void Root_promotesTheOddNode()
    {
        Hash256[] leaf = Leaves(5);
        Hash256 left = MerkleTree.HashPair(MerkleTree.HashPair(leaf[0], leaf[1]), MerkleTree.HashPair(leaf[2], leaf[3]));
        Assert.Equal(MerkleTree.HashPair(left, leaf[4]), MerkleTree.Build(leaf).Root);
        Assert.Equal([left], MerkleTree.Build(leaf).Proof(4));
        Assert.Equal(leaf[0], MerkleTree.Build(leaf.AsSpan(0, 1)).Root);
    }

    [Fact]
    public void Proof_verifiesForEveryLeafOfEverySize()
    {
        for (int count = 1; count <= 33; count++)
        {
            Hash256[] leaves = Leaves(count);
            MerkleTree tree = MerkleTree.Build(leaves);
            Assert.Equal(count, tree.Count);
            for (int i = 0; i < count; i++)
            {
                Assert.True(MerkleTree.Verify(tree.Root, leaves[i], tree.Proof(i).AsSpan()));
                Assert.False(MerkleTree.Verify(tree.Root, Keccak256.Hash([(byte)i, 1]), tree.Proof(i).AsSpan()));
            }
        }
    }

    [Fact]
    public void Verify_refusesAnAlteredProof() =>
        Prop.ForAll(Gen.Choose(2, 40).ToArbitrary(), Gen.Choose(0, 1000).ToArbitrary(), (count, seed) =>
        {
            Hash256[] leaves = Leaves(count);
            MerkleTree tree = MerkleTree.Build(leaves);
            Hash256[] proof = [.. tree.Proof(seed % count)];
            byte[] altered = proof[seed % proof.Length].ToArray();
            altered[seed % 32] ^= 4;
            proof[seed % proof.Length] = new Hash256(altered);
            return !MerkleTree.Verify(tree.Root, leaves[seed % count], proof)
                && !MerkleTree.Verify(tree.Root, leaves[seed % count], tree.Proof(seed % count).AsSpan()[1..]);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Proof_ofSeveralLeavesLeadsToTheRootAndNoOtherDoes() =>
        Prop.ForAll(Gen.Choose(1, 40).ToArbitrary(), Gen.Choose(1, int.MaxValue).ToArbitrary(), (count, seed) =>
        {
            Hash256[] leaves = Leaves(count);
            MerkleTree tree = MerkleTree.Build(leaves);
            int[] positions = [.. Enumerable.Range(0, count).Where(i => (seed >> (i % 31)) % 2 == 1 || i == seed % count)];
            Hash256[] chosen = [.. positions.Select(i => leaves[i])];
            ImmutableArray<Hash256> proof = tree.Proof(positions);
            Hash256[] forged = [.. chosen];
            forged[0] = Keccak256.Hash(forged[0].ToArray());
            return MerkleTree.RootOf(count, positions, chosen, proof.AsSpan()) == tree.Root
                && MerkleTree.RootOf(count, positions, forged, proof.AsSpan()) != tree.Root
                && MerkleTree.RootOf(count, positions, chosen, [.. proof, tree.Root]) is null
                && (proof.IsEmpty || MerkleTree.RootOf(count, positions, chosen, proof.AsSpan()[1..]) is null)
                && (positions.Length > 1 || proof.SequenceEqual(tree.Proof(positions[0])));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Proof_refusesIndexesThatDoNotAscend()
    {
        MerkleTree tree = MerkleTree.Build(Leaves(4));
        Assert.Throws<ArgumentException>(() => tree.Proof([1, 1]));
        Assert.Throws<ArgumentException>(() => tree.Proof([2, 1]));
        Assert.Throws<ArgumentException>(() => tree.Proof([-1]));
        Assert.Throws<ArgumentException>(() => tree.Proof([4]));
    }

    [Fact]
    public void HashPair_commutes()
    {
        Hash256[] leaves = Leaves(2);
        Assert.Equal(MerkleTree.HashPair(leaves[0], leaves[1]), MerkleTree.HashPair(leaves[1], leaves[0]));
    }

    [Fact]
    public void Build_refusesNoLeaves() => Assert.Throws<ArgumentException>(() => MerkleTree.Build([]));

    [Fact]
    public void Proof_refusesAnIndexOutOfRange()
    {
        MerkleTree tree = MerkleTree.Build(Leaves(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Proof(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Proof(-1));
    }

    private static Hash256[] Leaves(int count) => [.. Enumerable.Range(0, count).Select(i => Keccak256.Hash([(byte)i]))];
}
