using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ait.Engine.Training;

/// <summary>
/// Exact products with 512-bit words: a pair of columns of depth, broadcast, meets 16 outputs in one multiply-add, and the
/// sums stay in their lanes. The rest is as with 256 bits. Equals TrainingKernels.Product: the same integers.
/// </summary>
internal sealed unsafe class Avx512TrainingKernels : Avx2TrainingKernels
{
    private const int TileRows = 8;
    private const int TileColumns = 32;

    public static new bool IsSupported => Avx512BW.IsSupported && Avx512F.IsSupported && Avx2.IsSupported;

    public override void Product(in Operand a, int firstRow, int endRow, int* b, int* bLow, int columns, int depth, float* c, int cStride, bool adds)
    {
        int whole = columns / TileColumns * TileColumns;
        int* sums = stackalloc int[TileRows * TileColumns];
        long* totals = stackalloc long[TileRows * TileColumns];
        for (int j = 0; j < whole; j += TileColumns)
        {
            for (int i = firstRow; i < endRow; i += TileRows)
            {
                int rows = Math.Min(TileRows, endRow - i);
                bool isShort = bLow is null && depth <= TrainingMath.SafeDepth;
                if (isShort)
                {
                    Tile(a, i, rows, b + j, columns, depth, sums);
                }
                else
                {
                    Total(a, i, rows, b + j, bLow is null ? null : bLow + j, columns, depth, sums, totals);
                }

                Finish(sums, isShort ? null : totals, rows, TileColumns, a.Units + i, c + ((long)i * cStride) + j, cStride, adds);
            }
        }

        if (whole < columns)
        {
            // 16 columns are left.
            Narrow(a, firstRow, endRow, b + whole, bLow is null ? null : bLow + whole, columns, depth, c + whole, cStride, adds);
        }
    }

    /// <summary>8 rows times 32 columns over at most <see cref="TrainingMath.SafeDepth"/> elements; rows beyond the count repeat the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile(in Operand a, int row, int rows, int* b, int bStride, int depth, int* sums)
    {
        int* a0 = a.Words + ((long)(row + Math.Min(0, rows - 1)) * a.RowStride);
        int* a1 = a.Words + ((long)(row + Math.Min(1, rows - 1)) * a.RowStride);
        int* a2 = a.Words + ((long)(row + Math.Min(2, rows - 1)) * a.RowStride);
        int* a3 = a.Words + ((long)(row + Math.Min(3, rows - 1)) * a.RowStride);
        int* a4 = a.Words + ((long)(row + Math.Min(4, rows - 1)) * a.RowStride);
        int* a5 = a.Words + ((long)(row + Math.Min(5, rows - 1)) * a.RowStride);
        int* a6 = a.Words + ((long)(row + Math.Min(6, rows - 1)) * a.RowStride);
        int* a7 = a.Words + ((long)(row + Math.Min(7, rows - 1)) * a.RowStride);
        long step = a.DepthStride;
        long at = 0;
        Vector512<int> low0 = Vector512<int>.Zero, high0 = Vector512<int>.Zero;
        Vector512<int> low1 = Vector512<int>.Zero, high1 = Vector512<int>.Zero;
        Vector512<int> low2 = Vector512<int>.Zero, high2 = Vector512<int>.Zero;
        Vector512<int> low3 = Vector512<int>.Zero, high3 = Vector512<int>.Zero;
        Vector512<int> low4 = Vector512<int>.Zero, high4 = Vector512<int>.Zero;
        Vector512<int> low5 = Vector512<int>.Zero, high5 = Vector512<int>.Zero;
        Vector512<int> low6 = Vector512<int>.Zero, high6 = Vector512<int>.Zero;
        Vector512<int> low7 = Vector512<int>.Zero, high7 = Vector512<int>.Zero;
        for (int k = Math.Min(depth, TrainingMath.SafeDepth) / 2; k > 0; k--)
        {
            Vector512<short> low = Vector512.Load(b).AsInt16();
            Vector512<short> high = Vector512.Load(b + 16).AsInt16();
            b += bStride;
            Vector512<short> x = Vector512.Create(a0[at]).AsInt16();
            low0 += Avx512BW.MultiplyAddAdjacent(low, x);
            high0 += Avx512BW.MultiplyAddAdjacent(high, x);
            x = Vector512.Create(a1[at]).AsInt16();
            low1 += Avx512BW.MultiplyAddAdjacent(low, x);
            high1 += Avx512BW.MultiplyAddAdjacent(high, x);
            x = Vector512.Create(a2[at]).AsInt16();
            low2 += Avx512BW.MultiplyAddAdjacent(low, x);
            high2 += Avx512BW.MultiplyAddAdjacent(high, x);
            x = Vector512.Create(a3[at]).AsInt16();
            low3 += Avx512BW.MultiplyAddAdjacent(low, x);
            high3 += Avx512BW.MultiplyAddAdjacent(high, x);
            x = Vector512.Create(a4[at]).AsInt16();
            low4 += Avx512BW.MultiplyAddAdjacent(low, x);
            high4 += Avx512BW.MultiplyAddAdjacent(high, x);
            x = Vector512.Create(a5[at]).AsInt16();
            low5 += Avx512BW.MultiplyAddAdjacent(low, x);
            high5 += Avx512BW.MultiplyAddAdjacent(high, x);
            x = Vector512.Create(a6[at]).AsInt16();
            low6 += Avx512BW.MultiplyAddAdjacent(low, x);
            high6 += Avx512BW.MultiplyAddAdjacent(high, x);
            x = Vector512.Create(a7[at]).AsInt16();
            low7 += Avx512BW.MultiplyAddAdjacent(low, x);
            high7 += Avx512BW.MultiplyAddAdjacent(high, x);
            at += step;
        }

        low0.Store(sums + 0);
        high0.Store(sums + 16);
        low1.Store(sums + 32);
        high1.Store(sums + 48);
        low2.Store(sums + 64);
        high2.Store(sums + 80);
        low3.Store(sums + 96);
        high3.Store(sums + 112);
        low4.Store(sums + 128);
        high4.Store(sums + 144);
        low5.Store(sums + 160);
        high5.Store(sums + 176);
        low6.Store(sums + 192);
        high6.Store(sums + 208);
        low7.Store(sums + 224);
        high7.Store(sums + 240);
    }

    // Several pieces of depth, or two limbs: each an int32 tile, summed in 64 bits.
    private static void Total(in Operand a, int row, int rows, int* b, int* bLow, int bStride, int depth, int* sums, long* totals)
    {
        new Span<long>(totals, TileRows * TileColumns).Clear();
        for (int from = 0; from < depth; from += TrainingMath.SafeDepth)
        {
            var piece = new Operand(a.Words + ((long)(from / 2) * a.DepthStride), a.RowStride, a.DepthStride, a.Units);
            Tile(piece, row, rows, b + ((long)(from / 2) * bStride), bStride, depth - from, sums);
            Add(sums, bLow is null ? 0 : 7, totals);
            if (bLow is not null)
            {
                Tile(piece, row, rows, bLow + ((long)(from / 2) * bStride), bStride, depth - from, sums);
                Add(sums, 0, totals);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(int* sums, int shift, long* totals)
    {
        for (int i = 0; i < TileRows * TileColumns; i += 8)
        {
            (Vector512.Load(totals + i) + (Avx512F.ConvertToVector512Int64(Vector256.Load(sums + i)) << shift)).Store(totals + i);
        }
    }
}
