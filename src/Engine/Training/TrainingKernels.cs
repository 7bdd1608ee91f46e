using System.Runtime.CompilerServices;
using Ait.Engine.Scalar;

namespace Ait.Engine.Training;

/// <summary>
/// The operations of the backward pass and of the optimiser, in plain loops: the definition (docs/exact-arithmetic.md §10).
/// Every other backend gives the same bits. Column counts are multiples of 16 unless a method says otherwise.
/// </summary>
/// <remarks>
/// Operands of <see cref="Product"/> come in pairs along the depth. In <em>paired</em> form 32-bit word
/// <c>(depth / 2) · count + i</c> holds the elements (i, depth) and (i, depth + 1), low half first.
/// </remarks>
internal unsafe class TrainingKernels
{
    /// <summary>
    /// G(x): q = rint(x · (16256 / am)) and unit = am / 16256; zeros if x counts as zero. False, with zeros, on a numeric fault.
    /// The count may be any.
    /// </summary>
    public virtual bool Quantize(float* x, int count, short* q, out float unit)
    {
        int bits = ExactMath.MagnitudeBits(x, count);
        unit = 0f;
        if (!TrainingMath.IsScale(bits))
        {
            new Span<short>(q, count).Clear();
            return bits < ExactMath.SmallestBits;
        }

        float magnitude = BitConverter.Int32BitsToSingle(bits);
        float inverse = TrainingMath.GradientLimit / magnitude;
        unit = magnitude / TrainingMath.GradientLimit;
        for (int i = 0; i < count; i++)
        {
            q[i] = (short)ExactMath.Rint(x[i] * inverse);
        }

        return true;
    }

    /// <summary>G of every column of x (rows × columns, the rows even), in paired form over the rows.</summary>
    public virtual bool QuantizeColumns(float* x, int stride, int rows, int columns, int* paired, int pairedStride, float* units)
    {
        bool fits = true;
        for (int n = 0; n < columns; n++)
        {
            int bits = 0;
            for (int t = 0; t < rows; t++)
            {
                bits = Math.Max(bits, BitConverter.SingleToInt32Bits(x[((long)t * stride) + n]) & int.MaxValue);
            }

            bool isScale = TrainingMath.IsScale(bits);
            fits &= bits <= ExactMath.LargestBits;
            float magnitude = BitConverter.Int32BitsToSingle(bits);
            float inverse = isScale ? TrainingMath.GradientLimit / magnitude : 0f;
            units[n] = isScale ? magnitude / TrainingMath.GradientLimit : 0f;
            for (int t = 0; t < rows; t += 2)
            {
                int low = isScale ? ExactMath.Rint(x[((long)t * stride) + n] * inverse) : 0;
                int high = isScale ? ExactMath.Rint(x[((long)(t + 1) * stride) + n] * inverse) : 0;
                paired[((t / 2) * (long)pairedStride) + n] = Pair(low, high);
            }
        }

        return fits;
    }

    /// <summary>Rows of int16 (an even number) in paired form.</summary>
    public virtual void PairRows(short* x, int stride, int rows, int columns, int* paired)
    {
        for (int t = 0; t < rows; t += 2)
        {
            for (int n = 0; n < columns; n++)
            {
                paired[((t / 2) * (long)columns) + n] = Pair(x[((long)t * stride) + n], x[((long)(t + 1) * stride) + n]);
            }
        }
    }

    /// <summary>Rows of gradients as two limbs, x = 128 · high + low with |low| ≤ 64, each in paired form.</summary>
    public virtual void PairLimbs(short* x, int stride, int rows, int columns, int* high, int* low)
    {
        for (int t = 0; t < rows; t += 2)
        {
            for (int n = 0; n < columns; n++)
            {
                int a = x[((long)t * stride) + n];
                int b = x[((long)(t + 1) * stride) + n];
                long at = ((t / 2) * (long)columns) + n;
                high[at] = Pair((a + 64) >> 7, (b + 64) >> 7);
                low[at] = Pair(a - (((a + 64) >> 7) << 7), b - (((b + 64) >> 7) << 7));
            }
        }
    }

    /// <summary>Rows of int16 with an even number of columns in paired form over the columns: a matrix turned around.</summary>
    public virtual void PairColumns(short* x, int stride, int rows, int columns, int* paired)
    {
        for (int j = 0; j < rows; j++)
        {
            int* row = (int*)(x + ((long)j * stride));
            for (int i = 0; i < columns / 2; i++)
            {
                paired[((long)i * rows) + j] = row[i];
            }
        }
    }

