using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ait.Engine.Challenging;

/// <summary>256-bit vectors. Equal to <see cref="ChainKernels"/> bit for bit: eight blocks of Philox side by side, and integer sums in another order.</summary>
internal sealed unsafe class Avx2ChainKernels : ChainKernels
{
    private const int Lanes = 8;
    private const int TileRows = 2;
    private const int TileColumns = 4;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Fill(Digest tiles, int tile, int first, int count, sbyte* target)
    {
        (uint k0, uint k1, uint s0, uint s1) = WordsOf(tiles);
        int whole = count / Lanes * Lanes;
        for (int i = 0; i < whole; i += Lanes)
        {
            Draw(first + i, (uint)tile, s0, s1, k0, k1, FillRounds, (uint*)target + (i * 4L));
        }

        base.Fill(tiles, tile, first + whole, count - whole, target + (whole * (long)BlockBytes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Operand(Digest link, int step, int first, int count, sbyte* target)
    {
        (uint k0, uint k1, uint s0, uint s1) = WordsOf(link);
        int whole = count / Lanes * Lanes;
        for (int i = 0; i < whole; i += Lanes)
        {
            Draw(first + i, (uint)step, s0, s1, k0, k1, 1, (uint*)target + (i * 4L));
        }

        base.Operand(link, step, first + whole, count - whole, target + (whole * (long)BlockBytes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Multiply(sbyte* operand, int rows, sbyte* tile, int width, int* products)
    {
        // 16 bytes of a row are widened to 16-bit lanes; pairs of products are added to 32-bit lanes: no step saturates.
        for (int n = 0; n < width; n += TileColumns)
        {
            sbyte* w = tile + ((long)n * width);
            for (int r = 0; r < rows; r += TileRows)
            {
                sbyte* x = operand + ((long)r * width);
                Vector256<int> a0 = default, a1 = default, a2 = default, a3 = default;
                Vector256<int> b0 = default, b1 = default, b2 = default, b3 = default;
                for (int k = 0; k < width; k += 16)
                {
                    Vector256<short> xa = Avx2.ConvertToVector256Int16(x + k);
                    Vector256<short> xb = Avx2.ConvertToVector256Int16(x + width + k);
                    Vector256<short> w0 = Avx2.ConvertToVector256Int16(w + k);
                    a0 += Avx2.MultiplyAddAdjacent(xa, w0);
                    b0 += Avx2.MultiplyAddAdjacent(xb, w0);
                    Vector256<short> w1 = Avx2.ConvertToVector256Int16(w + width + k);
                    a1 += Avx2.MultiplyAddAdjacent(xa, w1);
                    b1 += Avx2.MultiplyAddAdjacent(xb, w1);
                    Vector256<short> w2 = Avx2.ConvertToVector256Int16(w + (2L * width) + k);
                    a2 += Avx2.MultiplyAddAdjacent(xa, w2);
                    b2 += Avx2.MultiplyAddAdjacent(xb, w2);
                    Vector256<short> w3 = Avx2.ConvertToVector256Int16(w + (3L * width) + k);
                    a3 += Avx2.MultiplyAddAdjacent(xa, w3);
                    b3 += Avx2.MultiplyAddAdjacent(xb, w3);
                }

                int* y = products + ((long)r * width) + n;
                Sums(a0, a1, a2, a3).Store(y);
                Sums(b0, b1, b2, b3).Store(y + width);
            }
        }
    }

    private static Vector128<int> Sums(Vector256<int> s0, Vector256<int> s1, Vector256<int> s2, Vector256<int> s3)
    {
        Vector256<int> sums = Avx2.HorizontalAdd(Avx2.HorizontalAdd(s0, s1), Avx2.HorizontalAdd(s2, s3));
        return sums.GetLower() + sums.GetUpper();
    }

    /// <summary>Eight blocks from one on; lane i of four vectors holds the words of block i until they are stored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Draw(int first, uint c1, uint c2, uint c3, uint k0, uint k1, int times, uint* target)
    {
        Vector256<uint> x0 = Vector256.Create((uint)first) + Vector256.Create(0u, 1, 2, 3, 4, 5, 6, 7);
        Vector256<uint> x1 = Vector256.Create(c1);
        Vector256<uint> x2 = Vector256.Create(c2);
        Vector256<uint> x3 = Vector256.Create(c3);
        Vector256<uint> m0 = Vector256.Create(0xD2511F53u);
        Vector256<uint> m1 = Vector256.Create(0xCD9E8D57u);
        for (int i = 0; i < times; i++)
        {
            Vector256<uint> key0 = Vector256.Create(k0);
            Vector256<uint> key1 = Vector256.Create(k1);
            for (int round = 0; round < 10; round++)
            {
                (Vector256<uint> low0, Vector256<uint> high0) = Wide(x0, m0);
                (Vector256<uint> low1, Vector256<uint> high1) = Wide(x2, m1);
                x0 = high1 ^ x1 ^ key0;
                x1 = low1;
                x2 = high0 ^ x3 ^ key1;
                x3 = low0;
                key0 += Vector256.Create(0x9E3779B9u);
                key1 += Vector256.Create(0xBB67AE85u);
            }
        }

        // Words of the same block side by side: blocks 0 and 4, 1 and 5, 2 and 6, 3 and 7.
        Vector256<uint> a = Avx2.UnpackLow(x0, x1);
        Vector256<uint> b = Avx2.UnpackHigh(x0, x1);
        Vector256<uint> c = Avx2.UnpackLow(x2, x3);
        Vector256<uint> d = Avx2.UnpackHigh(x2, x3);
        Vector256<uint> p = Avx2.UnpackLow(a.AsUInt64(), c.AsUInt64()).AsUInt32();
        Vector256<uint> q = Avx2.UnpackHigh(a.AsUInt64(), c.AsUInt64()).AsUInt32();
        Vector256<uint> s = Avx2.UnpackLow(b.AsUInt64(), d.AsUInt64()).AsUInt32();
        Vector256<uint> t = Avx2.UnpackHigh(b.AsUInt64(), d.AsUInt64()).AsUInt32();
        p.GetLower().Store(target);
        q.GetLower().Store(target + 4);
        s.GetLower().Store(target + 8);
        t.GetLower().Store(target + 12);
        p.GetUpper().Store(target + 16);
        q.GetUpper().Store(target + 20);
        s.GetUpper().Store(target + 24);
        t.GetUpper().Store(target + 28);
    }

    /// <summary>The low and high halves of 32-bit products: of the even lanes, then of the odd ones, put together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<uint> Low, Vector256<uint> High) Wide(Vector256<uint> x, Vector256<uint> factor)
    {
        Vector256<ulong> even = Avx2.Multiply(x, factor);
        Vector256<ulong> odd = Avx2.Multiply((x.AsUInt64() >> 32).AsUInt32(), factor);
        Vector256<uint> low = Avx2.Blend(even.AsUInt32(), (odd << 32).AsUInt32(), 0xAA);
        Vector256<uint> high = Avx2.Blend((even >> 32).AsUInt32(), odd.AsUInt32(), 0xAA);
        return (low, high);
    }
}
