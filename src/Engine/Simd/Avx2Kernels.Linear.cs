using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Ait.Engine.Execution;
using Ait.Engine.Weights;

namespace Ait.Engine.Simd;

/// <summary>
/// Linear layers, half a panel (8 rows) at a time. 32 bytes hold 8 rows with 4 columns each; widened to int16 they become
/// two registers of 4 rows. Four activations, broadcast as 64 bits, meet all rows in one multiply-add of adjacent pairs,
/// which leaves two int32 partial sums per row. Equals ScalarKernels.Linear: integer sums, then the same two products.
/// </summary>
internal sealed unsafe partial class Avx2Kernels
{
    private const int HalfRows = PackedMatrix.PanelRows / 2;

    public override void Linear(PackedMatrix w, int firstPanel, int endPanel, in Activations x, float* y, int yStride)
    {
        int groups = w.Columns / PackedMatrix.Group;
        for (int h = 2 * firstPanel; h < 2 * endPanel; h++)
        {
            sbyte* half = w.Panel(h / 2) + (h % 2 * HalfRows * PackedMatrix.Group);
            float* halfScales = w.Scales + (h * HalfRows);
            float* target = y + (h * HalfRows);
            int r = 0;
            for (; r + 4 <= x.Rows; r += 4)
            {
                Tile4(half, halfScales, groups, x.Values + ((long)r * x.Stride), x.Stride, x.Scales + r, target + ((long)r * yStride), yStride);
            }

            for (; r < x.Rows; r++)
            {
                Tile1(half, halfScales, groups, x.Values + ((long)r * x.Stride), x.Stride, x.Scales + r, target + ((long)r * yStride), yStride);
            }
        }
    }

    /// <summary>4 rows of x times half a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4(sbyte* half, float* halfScales, int groups, short* x, int xStride, float* scales, float* y, int yStride)
    {
        short* x0 = x;
        short* x1 = x + (1L * xStride);
        short* x2 = x + (2L * xStride);
        short* x3 = x + (3L * xStride);
        Vector256<int> low0 = Vector256<int>.Zero, high0 = Vector256<int>.Zero;
        Vector256<int> low1 = Vector256<int>.Zero, high1 = Vector256<int>.Zero;
        Vector256<int> low2 = Vector256<int>.Zero, high2 = Vector256<int>.Zero;
        Vector256<int> low3 = Vector256<int>.Zero, high3 = Vector256<int>.Zero;
        for (int g = 0; g < groups; g++)
        {
            Vector256<short> low = Avx2.ConvertToVector256Int16(Vector128.LoadAligned(half));
            Vector256<short> high = Avx2.ConvertToVector256Int16(Vector128.LoadAligned(half + 16));
            half += 64;
            Vector256<short> b = Vector256.Create(*(long*)x0).AsInt16();
            low0 += Avx2.MultiplyAddAdjacent(low, b);
            high0 += Avx2.MultiplyAddAdjacent(high, b);
            x0 += 4;
            b = Vector256.Create(*(long*)x1).AsInt16();
            low1 += Avx2.MultiplyAddAdjacent(low, b);
            high1 += Avx2.MultiplyAddAdjacent(high, b);
            x1 += 4;
            b = Vector256.Create(*(long*)x2).AsInt16();
            low2 += Avx2.MultiplyAddAdjacent(low, b);
            high2 += Avx2.MultiplyAddAdjacent(high, b);
            x2 += 4;
            b = Vector256.Create(*(long*)x3).AsInt16();
            low3 += Avx2.MultiplyAddAdjacent(low, b);
            high3 += Avx2.MultiplyAddAdjacent(high, b);
            x3 += 4;
        }

        Vector256<float> s = Vector256.LoadAligned(halfScales);
        Scaled(low0, high0, scales[0], s).Store(y);
        Scaled(low1, high1, scales[1], s).Store(y + (1L * yStride));
        Scaled(low2, high2, scales[2], s).Store(y + (2L * yStride));
        Scaled(low3, high3, scales[3], s).Store(y + (3L * yStride));
    }

    /// <summary>1 row of x times half a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1(sbyte* half, float* halfScales, int groups, short* x, int xStride, float* scales, float* y, int yStride)
    {
        short* x0 = x;
        Vector256<int> low0 = Vector256<int>.Zero, high0 = Vector256<int>.Zero;
        for (int g = 0; g < groups; g++)
        {
            Vector256<short> low = Avx2.ConvertToVector256Int16(Vector128.LoadAligned(half));
            Vector256<short> high = Avx2.ConvertToVector256Int16(Vector128.LoadAligned(half + 16));
            half += 64;
            Vector256<short> b = Vector256.Create(*(long*)x0).AsInt16();
            low0 += Avx2.MultiplyAddAdjacent(low, b);
            high0 += Avx2.MultiplyAddAdjacent(high, b);
            x0 += 4;
        }

        Vector256<float> s = Vector256.LoadAligned(halfScales);
        Scaled(low0, high0, scales[0], s).Store(y);
    }

    // Row i has its partial sums in lanes 2i and 2i + 1 of low (rows 0–3) or high (rows 4–7). The horizontal sum works
    // within 128 bits and leaves rows 0 1 4 5 2 3 6 7.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> RowSums(Vector256<int> low, Vector256<int> high) =>
        Avx2.Permute4x64(Avx2.HorizontalAdd(low, high).AsInt64(), 0b11_01_10_00).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Scaled(Vector256<int> low, Vector256<int> high, float scale, Vector256<float> halfScales) =>
        Avx.ConvertToVector256Single(RowSums(low, high)) * (Vector256.Create(scale) * halfScales);
}
