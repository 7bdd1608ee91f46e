using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Ait.Engine.Execution;
using Ait.Engine.Weights;

namespace Ait.Engine.Simd;

/// <summary>
/// Linear layers. A panel line of 64 bytes holds 16 rows with 4 columns each; widened to int16 it becomes two registers
/// of 8 rows. Four activations, broadcast as 64 bits, meet all rows in one multiply-add of adjacent pairs, which leaves
/// two int32 partial sums per row. Equals ScalarKernels.Linear: integer sums, then the same two products.
/// </summary>
internal unsafe partial class Avx512Kernels
{
    private static readonly Vector512<int> EvenLanes = Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    private static readonly Vector512<int> OddLanes = EvenLanes + Vector512<int>.One;

    public override void Linear(PackedMatrix w, int firstPanel, int endPanel, in Activations x, float* y, int yStride)
    {
        int groups = w.Columns / PackedMatrix.Group;
        for (int p = firstPanel; p < endPanel; p++)
        {
            sbyte* panel = w.Panel(p);
            float* panelScales = w.Scales + (p * PackedMatrix.PanelRows);
            float* target = y + (p * PackedMatrix.PanelRows);
            int r = 0;
            for (; r + 8 <= x.Rows; r += 8)
            {
                Tile8(panel, panelScales, groups, x.Values + ((long)r * x.Stride), x.Stride, x.Scales + r, target + ((long)r * yStride), yStride);
            }

            if (r + 4 <= x.Rows)
            {
                Tile4(panel, panelScales, groups, x.Values + ((long)r * x.Stride), x.Stride, x.Scales + r, target + ((long)r * yStride), yStride);
                r += 4;
            }

            if (r + 2 <= x.Rows)
            {
                Tile2(panel, panelScales, groups, x.Values + ((long)r * x.Stride), x.Stride, x.Scales + r, target + ((long)r * yStride), yStride);
                r += 2;
            }

            if (r < x.Rows)
            {
                Tile1(panel, panelScales, groups, x.Values + ((long)r * x.Stride), x.Stride, x.Scales + r, target + ((long)r * yStride), yStride);
            }
        }
    }

