using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Ait.Engine.Execution;
using Ait.Engine.Weights;

namespace Ait.Engine.Simd.Emitted;

/// <summary>
/// Linear layers by <c>vpdpbusd</c>, which the runtime does not offer, so its code is emitted; all else as with 512-bit
/// integers. The instruction wants unsigned weights: it gets w + 128, and 128 · Σ x is taken off the sum. Both are exact
/// mod 2^32, and the difference fits an int32.
/// </summary>
internal sealed unsafe class VnniKernels(VnniCode code) : Avx512Kernels
{
    public override Backend Backend => Backend.Avx512Vnni;

    public override bool PacksActivations => true;

    // Like a panel of weights: group after group of 4 columns, in each the rows one after the other.
    public override void Pack(short* values, int stride, int width, int rows, sbyte* packed, int* sums)
    {
        int* lane = stackalloc int[8];
        for (int row = 0; row < rows; row++)
        {
            short* x = values + ((long)row * stride);
            int* target = (int*)packed + row;
            Vector256<int> sum = Vector256<int>.Zero;
            for (int k = 0; k < width; k += 16)
            {
                Vector256<short> v = Vector256.Load(x + k);
                sum += Avx2.MultiplyAddAdjacent(v, Vector256<short>.One);
                Sse2.PackSignedSaturate(v.GetLower(), v.GetUpper()).AsInt32().Store(lane);
                target[0] = lane[0];
                target[rows] = lane[1];
                target[2 * rows] = lane[2];
                target[3 * rows] = lane[3];
                target += 4 * rows;
            }

            sums[row] = Vector256.Sum(sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Linear(PackedMatrix w, int firstPanel, int endPanel, in Activations x, float* y, int yStride)
    {
        int* sums = stackalloc int[Activations.TileRows * PackedMatrix.PanelRows];
        int groups = w.Columns / PackedMatrix.Group;
        for (int p = firstPanel; p < endPanel; p++)
        {
            Vector512<float> panelScales = Vector512.LoadAligned(w.Scales + (p * PackedMatrix.PanelRows));
            for (int row = 0; row < x.Rows; row += Activations.TileRows)
            {
                int rows = Math.Min(Activations.TileRows, x.Rows - row);
                code.Multiply(rows, w.Panel(p), x.Packed + ((long)row * w.Columns), groups, sums);
                float* target = y + ((long)row * yStride) + (p * PackedMatrix.PanelRows);
                for (int r = 0; r < rows; r++)
                {
                    Vector512<int> exact = Vector512.Load(sums + (r * PackedMatrix.PanelRows)) - Vector512.Create(x.Sums[row + r] << 7);
                    (Avx512F.ConvertToVector512Single(exact) * (Vector512.Create(x.Scales[row + r]) * panelScales)).Store(target);
                    target += yStride;
                }
            }
        }
    }
}
