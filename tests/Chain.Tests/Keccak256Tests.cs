using System.Text;

using FsCheck;
using FsCheck.Fluent;

namespace Ait.Chain.Tests;

public sealed class Keccak256Tests
{
    [Theory]
    [InlineData("", "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData("abc", "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")]
    [InlineData("testing", "0x5f16f4c7f149ac4f9510d9cf8cf384038ad348b3bcdc01915f95de12df9d1b02")]
    [InlineData("Transfer(address,address,uint256)", "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")]
    [InlineData("The quick brown fox jumps over the lazy dog", "0x4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15")]
    public void Hash_equalsThePublishedDigest(string text, string digest) =>
        Assert.Equal(digest, Keccak256.Hash(Encoding.UTF8.GetBytes(text)).ToString());

    [Fact]
    public void Hash_equalsTheDefinitionAtEveryLengthAroundTheBlockEdges()
    {
        for (int length = 0; length <= 280; length++)
        {
            byte[] data = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7))];
            Assert.Equal(SlowKeccak.Hash(data), Keccak256.Hash(data).ToArray());
        }
    }

    [Fact]
    public void Hash_equalsTheDefinitionOnAnyBytes() =>
        Prop.ForAll<byte[]>(data => Keccak256.Hash(data).ToArray().AsSpan().SequenceEqual(SlowKeccak.Hash(data))).QuickCheckThrowOnFailure();

    [Fact]
    public void Hash_allocatesNothing()
    {
        byte[] data = new byte[1000];
        byte[] digest = new byte[32];
        Keccak256.Hash(data, digest);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Keccak256.Hash(data, digest);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Hash_refusesAShortDestination() =>
        Assert.Throws<ArgumentException>(() => Keccak256.Hash([], new byte[31]));
}