    /// <summary>8 rows of x times one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8(sbyte* panel, float* panelScales, int groups, short* x, int xStride, float* scales, float* y, int yStride)
    {
        short* x0 = x;
        short* x1 = x + (1L * xStride);
        short* x2 = x + (2L * xStride);
        short* x3 = x + (3L * xStride);
        short* x4 = x + (4L * xStride);
        short* x5 = x + (5L * xStride);
        short* x6 = x + (6L * xStride);
        short* x7 = x + (7L * xStride);
        Vector512<int> low0 = Vector512<int>.Zero, high0 = Vector512<int>.Zero;
        Vector512<int> low1 = Vector512<int>.Zero, high1 = Vector512<int>.Zero;
        Vector512<int> low2 = Vector512<int>.Zero, high2 = Vector512<int>.Zero;
        Vector512<int> low3 = Vector512<int>.Zero, high3 = Vector512<int>.Zero;
        Vector512<int> low4 = Vector512<int>.Zero, high4 = Vector512<int>.Zero;
        Vector512<int> low5 = Vector512<int>.Zero, high5 = Vector512<int>.Zero;
        Vector512<int> low6 = Vector512<int>.Zero, high6 = Vector512<int>.Zero;
        Vector512<int> low7 = Vector512<int>.Zero, high7 = Vector512<int>.Zero;
        for (int g = 0; g < groups; g++)
        {
            Vector512<short> low = Avx512BW.ConvertToVector512Int16(Vector256.LoadAligned(panel));
            Vector512<short> high = Avx512BW.ConvertToVector512Int16(Vector256.LoadAligned(panel + 32));
            panel += 64;
            Vector512<short> b = Vector512.Create(*(long*)x0).AsInt16();
            low0 += Avx512BW.MultiplyAddAdjacent(low, b);
            high0 += Avx512BW.MultiplyAddAdjacent(high, b);
            x0 += 4;
            b = Vector512.Create(*(long*)x1).AsInt16();
            low1 += Avx512BW.MultiplyAddAdjacent(low, b);
            high1 += Avx512BW.MultiplyAddAdjacent(high, b);
            x1 += 4;
            b = Vector512.Create(*(long*)x2).AsInt16();
            low2 += Avx512BW.MultiplyAddAdjacent(low, b);
            high2 += Avx512BW.MultiplyAddAdjacent(high, b);
            x2 += 4;
            b = Vector512.Create(*(long*)x3).AsInt16();
            low3 += Avx512BW.MultiplyAddAdjacent(low, b);
            high3 += Avx512BW.MultiplyAddAdjacent(high, b);
            x3 += 4;
            b = Vector512.Create(*(long*)x4).AsInt16();
            low4 += Avx512BW.MultiplyAddAdjacent(low, b);
            high4 += Avx512BW.MultiplyAddAdjacent(high, b);
            x4 += 4;
            b = Vector512.Create(*(long*)x5).AsInt16();
            low5 += Avx512BW.MultiplyAddAdjacent(low, b);
            high5 += Avx512BW.MultiplyAddAdjacent(high, b);
            x5 += 4;
            b = Vector512.Create(*(long*)x6).AsInt16();
            low6 += Avx512BW.MultiplyAddAdjacent(low, b);
            high6 += Avx512BW.MultiplyAddAdjacent(high, b);
            x6 += 4;
            b = Vector512.Create(*(long*)x7).AsInt16();
            low7 += Avx512BW.MultiplyAddAdjacent(low, b);
            high7 += Avx512BW.MultiplyAddAdjacent(high, b);
            x7 += 4;
        }

        Vector512<float> s = Vector512.LoadAligned(panelScales);
        Scaled(low0, high0, scales[0], s).Store(y);
        Scaled(low1, high1, scales[1], s).Store(y + (1L * yStride));
        Scaled(low2, high2, scales[2], s).Store(y + (2L * yStride));
        Scaled(low3, high3, scales[3], s).Store(y + (3L * yStride));
        Scaled(low4, high4, scales[4], s).Store(y + (4L * yStride));
        Scaled(low5, high5, scales[5], s).Store(y + (5L * yStride));
        Scaled(low6, high6, scales[6], s).Store(y + (6L * yStride));
        Scaled(low7, high7, scales[7], s).Store(y + (7L * yStride));
    }

    /// <summary>4 rows of x times one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4(sbyte* panel, float* panelScales, int groups, short* x, int xStride, float* scales, float* y, int yStride)
    {
        short* x0 = x;
        short* x1 = x + (1L * xStride);
        short* x2 = x + (2L * xStride);
        short* x3 = x + (3L * xStride);
        Vector512<int> low0 = Vector512<int>.Zero, high0 = Vector512<int>.Zero;
        Vector512<int> low1 = Vector512<int>.Zero, high1 = Vector512<int>.Zero;
        Vector512<int> low2 = Vector512<int>.Zero, high2 = Vector512<int>.Zero;
        Vector512<int> low3 = Vector512<int>.Zero, high3 = Vector512<int>.Zero;
        for (int g = 0; g < groups; g++)
        {
            Vector512<short> low = Avx512BW.ConvertToVector512Int16(Vector256.LoadAligned(panel));
            Vector512<short> high = Avx512BW.ConvertToVector512Int16(Vector256.LoadAligned(panel + 32));
            panel += 64;
            Vector512<short> b = Vector512.Create(*(long*)x0).AsInt16();
            low0 += Avx512BW.MultiplyAddAdjacent(low, b);
            high0 += Avx512BW.MultiplyAddAdjacent(high, b);
            x0 += 4;
            b = Vector512.Create(*(long*)x1).AsInt16();
            low1 += Avx512BW.MultiplyAddAdjacent(low, b);
            high1 += Avx512BW.MultiplyAddAdjacent(high, b);
            x1 += 4;
            b = Vector512.Create(*(long*)x2).AsInt16();
            low2 += Avx512BW.MultiplyAddAdjacent(low, b);
            high2 += Avx512BW.MultiplyAddAdjacent(high, b);
            x2 += 4;
            b = Vector512.Create(*(long*)x3).AsInt16();
            low3 += Avx512BW.MultiplyAddAdjacent(low, b);
            high3 += Avx512BW.MultiplyAddAdjacent(high, b);
            x3 += 4;
        }

        Vector512<float> s = Vector512.LoadAligned(panelScales);
        Scaled(low0, high0, scales[0], s).Store(y);
        Scaled(low1, high1, scales[1], s).Store(y + (1L * yStride));
        Scaled(low2, high2, scales[2], s).Store(y + (2L * yStride));
        Scaled(low3, high3, scales[3], s).Store(y + (3L * yStride));
    }