    /// <summary>
    /// c[i, j] = f32(Σ a[i, k] · b[j, k]) · unit[i], or that added to c[i, j]. The sum is exact. Elements of a are at most 16256
    /// in magnitude; those of b at most 127, or 16256 if its low limbs are given. A column count is a multiple of 16.
    /// </summary>
    public virtual void Product(in Operand a, int firstRow, int endRow, int* b, int* bLow, int columns, int depth, float* c, int cStride, bool adds)
    {
        for (int i = firstRow; i < endRow; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                long sum = 0;
                for (int k = 0; k < depth / 2; k++)
                {
                    int x = a.Words[((long)i * a.RowStride) + ((long)k * a.DepthStride)];
                    int y = b[((long)k * columns) + j];
                    long product = ((long)(short)x * (short)y) + ((long)(x >> 16) * (y >> 16));
                    if (bLow is not null)
                    {
                        int z = bLow[((long)k * columns) + j];
                        product = (product << 7) + ((long)(short)x * (short)z) + ((long)(x >> 16) * (z >> 16));
                    }

                    sum += product;
                }

                float* target = c + ((long)i * cStride) + j;
                float value = TrainingMath.ToSingle(sum) * a.Units[i];
                *target = adds ? *target + value : value;
            }
        }
    }

    /// <summary>y = x · factor.</summary>
    public virtual void Multiply(float* x, float factor, float* y, int count)
    {
        for (int i = 0; i < count; i++)
        {
            y[i] = x[i] * factor;
        }
    }

    /// <summary>y[i] = x[i] · factor[i].</summary>
    public virtual void Multiply(float* x, float* factor, float* y, int count)
    {
        for (int i = 0; i < count; i++)
        {
            y[i] = x[i] * factor[i];
        }
    }

    /// <summary>Of y = (g · s) · u with s the logistic function of g: gate and up become their gradients.</summary>
    public virtual void GatedSiluBackward(float* gate, float* up, float* gradient, int count)
    {
        for (int i = 0; i < count; i++)
        {
            float g = gate[i];
            float e = ExactMath.ExpNegative(Math.Abs(g));
            float s = (g >= 0f ? 1f : e) / (1f + e);
            float slope = s + ((g * s) * (1f - s));
            float dy = gradient[i];
            gate[i] = (dy * up[i]) * slope;
            up[i] = dy * (g * s);
        }
    }

    /// <summary>The transposed rotation of a gradient.</summary>
    public virtual void RotateBack(float* x, float* cosines, float* sines, int half)
    {
        for (int i = 0; i < half; i++)
        {
            float x0 = x[i];
            float x1 = x[i + half];
            x[i] = (x0 * cosines[i]) + (x1 * sines[i]);
            x[i + half] = (x1 * cosines[i]) - (x0 * sines[i]);
        }
    }

    /// <summary>
    /// Of y = h · r, r the inverse root: gradient += r · dy − h · c, with c = ((Σ dy · h) · (r · (r · r))) / n. The sum is over the
    /// integers of G(dy) and G(h).
    /// </summary>
    public virtual bool NormBackward(float* h, float* dy, float inverseRoot, float* gradient, int count, short* scratch)
    {
        bool fits = Quantize(dy, count, scratch, out float dyUnit) & Quantize(h, count, scratch + count, out float hUnit);
        float dot = TrainingMath.ToSingle(Dot(scratch, scratch + count, count)) * (dyUnit * hUnit);
        float c = (dot * (inverseRoot * (inverseRoot * inverseRoot))) / (float)count;
        for (int i = 0; i < count; i++)
        {
            float direct = dy[i] * inverseRoot;
            gradient[i] = gradient[i] + (direct - (h[i] * c));
        }

        return fits;
    }

    /// <summary>The exact sum of the products of two rows of gradients.</summary>
    public virtual long Dot(short* x, short* y, int count)
    {
        long sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }

    /// <summary>
    /// The probabilities of one query over the keys 0 … seen − 1 from the exact products S as floats; zeros up to the count.
    /// </summary>
    public virtual void Probabilities(float* s, float queryScale, float* keyScales, int seen, int count, int* scores, float* p)
    {
        int maximum = int.MinValue;
        for (int j = 0; j < seen; j++)
        {
            scores[j] = ExactMath.Score(s[j] * (queryScale * keyScales[j]));
            maximum = Math.Max(maximum, scores[j]);
        }

        long sum = 0;
        for (int j = 0; j < seen; j++)
        {
            int depth = ExactMath.Depth(maximum, scores[j]);
            scores[j] = ExactMath.Weight(ExactMath.Exp2Fraction(depth & 0xFFFF), (depth >> 16) + 1);
            sum += scores[j];
        }

        float share = 1f / TrainingMath.ToSingle(sum);
        for (int j = 0; j < count; j++)
        {
            p[j] = j < seen ? (float)scores[j] * share : 0f;
        }
    }

    /// <summary>ds = (p · (dp · valueScale − center)) · root.</summary>
    public virtual void SoftmaxBackward(float* p, float* dp, float* valueScales, float center, float root, float* ds, int count)
    {
        for (int j = 0; j < count; j++)
        {
            ds[j] = (p[j] * ((dp[j] * valueScales[j]) - center)) * root;
        }
    }

    /// <summary>
    /// The loss of a target in units of 2^-16 binary digits, and the gradient of the logits times the share of one token.
    /// −1 on a numeric fault. The count may be any.
    /// </summary>
    public virtual long CrossEntropy(float* logits, int count, int target, float share, int* scores)
    {
        if (ExactMath.MagnitudeBits(logits, count) > ExactMath.LargestBits)
        {
            return -1;
        }

        int maximum = int.MinValue;
        for (int i = 0; i < count; i++)
        {
            scores[i] = ExactMath.Score(logits[i] * ExactMath.Log2EQ16);
            maximum = Math.Max(maximum, scores[i]);
        }

        long loss = maximum - (long)scores[target];
        ulong sum = 0;
        for (int i = 0; i < count; i++)
        {
            int depth = Math.Min(maximum - scores[i], 32 << 16);
            ulong weight = ((ulong)ExactMath.Exp2Fraction(depth & 0xFFFF) << 16) >> (depth >> 16);
            scores[i] = (int)(uint)weight;
            sum += weight;
        }

        float scale = 1f / TrainingMath.ToSingle((long)sum);
        for (int i = 0; i < count; i++)
        {
            float p = (float)(uint)scores[i] * scale;
            logits[i] = (i == target ? p - 1f : p) * share;
        }

        return loss + TrainingMath.Log2(sum) - (31L << 16);
    }

    /// <summary>Σ rint(g · inverse)², |g · inverse| ≤ 16383. The count may be any.</summary>
    public virtual long SquareSum(float* g, float inverse, int count)
    {
        long sum = 0;
        for (int i = 0; i < count; i++)
        {
            long v = ExactMath.Rint(g[i] * inverse);
            sum += v * v;
        }

        return sum;
    }

    /// <summary>The largest magnitude, as a bit pattern. The count may be any.</summary>
    public virtual int MagnitudeBits(float* x, int count) => ExactMath.MagnitudeBits(x, count);

    /// <summary>One step of AdamW, element by element. The count may be any.</summary>
    public virtual void AdamW(float* w, float* m, float* v, float* g, in AdamStep step, int count)
    {
        for (int i = 0; i < count; i++)
        {
            float gradient = g[i] * step.Clip;
            float mean = (step.Beta1 * m[i]) + (step.Rest1 * gradient);
            float square = (step.Beta2 * v[i]) + (step.Rest2 * (gradient * gradient));
            float root = float.Sqrt(square * step.Correction2) + step.Epsilon;
            float move = (mean * step.Correction1) / root;
            m[i] = mean;
            v[i] = square;
            w[i] = w[i] - (step.Rate * (move + (step.Decay * w[i])));
        }
    }

    /// <summary>A row of weights as int8, as an import makes it. False on a numeric fault.</summary>
    public virtual bool QuantizeWeights(float* w, int count, short* q, out float scale)
    {
        int bits = ExactMath.MagnitudeBits(w, count);
        scale = 0f;
        if (!TrainingMath.IsScale(bits))
        {
            new Span<short>(q, count).Clear();
            return bits < ExactMath.SmallestBits;
        }

        float magnitude = BitConverter.Int32BitsToSingle(bits);
        float inverse = 127f / magnitude;
        scale = magnitude / 127f;
        for (int i = 0; i < count; i++)
        {
            q[i] = (short)ExactMath.Rint(w[i] * inverse);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static int Pair(int low, int high) => (low & 0xFFFF) | (high << 16);
}
