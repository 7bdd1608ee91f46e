using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Ait.Engine.Challenging;
using Ait.Engine.Weights;

namespace Ait.Engine;

/// <summary>
/// Checks the answer to a class challenge at a fraction of its cost and memory: places that the verifier draws after the answer is
/// committed are opened, and their products verified by Freivalds' method in integers modulo 2^64.
/// </summary>
/// <remarks>
/// A place whose products are wrong anywhere passes with probability at most 2^-64: a difference below 2^32 in magnitude meets two
/// projections of uniform 64-bit words, each of which it survives with at most 2^-32. Who leaves a share e of all places out passes
/// n places with probability at most (1 − e)^n, up to that.
/// </remarks>
public sealed unsafe class ChainCheck
{
    private const int Projections = 2;

    private readonly ChallengeTerms _terms;
    private readonly Digest _tiles;
    private readonly Digest[] _links;
    private readonly byte[] _roots;
    private readonly ChainKernels _kernels = ChainKernels.For(Backend.Auto);

    private ChainCheck(ChallengeTerms terms, Digest tiles, Digest[] links, byte[] roots)
    {
        _terms = terms;
        _tiles = tiles;
        _links = links;
        _roots = roots;
    }

    /// <summary>Takes an answer with the roots it commits to. False if they are not <see cref="ChallengeTerms.RootsBytes"/> long or lead to another answer.</summary>
    public static bool TryRead(
        ChallengeTerms terms,
        Digest seed,
        Digest answer,
        ReadOnlySpan<byte> roots,
        [NotNullWhen(true)] out ChainCheck? check,
        [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(terms);
        check = null;
        refusal = terms.Check() ?? CheckLength("roots", terms.RootsBytes, roots.Length);
        if (refusal is not null)
        {
            return false;
        }

        Digest tiles = ChainKernels.RootOfTiles(terms, seed);
        var links = new Digest[terms.Steps + 1];
        links[0] = ChainKernels.FirstLink(tiles);
        for (int step = 0; step < terms.Steps; step++)
        {
            links[step + 1] = ChainKernels.NextLink(links[step], new Digest(roots.Slice(step * Digest.Size, Digest.Size)));
        }

        if (links[^1] != answer)
        {
            refusal = new EngineRefusal(EngineRefusalCode.ChainAnswerWrong, "answer", $"{links[^1]}", $"{answer}");
            return false;
        }

        check = new ChainCheck(terms, tiles, links, roots.ToArray());
        return true;
    }

    /// <summary>
    /// Places to have opened, drawn from 32 bytes that nobody else knew when the answer was given; a place may come up twice.
    /// </summary>
    public ImmutableArray<ChainPlace> Draw(Digest coins, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        byte[] drawn = Expand(coins, "places"u8, count * sizeof(ulong));
        var places = ImmutableArray.CreateBuilder<ChainPlace>(count);
        for (int i = 0; i < count; i++)
        {
            ulong at = BinaryPrimitives.ReadUInt64LittleEndian(drawn.AsSpan(i * sizeof(ulong))) % ((ulong)_terms.Steps * (ulong)_terms.Groups);
            places.Add(new ChainPlace((int)(at / (ulong)_terms.Groups), (int)(at % (ulong)_terms.Groups)));
        }

        return places.MoveToImmutable();
    }

    /// <summary>Verifies one opening. The coins are 32 bytes that whoever made the opening could not know.</summary>
    public bool TryVerify(ChainPlace place, ReadOnlySpan<byte> opening, Digest coins, [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        if (!place.IsIn(_terms))
        {
            refusal = new EngineRefusal(EngineRefusalCode.ChainOpeningWrong, "place", $"a step below {_terms.Steps} and a group below {_terms.Groups}", $"{place}");
            return false;
        }

        refusal = CheckLength("opening", _terms.OpeningBytes, opening.Length);
        if (refusal is not null)
        {
            return false;
        }

        ReadOnlySpan<byte> leaves = opening[..(_terms.Groups * Digest.Size)];
        int[] products = MemoryMarshal.Cast<byte, int>(opening[leaves.Length..]).ToArray();
        refusal = CheckCommitment(place, leaves, products) ?? CheckProducts(place, products, coins);
        return refusal is null;
    }

    private EngineRefusal? CheckCommitment(ChainPlace place, ReadOnlySpan<byte> leaves, int[] products)
    {
        var expected = new Digest(_roots.AsSpan(place.Step * Digest.Size, Digest.Size));
        Digest found = Digest.Of(leaves);
        if (found != expected)
        {
            return new EngineRefusal(EngineRefusalCode.ChainOpeningWrong, $"root of step {place.Step}", $"{expected}", $"{found}");
        }

        uint[] words = new uint[ChainKernels.GroupRows * _terms.WordsPerRow];
        fixed (int* first = products)
        {
            for (int i = 0; i < words.Length; i++)
            {
                words[i] = ChainKernels.Fold(first + ((long)i * ChainKernels.FoldColumns));
            }
        }

        Digest leaf = ChainKernels.LeafOf(words);
        var committed = new Digest(leaves.Slice(place.Group * Digest.Size, Digest.Size));
        return leaf == committed
            ? null
            : new EngineRefusal(EngineRefusalCode.ChainOpeningWrong, $"leaf {place.Group} of step {place.Step}", $"{committed}", $"{leaf}");
    }

    /// <summary>Freivalds: products · v = operand · (tileᵀ · v), both modulo 2^64, for random v.</summary>
    private EngineRefusal? CheckProducts(ChainPlace place, int[] products, Digest coins)
    {
        int width = _terms.Width;
        Digest link = _links[place.Step];
        int tile = ChainKernels.TileOf(link, _terms.Tiles);
        byte[] drawn = Expand(coins, "projections"u8, Projections * width * sizeof(ulong));
        ReadOnlySpan<ulong> v = MemoryMarshal.Cast<byte, ulong>(drawn);
        var row = new AlignedBuffer<sbyte>(width);
        int blocks = width / ChainKernels.BlockBytes;
        ulong[] projected = new ulong[Projections * width];
        for (int n = 0; n < width; n++)
        {
            _kernels.Fill(_tiles, tile, n * blocks, blocks, row.Pointer);
            Accumulate(row.Span, v[n], projected.AsSpan(0, width));
            Accumulate(row.Span, v[width + n], projected.AsSpan(width));
        }

        var operand = new AlignedBuffer<sbyte>(ChainKernels.GroupRows * width);
        _kernels.Operand(link, place.Step, place.Group * ChainKernels.GroupRows * blocks, ChainKernels.GroupRows * blocks, operand.Pointer);
        for (int r = 0; r < ChainKernels.GroupRows; r++)
        {
            ReadOnlySpan<int> y = products.AsSpan(r * width, width);
            ReadOnlySpan<sbyte> x = operand.Span.Slice(r * width, width);
            for (int p = 0; p < Projections; p++)
            {
                ulong expected = 0;
                ulong found = 0;
                for (int k = 0; k < width; k++)
                {
                    expected += (ulong)x[k] * projected[(p * width) + k];
                    found += (ulong)y[k] * v[(p * width) + k];
                }

                if (expected != found)
                {
                    int wrong = (place.Group * ChainKernels.GroupRows) + r;
                    return new EngineRefusal(EngineRefusalCode.ChainProductWrong, $"products of row {wrong} of step {place.Step}, projected", $"{expected:x16}", $"{found:x16}");
                }
            }
        }

        GC.KeepAlive(row);
        return null;
    }

    private static void Accumulate(ReadOnlySpan<sbyte> row, ulong factor, Span<ulong> sums)
    {
        for (int k = 0; k < sums.Length; k++)
        {
            sums[k] += (ulong)row[k] * factor;
        }
    }

    private static byte[] Expand(Digest coins, ReadOnlySpan<byte> purpose, int count)
    {
        byte[] bytes = new byte[count];
        byte[] input = [.. purpose, .. coins.ToBytes(), 0, 0, 0, 0];
        Span<byte> block = stackalloc byte[Digest.Size];
        for (int i = 0; i * Digest.Size < count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(input.AsSpan(input.Length - sizeof(int)), i);
            SHA256.HashData(input, block);
            block[..Math.Min(Digest.Size, count - (i * Digest.Size))].CopyTo(bytes.AsSpan(i * Digest.Size));
        }

        return bytes;
    }

    private static EngineRefusal? CheckLength(string what, int expected, int found)
    {
        if (found == expected)
        {
            return null;
        }

        EngineRefusalCode code = found < expected ? EngineRefusalCode.Truncated : EngineRefusalCode.TrailingBytes;
        return new EngineRefusal(code, what, $"{expected} bytes", $"{found}");
    }
}