    /// <summary>2 rows of x times one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile2(sbyte* panel, float* panelScales, int groups, short* x, int xStride, float* scales, float* y, int yStride)
    {
        short* x0 = x;
        short* x1 = x + (1L * xStride);
        Vector512<int> low0 = Vector512<int>.Zero, high0 = Vector512<int>.Zero;
        Vector512<int> low1 = Vector512<int>.Zero, high1 = Vector512<int>.Zero;
        for (int g = 0; g < groups; g++)
        {
            Vector512<short> low = Avx512BW.ConvertToVector512Int16(Vector256.LoadAligned(panel));
            Vector512<short> high = Avx512BW.ConvertToVector512Int16(Vector256.LoadAligned(panel + 32));
            panel += 64;
            Vector512<short> b = Vector512.Create(*(long*)x0).AsInt16();
            low0 += Avx512BW.MultiplyAddAdjacent(low, b);
            high0 += Avx512BW.MultiplyAddAdjacent(high, b);
            x0 += 4;
            b = Vector512.Create(*(long*)x1).AsInt16();
            low1 += Avx512BW.MultiplyAddAdjacent(low, b);
            high1 += Avx512BW.MultiplyAddAdjacent(high, b);
            x1 += 4;
        }

        Vector512<float> s = Vector512.LoadAligned(panelScales);
        Scaled(low0, high0, scales[0], s).Store(y);
        Scaled(low1, high1, scales[1], s).Store(y + (1L * yStride));
    }

    /// <summary>1 row of x times one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1(sbyte* panel, float* panelScales, int groups, short* x, int xStride, float* scales, float* y, int yStride)
    {
        short* x0 = x;
        Vector512<int> low0 = Vector512<int>.Zero, high0 = Vector512<int>.Zero;
        for (int g = 0; g < groups; g++)
        {
            Vector512<short> low = Avx512BW.ConvertToVector512Int16(Vector256.LoadAligned(panel));
            Vector512<short> high = Avx512BW.ConvertToVector512Int16(Vector256.LoadAligned(panel + 32));
            panel += 64;
            Vector512<short> b = Vector512.Create(*(long*)x0).AsInt16();
            low0 += Avx512BW.MultiplyAddAdjacent(low, b);
            high0 += Avx512BW.MultiplyAddAdjacent(high, b);
            x0 += 4;
        }

        Vector512<float> s = Vector512.LoadAligned(panelScales);
        Scaled(low0, high0, scales[0], s).Store(y);
    }

    // Row i has its partial sums in lanes 2i and 2i + 1 of low (rows 0–7) or high (rows 8–15).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> RowSums(Vector512<int> low, Vector512<int> high) =>
        Avx512F.PermuteVar16x32x2(low, EvenLanes, high) + Avx512F.PermuteVar16x32x2(low, OddLanes, high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Scaled(Vector512<int> low, Vector512<int> high, float scale, Vector512<float> panelScales) =>
        Avx512F.ConvertToVector512Single(RowSums(low, high)) * (Vector512.Create(scale) * panelScales);
}
