using System.Buffers.Binary;
using Ait.Engine.Weights;

namespace Ait.Engine.Challenging;

/// <summary>
/// The arithmetic of a class challenge, in plain loops: the definition (docs/challenge.md). Every other path gives the same bits.
/// </summary>
internal unsafe class ChainKernels
{
    /// <summary>Rows whose folded products share a leaf, and that are opened together.</summary>
    public const int GroupRows = 16;

    /// <summary>Products that are folded into one word.</summary>
    public const int FoldColumns = 256;

    /// <summary>
    /// How often Philox is applied to make 16 bytes of a tile: what not keeping them costs each time they are needed, and what a
    /// verifier pays for one tile.
    /// </summary>
    public const int FillRounds = 16;

    /// <summary>Bytes that one draw makes.</summary>
    public const int BlockBytes = 16;
    private const uint Multiplier = 0x9E3779B1;

    private static ReadOnlySpan<byte> Domain => "AIT class chain v1"u8;

    public static ChainKernels For(Backend backend) =>
        Backends.Resolve(backend) is Backend.Avx2 or Backend.Avx512 or Backend.Avx512Vnni ? new Avx2ChainKernels() : new ChainKernels();

    /// <summary>What tiles are drawn from: everything depends on seed and terms.</summary>
    public static Digest RootOfTiles(ChallengeTerms terms, Digest seed) =>
        Digest.Of([.. Domain, .. seed.ToBytes(), .. terms.ToBytes()]);

    public static Digest FirstLink(Digest tiles) => Digest.Of(tiles.ToBytes());

    public static Digest NextLink(Digest link, Digest root) => Digest.Of([.. link.ToBytes(), .. root.ToBytes()]);

    /// <summary>The tile that the step after this link multiplies with.</summary>
    public static int TileOf(Digest link, int tiles)
    {
        Span<byte> bytes = stackalloc byte[Digest.Size];
        link.CopyTo(bytes);
        return (int)(BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]) % (ulong)tiles);
    }

    public static Digest LeafOf(ReadOnlySpan<uint> words)
    {
        byte[] bytes = new byte[words.Length * sizeof(uint)];
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * sizeof(uint)), words[i]);
        }

        return Digest.Of(bytes);
    }

    /// <summary>
    /// The blocks first … first + count − 1 of a tile, 16 bytes each: Philox on (block, tile, words 2 and 3 of the root), keyed with
    /// words 0 and 1, and then on its own output again and again.
    /// </summary>
    public virtual void Fill(Digest tiles, int tile, int first, int count, sbyte* target)
    {
        (uint k0, uint k1, uint s0, uint s1) = WordsOf(tiles);
        for (int i = 0; i < count; i++)
        {
            (uint x0, uint x1, uint x2, uint x3) = ((uint)(first + i), (uint)tile, s0, s1);
            for (int round = 0; round < FillRounds; round++)
            {
                (x0, x1, x2, x3) = Philox.Draw(x0, x1, x2, x3, k0, k1);
            }

            Store(target + (i * BlockBytes), x0, x1, x2, x3);
        }
    }

    /// <summary>
    /// The blocks first … first + count − 1 of what a step multiplies, row after row. It depends on the link alone, which nobody can
    /// choose: no state makes the rest of the chain easy.
    /// </summary>
    public virtual void Operand(Digest link, int step, int first, int count, sbyte* target)
    {
        (uint k0, uint k1, uint s0, uint s1) = WordsOf(link);
        for (int i = 0; i < count; i++)
        {
            (uint x0, uint x1, uint x2, uint x3) = Philox.Draw((uint)(first + i), (uint)step, s0, s1, k0, k1);
            Store(target + (i * BlockBytes), x0, x1, x2, x3);
        }
    }

    /// <summary>products[r, n] = Σ operand[r, k] · tile[n, k] for so many rows, an even number, and all rows of the tile.</summary>
    public virtual void Multiply(sbyte* operand, int rows, sbyte* tile, int width, int* products)
    {
        for (int r = 0; r < rows; r++)
        {
            for (int n = 0; n < width; n++)
            {
                int sum = 0;
                for (int k = 0; k < width; k++)
                {
                    sum += operand[((long)r * width) + k] * tile[((long)n * width) + k];
                }

                products[((long)r * width) + n] = sum;
            }
        }
    }

    /// <summary>
    /// One word for 256 products. Not linear, so that no shorter product leads to it, and every product reaches it.
    /// </summary>
    public static uint Fold(int* products)
    {
        uint word = 0;
        for (int i = 0; i < FoldColumns; i++)
        {
            word = (word ^ (uint)products[i]) * Multiplier;
            word ^= word >> 15;
        }

        return word;
    }

    /// <summary>The first four words of a digest: key, then seed of the counter.</summary>
    public static (uint W0, uint W1, uint W2, uint W3) WordsOf(Digest digest)
    {
        Span<byte> bytes = stackalloc byte[Digest.Size];
        digest.CopyTo(bytes);
        return (
            BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]));
    }

    private static void Store(sbyte* target, uint x0, uint x1, uint x2, uint x3)
    {
        var bytes = new Span<byte>(target, BlockBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, x0);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], x1);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], x2);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], x3);
    }
}
