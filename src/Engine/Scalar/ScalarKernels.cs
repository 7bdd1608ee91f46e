using System.Runtime.CompilerServices;
using Ait.Engine.Execution;
using Ait.Engine.Weights;

namespace Ait.Engine.Scalar;

/// <summary>The definition of the arithmetic, in plain loops (docs/exact-arithmetic.md §2 and §4).</summary>
internal unsafe class ScalarKernels : Kernels
{
    public override Backend Backend => Backend.Scalar;

    public override bool Quantize(float* x, int count, short* q, out float magnitude)
    {
        int bits = ExactMath.MagnitudeBits(x, count);
        if (bits < ExactMath.SmallestBits || bits > ExactMath.LargestBits)
        {
            new Span<short>(q, count).Clear();
            magnitude = 0f;
            return bits < ExactMath.SmallestBits;
        }

        magnitude = BitConverter.Int32BitsToSingle(bits);
        float inverse = 127f / magnitude;
        for (int i = 0; i < count; i++)
        {
            q[i] = (short)ExactMath.Rint(x[i] * inverse);
        }

        return true;
    }

    public override bool NormQuantize(float* x, int count, float epsilon, short* q, out float scale)
    {
        scale = 0f;
        if (!Quantize(x, count, q, out float magnitude))
        {
            return false;
        }

        if (magnitude == 0f)
        {
            return true;
        }

        scale = NormScale(SquareSum(x, count, magnitude), count, magnitude, epsilon);
        return true;
    }

    public override bool InverseRoot(float* x, int count, float epsilon, out float inverseRoot)
    {
        int bits = ExactMath.MagnitudeBits(x, count);
        inverseRoot = 0f;
        if (bits >= ExactMath.SmallestBits && bits <= ExactMath.LargestBits)
        {
            float magnitude = BitConverter.Int32BitsToSingle(bits);
            inverseRoot = InverseRoot(SquareSum(x, count, magnitude), count, magnitude, epsilon);
        }

        return bits <= ExactMath.LargestBits;
    }

    public override void Scale(float* x, float factor, float* gain, int count)
    {
        for (int i = 0; i < count; i++)
        {
            x[i] = (x[i] * factor) * gain[i];
        }
    }

    /// <summary>The part of the norm that happens once per vector; every backend uses it as it is.</summary>
    public static float NormScale(long sum, int count, float magnitude, float epsilon) =>
        (magnitude / 127f) * InverseRoot(sum, count, magnitude, epsilon);

    // Squares of 15-bit integers: the sum is exact, whatever its order.
    private static long SquareSum(float* x, int count, float magnitude)
    {
        float inverse = 16383f / magnitude;
        long sum = 0;
        for (int i = 0; i < count; i++)
        {
            long v = ExactMath.Rint(x[i] * inverse);
            sum += v * v;
        }

        return sum;
    }

    private static float InverseRoot(long sum, int count, float magnitude, float epsilon)
    {
        float unit = magnitude / 16383f;
        float meanSquare = ExactMath.ToSingle(sum) * (unit * unit);
        meanSquare = meanSquare / (float)count;
        meanSquare = meanSquare + epsilon;
        return 1f / float.Sqrt(meanSquare);
    }

    public override void Add(float* h, float* y, int count)
    {
        for (int i = 0; i < count; i++)
        {
            h[i] = h[i] + y[i];
        }
    }

    public override void Rotate(float* x, float* cosines, float* sines, int half)
    {
        for (int i = 0; i < half; i++)
        {
            float x0 = x[i];
            float x1 = x[i + half];
            x[i] = (x0 * cosines[i]) - (x1 * sines[i]);
            x[i + half] = (x0 * sines[i]) + (x1 * cosines[i]);
        }
    }

    public override void GatedSilu(float* gate, float* up, int count)
    {
        for (int i = 0; i < count; i++)
        {
            float g = gate[i];
            float e = ExactMath.ExpNegative(Math.Abs(g));
            float s = (g >= 0f ? 1f : e) / (1f + e);
            gate[i] = (g * s) * up[i];
        }
    }

    public override void Linear(PackedMatrix w, int firstPanel, int endPanel, in Activations x, float* y, int yStride)
    {
        int end = Math.Min(endPanel * PackedMatrix.PanelRows, w.Rows);
        for (int n = firstPanel * PackedMatrix.PanelRows; n < end; n++)
        {
            sbyte* weights = w.Weights + PackedMatrix.Index(n, 0, w.Columns);
            for (int r = 0; r < x.Rows; r++)
            {
                int sum = Dot(x.Values + ((long)r * x.Stride), weights, w.Columns);
                y[((long)r * yStride) + n] = (float)sum * (x.Scales[r] * w.Scales[n]);
            }
        }
    }

    /// <summary>Dot product with one row of a packed matrix: groups of 4 bytes, 64 bytes apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Dot(short* x, sbyte* packedRow, int count)
    {
        int sum = 0;
        for (int k = 0; k < count; k += PackedMatrix.Group)
        {
            sum += (x[k] * packedRow[0]) + (x[k + 1] * packedRow[1]) + (x[k + 2] * packedRow[2]) + (x[k + 3] * packedRow[3]);
            packedRow += PackedMatrix.PanelRows * PackedMatrix.Group;
        }

        return sum;
    }

    public override void Attend(in HeadCache cache, int first, int end, short* query, float queryScale, int* scores, float* output)
    {
        int maximum = int.MinValue;
        int exponent = int.MinValue;
        for (int j = first; j < end; j++)
        {
            int sum = Dot(query, cache.Keys(j / HeadCache.PagePositions) + PackedMatrix.Index(j % HeadCache.PagePositions, 0, cache.Width), cache.Width);
            int score = ExactMath.Score((float)sum * (queryScale * cache.KeyScale(j)));
            scores[j - first] = score;
            maximum = Math.Max(maximum, score);
            exponent = Math.Max(exponent, cache.ValueExponent(j));
        }

        // The denominator takes each weight at its own precision, the numerator shifted to the common value scale.
        long denominator = 0;
        for (int j = first; j < end; j++)
        {
            int depth = ExactMath.Depth(maximum, scores[j - first]);
            int a = ExactMath.Exp2Fraction(depth & 0xFFFF);
            int shift = (depth >> 16) + 1;
            denominator += ExactMath.Weight(a, shift);
            scores[j - first] = ExactMath.Weight(a, shift + exponent - cache.ValueExponent(j));
        }

        float scale = ExactMath.PowerOfTwo(exponent) / ExactMath.ToSingle(denominator);
        for (int i = 0; i < cache.Width; i++)
        {
            long sum = 0;
            for (int j = first; j < end; j++)
            {
                sum += scores[j - first] * cache.Value(j, i);
            }

            output[i] = ExactMath.ToSingle(sum) * scale;
        }
    }
}
