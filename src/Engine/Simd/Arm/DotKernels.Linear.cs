using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Ait.Engine.Execution;
using Ait.Engine.Weights;

namespace Ait.Engine.Simd.Arm;

/// <summary>
/// Linear layers, four rows of x times one panel. 64 bytes of a panel are four vectors of 4 rows with 4 columns each; four
/// activations, broadcast as 32 bits, meet one vector in one dot product, which leaves one sum per row.
/// Equals ScalarKernels.Linear: integer sums, then the same two products.
/// </summary>
internal sealed unsafe partial class DotKernels<TDot>
{
    private const int Together = 4;

    public override bool PacksActivations => true;

    /// <summary>The rows of a tile, as bytes, one after the other.</summary>
    public override void Pack(short* values, int stride, int width, int rows, sbyte* packed, int* sums)
    {
        for (int row = 0; row < rows; row++)
        {
            short* x = values + ((long)row * stride);
            sbyte* target = packed + ((long)row * width);
            for (int k = 0; k < width; k += 16)
            {
                Vector128.Narrow(Vector128.Load(x + k), Vector128.Load(x + k + 8)).Store(target + k);
            }
        }
    }

    public override void Linear(PackedMatrix w, int firstPanel, int endPanel, in Activations x, float* y, int yStride)
    {
        for (int p = firstPanel; p < endPanel; p++)
        {
            float* scales = w.Scales + (p * PackedMatrix.PanelRows);
            int r = 0;
            for (; r + Together <= x.Rows; r += Together)
            {
                Tile4(w.Panel(p), scales, w.Columns, x.Packed + ((long)r * w.Columns), x.Scales + r, y + ((long)r * yStride) + (p * PackedMatrix.PanelRows), yStride);
            }

            for (; r < x.Rows; r++)
            {
                Tile1(w.Panel(p), scales, w.Columns, x.Packed + ((long)r * w.Columns), x.Scales[r], y + ((long)r * yStride) + (p * PackedMatrix.PanelRows));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4(sbyte* panel, float* panelScales, int columns, sbyte* x, float* scales, float* y, int yStride)
    {
        Vector128<int> a0 = default, a1 = default, a2 = default, a3 = default;
        Vector128<int> b0 = default, b1 = default, b2 = default, b3 = default;
        Vector128<int> c0 = default, c1 = default, c2 = default, c3 = default;
        Vector128<int> d0 = default, d1 = default, d2 = default, d3 = default;
        for (int k = 0; k < columns; k += PackedMatrix.Group)
        {
            Vector128<sbyte> w0 = Vector128.Load(panel);
            Vector128<sbyte> w1 = Vector128.Load(panel + 16);
            Vector128<sbyte> w2 = Vector128.Load(panel + 32);
            Vector128<sbyte> w3 = Vector128.Load(panel + 48);
            panel += 64;
            Vector128<sbyte> v = Vector128.Create(*(int*)(x + k)).AsSByte();
            a0 = TDot.Add(a0, w0, v);
            a1 = TDot.Add(a1, w1, v);
            a2 = TDot.Add(a2, w2, v);
            a3 = TDot.Add(a3, w3, v);
            v = Vector128.Create(*(int*)(x + columns + k)).AsSByte();
            b0 = TDot.Add(b0, w0, v);
            b1 = TDot.Add(b1, w1, v);
            b2 = TDot.Add(b2, w2, v);
            b3 = TDot.Add(b3, w3, v);
            v = Vector128.Create(*(int*)(x + (2L * columns) + k)).AsSByte();
            c0 = TDot.Add(c0, w0, v);
            c1 = TDot.Add(c1, w1, v);
            c2 = TDot.Add(c2, w2, v);
            c3 = TDot.Add(c3, w3, v);
            v = Vector128.Create(*(int*)(x + (3L * columns) + k)).AsSByte();
            d0 = TDot.Add(d0, w0, v);
            d1 = TDot.Add(d1, w1, v);
            d2 = TDot.Add(d2, w2, v);
            d3 = TDot.Add(d3, w3, v);
        }

        Store(a0, a1, a2, a3, scales[0], panelScales, y);
        Store(b0, b1, b2, b3, scales[1], panelScales, y + yStride);
        Store(c0, c1, c2, c3, scales[2], panelScales, y + (2L * yStride));
        Store(d0, d1, d2, d3, scales[3], panelScales, y + (3L * yStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1(sbyte* panel, float* panelScales, int columns, sbyte* x, float scale, float* y)
    {
        (Vector128<int> a0, Vector128<int> a1, Vector128<int> a2, Vector128<int> a3) = PanelSums(panel, columns, x);
        Store(a0, a1, a2, a3, scale, panelScales, y);
    }

    /// <summary>The sums of one row of bytes with the 16 rows of a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<int> A, Vector128<int> B, Vector128<int> C, Vector128<int> D) PanelSums(sbyte* panel, int columns, sbyte* x)
    {
        Vector128<int> a0 = default, a1 = default, a2 = default, a3 = default;
        for (int k = 0; k < columns; k += PackedMatrix.Group)
        {
            Vector128<sbyte> v = Vector128.Create(*(int*)(x + k)).AsSByte();
            a0 = TDot.Add(a0, Vector128.Load(panel), v);
            a1 = TDot.Add(a1, Vector128.Load(panel + 16), v);
            a2 = TDot.Add(a2, Vector128.Load(panel + 32), v);
            a3 = TDot.Add(a3, Vector128.Load(panel + 48), v);
            panel += 64;
        }

        return (a0, a1, a2, a3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector128<int> a, Vector128<int> b, Vector128<int> c, Vector128<int> d, float scale, float* panelScales, float* y)
    {
        Vector128<float> s = Vector128.Create(scale);
        (Vector128.ConvertToSingle(a) * (s * Vector128.Load(panelScales))).Store(y);
        (Vector128.ConvertToSingle(b) * (s * Vector128.Load(panelScales + 4))).Store(y + 4);
        (Vector128.ConvertToSingle(c) * (s * Vector128.Load(panelScales + 8))).Store(y + 8);
        (Vector128.ConvertToSingle(d) * (s * Vector128.Load(panelScales + 12))).Store(y + 12);
    }
}
