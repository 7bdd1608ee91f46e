using System.Collections.Immutable;

using Ait.Chain.Rlp;
using Ait.Chain.Tries;

using FsCheck;
using FsCheck.Fluent;

namespace Ait.Chain.Tests.Tries;

public sealed class OrderedTrieTests
{
    [Fact]
    public void Build_ofNothingHasTheRootOfTheEmptyString() => Assert.Equal(
        Hash256.Parse("0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"), OrderedTrie.Build([]).Root);

    [Fact]
    public void Build_ofOneValueIsTheHashOfItsLeaf()
    {
        byte[] value = [1, 2, 3];
        byte[] leaf = RlpCodec.Encode(RlpItem.List(new byte[] { 0x20, 0x80 }, value));

        Assert.Equal(Keccak256.Hash(leaf), OrderedTrie.Build([value]).Root);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(17)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(300)]
    public void Proof_leadsFromTheRootToEveryValueAndToNoOtherPlace(int count)
    {
        ReadOnlyMemory<byte>[] values = Values(count, 40);
        OrderedTrie trie = OrderedTrie.Build(values);
        for (int position = 0; position < count; position++)
        {
            ImmutableArray<ReadOnlyMemory<byte>> proof = trie.Proof(position);
            Assert.True(TrieProof.TryVerify(trie.Root, (ulong)position, proof, out ReadOnlyMemory<byte> found, out DecodeFault? fault), $"{fault}");
            Assert.Equal(values[position].ToArray(), found.ToArray());
            Assert.False(TrieProof.TryVerify(trie.Root, (ulong)position + 1, proof, out _, out _));
            Assert.False(TrieProof.TryVerify(Keccak256.Hash("another"u8), (ulong)position, proof, out _, out _));
            Assert.False(TrieProof.TryVerify(trie.Root, (ulong)position, [.. proof, proof[^1]], out _, out _));
            Assert.False(TrieProof.TryVerify(trie.Root, (ulong)position, proof[..^1], out _, out _));
        }
    }

    /// <summary>Values shorter than a hash are written out inside their parents.</summary>
    [Fact]
    public void Proof_leadsToShortValuesToo()
    {
        ReadOnlyMemory<byte>[] values = Values(20, 1);
        OrderedTrie trie = OrderedTrie.Build(values);
        for (int position = 0; position < values.Length; position++)
        {
            Assert.True(TrieProof.TryVerify(trie.Root, (ulong)position, trie.Proof(position), out ReadOnlyMemory<byte> found, out DecodeFault? fault), $"{fault}");
            Assert.Equal(values[position].ToArray(), found.ToArray());
        }
    }

    [Fact]
    public void TryVerify_refusesAProofWithAnyChangedByte() => Prop.ForAll<PositiveInt, PositiveInt, PositiveInt>((size, place, bit) =>
    {
        int count = (size.Get % 200) + 1;
        int position = place.Get % count;
        OrderedTrie trie = OrderedTrie.Build(Values(count, 33));
        byte[][] nodes = [.. trie.Proof(position).Select(node => node.ToArray())];
        byte[] changed = nodes[bit.Get % nodes.Length];
        changed[place.Get % changed.Length] ^= (byte)(1 << (bit.Get % 8));
        return !TrieProof.TryVerify(trie.Root, (ulong)position, [.. nodes.Select(node => (ReadOnlyMemory<byte>)node)], out _, out _);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void TryVerify_throwsOnNoBytes() => Prop.ForAll<byte[][]>(nodes =>
    {
        _ = TrieProof.TryVerify(nodes.Length == 0 ? Hash256.Zero : Keccak256.Hash(nodes[0] ?? []), 0, [.. nodes.Select(node => (ReadOnlyMemory<byte>)node)], out _, out _);
        return true;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Root_changesWithEveryValueAndTheirOrder()
    {
        ReadOnlyMemory<byte>[] values = Values(10, 40);
        Hash256 root = OrderedTrie.Build(values).Root;

        Assert.NotEqual(root, OrderedTrie.Build(values.Reverse()).Root);
        Assert.NotEqual(root, OrderedTrie.Build(values[..9]).Root);
    }

    private static ReadOnlyMemory<byte>[] Values(int count, int length) =>
        [.. Enumerable.Range(0, count).Select(index => (ReadOnlyMemory<byte>)Enumerable.Repeat((byte)(index + 1), length).ToArray())];
}
