using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ait.Engine.Judging;

/// <summary>Products of float matrices as a straightforward vector implementation does them: tiles of 8 × 32, fused products.</summary>
internal static unsafe class FloatProduct
{
    private const int TileRows = 8;
    private const int TileColumns = 32;

    /// <summary>c[i, j] = Σ a[i, k] · b[k, j], or that added. Columns are a multiple of 16.</summary>
    public static void Run(float* a, int rowStride, int depthStride, int firstRow, int endRow, float* b, int bStride, int columns, int depth, float* c, int cStride, bool adds)
    {
        for (int j = 0; j < columns; j += TileColumns)
        {
            for (int i = firstRow; i < endRow; i += TileRows)
            {
                int rows = Math.Min(TileRows, endRow - i);
                float* left = a + ((long)i * rowStride);
                float* target = c + ((long)i * cStride) + j;
                if (columns - j >= TileColumns)
                {
                    Tile(left, rowStride, depthStride, rows, b + j, bStride, depth, target, cStride, adds);
                }
                else
                {
                    Narrow(left, rowStride, depthStride, rows, b + j, bStride, depth, target, cStride, adds);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile(float* a, int rowStride, int depthStride, int rows, float* b, int bStride, int depth, float* c, int cStride, bool adds)
    {
        float* a0 = a + ((long)Math.Min(0, rows - 1) * rowStride);
        float* a1 = a + ((long)Math.Min(1, rows - 1) * rowStride);
        float* a2 = a + ((long)Math.Min(2, rows - 1) * rowStride);
        float* a3 = a + ((long)Math.Min(3, rows - 1) * rowStride);
        float* a4 = a + ((long)Math.Min(4, rows - 1) * rowStride);
        float* a5 = a + ((long)Math.Min(5, rows - 1) * rowStride);
        float* a6 = a + ((long)Math.Min(6, rows - 1) * rowStride);
        float* a7 = a + ((long)Math.Min(7, rows - 1) * rowStride);
        Vector512<float> low0 = Vector512<float>.Zero, high0 = Vector512<float>.Zero;
        Vector512<float> low1 = Vector512<float>.Zero, high1 = Vector512<float>.Zero;
        Vector512<float> low2 = Vector512<float>.Zero, high2 = Vector512<float>.Zero;
        Vector512<float> low3 = Vector512<float>.Zero, high3 = Vector512<float>.Zero;
        Vector512<float> low4 = Vector512<float>.Zero, high4 = Vector512<float>.Zero;
        Vector512<float> low5 = Vector512<float>.Zero, high5 = Vector512<float>.Zero;
        Vector512<float> low6 = Vector512<float>.Zero, high6 = Vector512<float>.Zero;
        Vector512<float> low7 = Vector512<float>.Zero, high7 = Vector512<float>.Zero;
        long at = 0;
        for (int k = 0; k < depth; k++)
        {
            Vector512<float> low = Vector512.Load(b);
            Vector512<float> high = Vector512.Load(b + 16);
            b += bStride;
            Vector512<float> x = Vector512.Create(a0[at]);
            low0 = Vector512.FusedMultiplyAdd(x, low, low0);
            high0 = Vector512.FusedMultiplyAdd(x, high, high0);
            x = Vector512.Create(a1[at]);
            low1 = Vector512.FusedMultiplyAdd(x, low, low1);
            high1 = Vector512.FusedMultiplyAdd(x, high, high1);
            x = Vector512.Create(a2[at]);
            low2 = Vector512.FusedMultiplyAdd(x, low, low2);
            high2 = Vector512.FusedMultiplyAdd(x, high, high2);
            x = Vector512.Create(a3[at]);
            low3 = Vector512.FusedMultiplyAdd(x, low, low3);
            high3 = Vector512.FusedMultiplyAdd(x, high, high3);
            x = Vector512.Create(a4[at]);
            low4 = Vector512.FusedMultiplyAdd(x, low, low4);
            high4 = Vector512.FusedMultiplyAdd(x, high, high4);
            x = Vector512.Create(a5[at]);
            low5 = Vector512.FusedMultiplyAdd(x, low, low5);
            high5 = Vector512.FusedMultiplyAdd(x, high, high5);
            x = Vector512.Create(a6[at]);
            low6 = Vector512.FusedMultiplyAdd(x, low, low6);
            high6 = Vector512.FusedMultiplyAdd(x, high, high6);
            x = Vector512.Create(a7[at]);
            low7 = Vector512.FusedMultiplyAdd(x, low, low7);
            high7 = Vector512.FusedMultiplyAdd(x, high, high7);
            at += depthStride;
        }

        if (rows > 0)
        {
            Store(low0, high0, c + (0L * cStride), adds);
        }

        if (rows > 1)
        {
            Store(low1, high1, c + (1L * cStride), adds);
        }

        if (rows > 2)
        {
            Store(low2, high2, c + (2L * cStride), adds);
        }

        if (rows > 3)
        {
            Store(low3, high3, c + (3L * cStride), adds);
        }

        if (rows > 4)
        {
            Store(low4, high4, c + (4L * cStride), adds);
        }

        if (rows > 5)
        {
            Store(low5, high5, c + (5L * cStride), adds);
        }

        if (rows > 6)
        {
            Store(low6, high6, c + (6L * cStride), adds);
        }

        if (rows > 7)
        {
            Store(low7, high7, c + (7L * cStride), adds);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow(float* a, int rowStride, int depthStride, int rows, float* b, int bStride, int depth, float* c, int cStride, bool adds)
    {
        for (int r = 0; r < rows; r++)
        {
            Vector512<float> sum = Vector512<float>.Zero;
            for (int k = 0; k < depth; k++)
            {
                sum = Vector512.FusedMultiplyAdd(Vector512.Create(a[((long)r * rowStride) + ((long)k * depthStride)]), Vector512.Load(b + ((long)k * bStride)), sum);
            }

            float* target = c + ((long)r * cStride);
            (adds ? Vector512.Load(target) + sum : sum).Store(target);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<float> low, Vector512<float> high, float* c, bool adds)
    {
        (adds ? Vector512.Load(c) + low : low).Store(c);
        (adds ? Vector512.Load(c + 16) + high : high).Store(c + 16);
    }
}
