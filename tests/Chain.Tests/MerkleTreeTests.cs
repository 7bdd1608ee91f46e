using FsCheck;
using FsCheck.Fluent;

namespace Ait.Chain.Tests;

public sealed class MerkleTreeTests
{
    [Fact]
    public void Root_ofTheLeavesAToF_equalsThatOfOpenZeppelinsLibrary()
    {
        // @openzeppelin/merkle-tree: SimpleMerkleTree.of(["a".."f"].map(keccak256), { sortLeaves: false }).root, by its node layout:
        // leaves reversed behind the inner nodes, so (f,e) (d,c) (b,a) pair up from the right.
        Hash256[] leaf = [.. "abcdef".Select(letter => Keccak256.Hash([(byte)letter]))];
        Hash256 ba = MerkleTree.HashPair(leaf[1], leaf[0]);
        Hash256 dc = MerkleTree.HashPair(leaf[3], leaf[2]);
        Hash256 fe = MerkleTree.HashPair(leaf[5], leaf[4]);
        Assert.Equal(MerkleTree.HashPair(MerkleTree.HashPair(ba, dc), fe), MerkleTree.Build(leaf).Root);
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
