using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using Ait.Engine.Challenging;
using Ait.Engine.Tests.Specification;

namespace Ait.Engine.Tests.Challenging;

/// <summary>The chain by docs/challenge.md, written a second time and slowly; may lie about one bit of one product.</summary>
internal sealed class SpecChain(ChallengeTerms terms, Digest seed) : IChainMachine
{
    private readonly byte[] _root = SHA256.HashData(
        [.. "AIT class chain v1"u8, .. seed.ToBytes(), .. Words(terms.Tiles, terms.Width, terms.Rows, terms.Steps)]);

    /// <summary>Step, row, column and bit of the lie, or null.</summary>
    public (int Step, int Row, int Column, int Bit)? Lie { get; init; }

    public void Fill(CancellationToken cancellation)
    {
    }

    public void Step(Digest link, int step, Span<uint> words)
    {
        BigInteger[] products = Products(link.ToBytes(), step);
        if (Lie is { } lie && lie.Step == step)
        {
            int at = (lie.Row * terms.Width) + lie.Column;
            products[at] = (int)products[at] ^ (1 << lie.Bit);
        }

        for (int i = 0; i < words.Length; i++)
        {
            var word = BigInteger.Zero;
            for (int j = 0; j < 256; j++)
            {
                BigInteger product = products[(i * 256) + j];
                word = (word ^ (product < 0 ? product + (BigInteger.One << 32) : product)) * 0x9E3779B1 % (BigInteger.One << 32);
                word ^= word >> 15;
            }

            words[i] = (uint)word;
        }
    }

    public void Dispose()
    {
    }

    private BigInteger[] Products(byte[] link, int step)
    {
        int width = terms.Width;
        int tile = (int)(BinaryPrimitives.ReadUInt64LittleEndian(link.AsSpan(16)) % (ulong)terms.Tiles);
        sbyte[] operand = Drawn(link, (uint)step, terms.Rows * width, 1);
        sbyte[] weights = Drawn(_root, (uint)tile, width * width, 16);
        var products = new BigInteger[terms.Rows * width];
        for (int i = 0; i < products.Length; i++)
        {
            long sum = 0;
            for (int k = 0; k < width; k++)
            {
                sum += (long)operand[(i / width * width) + k] * weights[(i % width * width) + k];
            }

            products[i] = sum;
        }

        return products;
    }

    private static sbyte[] Drawn(byte[] digest, uint index, int count, int times)
    {
        uint[] words = [.. Enumerable.Range(0, 4).Select(i => BinaryPrimitives.ReadUInt32LittleEndian(digest.AsSpan(4 * i)))];
        var drawn = new List<sbyte>(count);
        for (uint block = 0; drawn.Count < count; block++)
        {
            uint[] value = [block, index, words[2], words[3]];
            for (int i = 0; i < times; i++)
            {
                value = SpecPhilox.Draw(value, words[0] + ((ulong)words[1] << 32));
            }

            drawn.AddRange(value.SelectMany(BitConverter.GetBytes).Select(b => (sbyte)b));
        }

        return [.. drawn];
    }

    private static byte[] Words(params int[] values) => [.. values.SelectMany(BitConverter.GetBytes)];
}
