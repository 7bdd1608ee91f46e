using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Ait.Engine.Scalar;

namespace Ait.Engine.Training;

/// <summary>
/// 256-bit vectors. Equal to <see cref="TrainingKernels"/> bit for bit: integer sums in another order, elementwise floating
/// point in the same sequence. Counts are multiples of 16, so no loop has a remainder.
/// </summary>
internal unsafe class Avx2TrainingKernels : TrainingKernels
{
    private const int TileRows = 4;
    private const int TileColumns = 16;

    public static bool IsSupported => Avx2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool Quantize(float* x, int count, short* q, out float unit)
    {
        int bits = MagnitudeBits(x, count);
        unit = 0f;
        if (!TrainingMath.IsScale(bits))
        {
            new Span<short>(q, count).Clear();
            return bits < ExactMath.SmallestBits;
        }

        float magnitude = BitConverter.Int32BitsToSingle(bits);
        unit = magnitude / TrainingMath.GradientLimit;
        Round(x, TrainingMath.GradientLimit / magnitude, q, count);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool QuantizeWeights(float* w, int count, short* q, out float scale)
    {
        int bits = MagnitudeBits(w, count);
        scale = 0f;
        if (!TrainingMath.IsScale(bits))
        {
            new Span<short>(q, count).Clear();
            return bits < ExactMath.SmallestBits;
        }

        float magnitude = BitConverter.Int32BitsToSingle(bits);
        scale = magnitude / 127f;
        Round(w, 127f / magnitude, q, count);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool QuantizeColumns(float* x, int stride, int rows, int columns, int* paired, int pairedStride, float* units)
    {
        bool fits = true;
        Vector256<int> mask = Vector256.Create(int.MaxValue);
        Vector256<float> limit = Vector256.Create(TrainingMath.GradientLimit);
        for (int n = 0; n < columns; n += 8)
        {
            Vector256<int> bits = Vector256<int>.Zero;
            for (int t = 0; t < rows; t++)
            {
                bits = Avx2.Max(bits, Vector256.Load((int*)x + ((long)t * stride) + n) & mask);
            }

            Vector256<int> inRange = Vector256.LessThanOrEqual(bits, Vector256.Create(ExactMath.LargestBits));
            fits &= inRange == Vector256<int>.AllBitsSet;
            Vector256<int> isScale = inRange & Vector256.GreaterThanOrEqual(bits, Vector256.Create(ExactMath.SmallestBits));
            // Lanes that are no scale divide by 1 and are cleared.
            Vector256<float> magnitude = Vector256.ConditionalSelect(isScale, bits, Vector256<float>.One.AsInt32()).AsSingle();
            Vector256<float> inverse = limit / magnitude;
            ((magnitude / limit).AsInt32() & isScale).AsSingle().Store(units + n);
            for (int t = 0; t < rows; t += 2)
            {
                float* line = x + ((long)t * stride) + n;
                Vector256<int> low = Avx.ConvertToVector256Int32(Vector256.Load(line) * inverse) & isScale;
                Vector256<int> high = Avx.ConvertToVector256Int32(Vector256.Load(line + stride) * inverse) & isScale;
                Pairs(low, high).Store(paired + ((t / 2) * (long)pairedStride) + n);
            }
        }

        return fits;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void PairRows(short* x, int stride, int rows, int columns, int* paired)
    {
        for (int t = 0; t < rows; t += 2)
        {
            short* line = x + ((long)t * stride);
            int* target = paired + ((t / 2) * (long)columns);
            for (int n = 0; n < columns; n += 8)
            {
                Pairs(Avx2.ConvertToVector256Int32(Vector128.Load(line + n)), Avx2.ConvertToVector256Int32(Vector128.Load(line + stride + n))).Store(target + n);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void PairLimbs(short* x, int stride, int rows, int columns, int* high, int* low)
    {
        Vector128<short> half = Vector128.Create((short)64);
        for (int t = 0; t < rows; t += 2)
        {
            short* line = x + ((long)t * stride);
            long at = (t / 2) * (long)columns;
            for (int n = 0; n < columns; n += 8)
            {
                Vector128<short> a = Vector128.Load(line + n);
                Vector128<short> b = Vector128.Load(line + stride + n);
                Vector128<short> aHigh = (a + half) >> 7;
                Vector128<short> bHigh = (b + half) >> 7;
                Pairs(Avx2.ConvertToVector256Int32(aHigh), Avx2.ConvertToVector256Int32(bHigh)).Store(high + at + n);
                Pairs(Avx2.ConvertToVector256Int32(a - (aHigh << 7)), Avx2.ConvertToVector256Int32(b - (bHigh << 7))).Store(low + at + n);
            }
        }
    }

    public override void Product(in Operand a, int firstRow, int endRow, int* b, int* bLow, int columns, int depth, float* c, int cStride, bool adds)
    {
        for (int j = 0; j < columns; j += TileColumns)
        {
            Narrow(a, firstRow, endRow, b + j, bLow is null ? null : bLow + j, columns, depth, c + j, cStride, adds);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Multiply(float* x, float factor, float* y, int count)
    {
        Vector256<float> f = Vector256.Create(factor);
        for (int i = 0; i < count; i += 8)
        {
            (Vector256.Load(x + i) * f).Store(y + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Multiply(float* x, float* factor, float* y, int count)
    {
        for (int i = 0; i < count; i += 8)
        {
            (Vector256.Load(x + i) * Vector256.Load(factor + i)).Store(y + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void GatedSiluBackward(float* gate, float* up, float* gradient, int count)
    {
        Vector256<float> one = Vector256<float>.One;
        for (int i = 0; i < count; i += 8)
        {
            Vector256<float> g = Vector256.Load(gate + i);
            Vector256<float> e = ExpNegative(Vector256.Abs(g));
            Vector256<float> s = Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(g, Vector256<float>.Zero), one, e) / (one + e);
            Vector256<float> slope = s + ((g * s) * (one - s));
            Vector256<float> dy = Vector256.Load(gradient + i);
            ((dy * Vector256.Load(up + i)) * slope).Store(gate + i);
            (dy * (g * s)).Store(up + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void RotateBack(float* x, float* cosines, float* sines, int half)
    {
        for (int i = 0; i < half; i += 8)
        {
            Vector256<float> x0 = Vector256.Load(x + i);
            Vector256<float> x1 = Vector256.Load(x + half + i);
            Vector256<float> c = Vector256.Load(cosines + i);
            Vector256<float> s = Vector256.Load(sines + i);
            ((x0 * c) + (x1 * s)).Store(x + i);
            ((x1 * c) - (x0 * s)).Store(x + half + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool NormBackward(float* h, float* dy, float inverseRoot, float* gradient, int count, short* scratch)
    {
        bool fits = Quantize(dy, count, scratch, out float dyUnit) & Quantize(h, count, scratch + count, out float hUnit);
        float dot = TrainingMath.ToSingle(Dot(scratch, scratch + count, count)) * (dyUnit * hUnit);
        float c = (dot * (inverseRoot * (inverseRoot * inverseRoot))) / (float)count;
        Vector256<float> r = Vector256.Create(inverseRoot);
        Vector256<float> cs = Vector256.Create(c);
        for (int i = 0; i < count; i += 8)
        {
            Vector256<float> direct = Vector256.Load(dy + i) * r;
            (Vector256.Load(gradient + i) + (direct - (Vector256.Load(h + i) * cs))).Store(gradient + i);
        }

        return fits;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override long Dot(short* x, short* y, int count)
    {
        // A pair of products is below 2^30.
        Vector256<long> sum = Vector256<long>.Zero;
        for (int i = 0; i < count; i += 16)
        {
            Vector256<int> pairs = Avx2.MultiplyAddAdjacent(Vector256.Load(x + i), Vector256.Load(y + i));
            sum += Avx2.ConvertToVector256Int64(pairs.GetLower()) + Avx2.ConvertToVector256Int64(pairs.GetUpper());
        }

        return Vector256.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Probabilities(float* s, float queryScale, float* keyScales, int seen, int count, int* scores, float* p)
    {
        Vector256<float> limit = Vector256.Create(ExactMath.ScoreLimit);
        Vector256<float> scale = Vector256.Create(queryScale);
        Vector256<int> lanes = Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7);
        Vector256<int> maximum = Vector256.Create(int.MinValue);
        int padded = (seen + 7) & ~7;
        for (int j = 0; j < padded; j += 8)
        {
            Vector256<float> score = Vector256.Load(s + j) * (scale * Vector256.Load(keyScales + j));
            score = Avx.Min(Avx.Max(score, Vector256<float>.Zero - limit), limit);
            Vector256<int> t = Avx.ConvertToVector256Int32(score);
            t = Vector256.ConditionalSelect(Vector256.LessThan(lanes, Vector256.Create(seen - j)), t, Vector256.Create(int.MinValue));
            t.Store(scores + j);
            maximum = Avx2.Max(maximum, t);
        }

        Vector256<int> top = Vector256.Create(Greatest(maximum));
        Vector256<long> sum = Vector256<long>.Zero;
        for (int j = 0; j < padded; j += 8)
        {
            Vector256<int> isSeen = Vector256.LessThan(lanes, Vector256.Create(seen - j));
            // Lanes that are not seen hold the least int: their distance is meaningless and their weight is cleared.
            Vector256<int> depth = Avx2.Min(top - Vector256.Load(scores + j), Vector256.Create(30 << 16)) & isSeen;
            Vector256<int> fraction = depth & Vector256.Create(0xFFFF);
            Vector256<int> a = Vector256.Create(262);
            a = Vector256.Create(-1801) + (Avx2.MultiplyLow(a, fraction) >> 16);
            a = Vector256.Create(7868) + (Avx2.MultiplyLow(a, fraction) >> 16);
            a = Vector256.Create(-22713) + (Avx2.MultiplyLow(a, fraction) >> 16);
            a = Vector256.Create(32768) + (Avx2.MultiplyLow(a, fraction) >> 16);
            Vector256<int> shift = (depth >>> 16) + Vector256<int>.One;
            Vector256<int> half = Avx2.ShiftLeftLogicalVariable(Vector256<int>.One, (shift - Vector256<int>.One).AsUInt32());
            Vector256<int> weight = Avx2.Min(Avx2.ShiftRightLogicalVariable(a + half, shift.AsUInt32()), Vector256.Create(16383)) & isSeen;
            weight.Store(scores + j);
            sum += Avx2.ConvertToVector256Int64(weight.GetLower()) + Avx2.ConvertToVector256Int64(weight.GetUpper());
        }

        Vector256<float> share = Vector256.Create(1f / TrainingMath.ToSingle(Vector256.Sum(sum)));
        for (int j = 0; j < padded; j += 8)
        {
            (Avx.ConvertToVector256Single(Vector256.Load(scores + j)) * share).Store(p + j);
        }

        new Span<float>(p + padded, count - padded).Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SoftmaxBackward(float* p, float* dp, float* valueScales, float center, float root, float* ds, int count)
    {
        Vector256<float> c = Vector256.Create(center);
        Vector256<float> r = Vector256.Create(root);
        for (int j = 0; j < count; j += 8)
        {
            ((Vector256.Load(p + j) * ((Vector256.Load(dp + j) * Vector256.Load(valueScales + j)) - c)) * r).Store(ds + j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override long SquareSum(float* g, float inverse, int count)
    {
        Vector256<float> f = Vector256.Create(inverse);
        Vector256<long> sum = Vector256<long>.Zero;
        for (int i = 0; i < count; i += 8)
        {
            // Squares are below 2^28.
            Vector256<int> v = Avx.ConvertToVector256Int32(Vector256.Load(g + i) * f);
            Vector256<int> square = Avx2.MultiplyLow(v, v);
            sum += Avx2.ConvertToVector256Int64(square.GetLower()) + Avx2.ConvertToVector256Int64(square.GetUpper());
        }

        return Vector256.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int MagnitudeBits(float* x, int count)
    {
        Vector256<int> mask = Vector256.Create(int.MaxValue);
        Vector256<int> bits = Vector256<int>.Zero;
        for (int i = 0; i < count; i += 8)
        {
            bits = Avx2.Max(bits, Vector256.Load((int*)x + i) & mask);
        }

        return Greatest(bits);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AdamW(float* w, float* m, float* v, float* g, in AdamStep step, int count)
    {
        Vector256<float> clip = Vector256.Create(step.Clip);
        Vector256<float> beta1 = Vector256.Create(step.Beta1);
        Vector256<float> rest1 = Vector256.Create(step.Rest1);
        Vector256<float> beta2 = Vector256.Create(step.Beta2);
        Vector256<float> rest2 = Vector256.Create(step.Rest2);
        Vector256<float> correction1 = Vector256.Create(step.Correction1);
        Vector256<float> correction2 = Vector256.Create(step.Correction2);
        Vector256<float> epsilon = Vector256.Create(step.Epsilon);
        Vector256<float> rate = Vector256.Create(step.Rate);
        Vector256<float> decay = Vector256.Create(step.Decay);
        for (int i = 0; i < count; i += 8)
        {
            Vector256<float> gradient = Vector256.Load(g + i) * clip;
            Vector256<float> mean = (beta1 * Vector256.Load(m + i)) + (rest1 * gradient);
            Vector256<float> square = (beta2 * Vector256.Load(v + i)) + (rest2 * (gradient * gradient));
            Vector256<float> root = Vector256.Sqrt(square * correction2) + epsilon;
            Vector256<float> move = (mean * correction1) / root;
            mean.Store(m + i);
            square.Store(v + i);
            Vector256<float> weight = Vector256.Load(w + i);
            (weight - (rate * (move + (decay * weight)))).Store(w + i);
        }
    }

    /// <summary>Sixteen columns of a product.</summary>
    protected static void Narrow(in Operand a, int firstRow, int endRow, int* b, int* bLow, int bStride, int depth, float* c, int cStride, bool adds)
    {
        int* sums = stackalloc int[TileRows * TileColumns];
        long* totals = stackalloc long[TileRows * TileColumns];
        for (int i = firstRow; i < endRow; i += TileRows)
        {
            int rows = Math.Min(TileRows, endRow - i);
            bool isShort = bLow is null && depth <= TrainingMath.SafeDepth;
            if (isShort)
            {
                Tile(a, i, rows, b, bStride, depth, sums);
            }
            else
            {
                Total(a, i, rows, b, bLow, bStride, depth, sums, totals);
            }

            Finish(sums, isShort ? null : totals, rows, TileColumns, a.Units + i, c + ((long)i * cStride), cStride, adds);
        }
    }

    /// <summary>A tile of exact sums to floats: c[r, j] = f32(sum) · unit[r], or that added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected static void Finish(int* sums, long* totals, int rows, int columns, float* units, float* c, int cStride, bool adds)
    {
        for (int r = 0; r < rows; r++)
        {
            float* target = c + ((long)r * cStride);
            if (totals is not null)
            {
                for (int j = 0; j < columns; j++)
                {
                    float value = TrainingMath.ToSingle(totals[(r * columns) + j]) * units[r];
                    target[j] = adds ? target[j] + value : value;
                }

                continue;
            }

            Vector256<float> unit = Vector256.Create(units[r]);
            for (int j = 0; j < columns; j += 8)
            {
                Vector256<float> value = Avx.ConvertToVector256Single(Vector256.Load(sums + (r * columns) + j)) * unit;
                (adds ? Vector256.Load(target + j) + value : value).Store(target + j);
            }
        }
    }

    /// <summary>4 rows times 16 columns over at most <see cref="TrainingMath.SafeDepth"/> elements; rows beyond the count repeat the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile(in Operand a, int row, int rows, int* b, int bStride, int depth, int* sums)
    {
        int* a0 = a.Words + ((long)row * a.RowStride);
        int* a1 = rows > 1 ? a0 + a.RowStride : a0;
        int* a2 = rows > 2 ? a1 + a.RowStride : a1;
        int* a3 = rows > 3 ? a2 + a.RowStride : a2;
        long aStep = a.DepthStride;
        Vector256<int> low0 = Vector256<int>.Zero, high0 = Vector256<int>.Zero;
        Vector256<int> low1 = Vector256<int>.Zero, high1 = Vector256<int>.Zero;
        Vector256<int> low2 = Vector256<int>.Zero, high2 = Vector256<int>.Zero;
        Vector256<int> low3 = Vector256<int>.Zero, high3 = Vector256<int>.Zero;
        for (int k = Math.Min(depth, TrainingMath.SafeDepth) / 2; k > 0; k--)
        {
            Vector256<short> low = Vector256.Load(b).AsInt16();
            Vector256<short> high = Vector256.Load(b + 8).AsInt16();
            b += bStride;
            Vector256<short> x = Vector256.Create(*a0).AsInt16();
            low0 += Avx2.MultiplyAddAdjacent(low, x);
            high0 += Avx2.MultiplyAddAdjacent(high, x);
            a0 += aStep;
            x = Vector256.Create(*a1).AsInt16();
            low1 += Avx2.MultiplyAddAdjacent(low, x);
            high1 += Avx2.MultiplyAddAdjacent(high, x);
            a1 += aStep;
            x = Vector256.Create(*a2).AsInt16();
            low2 += Avx2.MultiplyAddAdjacent(low, x);
            high2 += Avx2.MultiplyAddAdjacent(high, x);
            a2 += aStep;
            x = Vector256.Create(*a3).AsInt16();
            low3 += Avx2.MultiplyAddAdjacent(low, x);
            high3 += Avx2.MultiplyAddAdjacent(high, x);
            a3 += aStep;
        }

        low0.Store(sums);
        high0.Store(sums + 8);
        low1.Store(sums + 16);
        high1.Store(sums + 24);
        low2.Store(sums + 32);
        high2.Store(sums + 40);
        low3.Store(sums + 48);
        high3.Store(sums + 56);
    }

    // Several pieces of depth, or two limbs: each an int32 tile, summed in 64 bits.
    private static void Total(in Operand a, int row, int rows, int* b, int* bLow, int bStride, int depth, int* sums, long* totals)
    {
        const int Elements = TileRows * TileColumns;
        new Span<long>(totals, Elements).Clear();
        for (int from = 0; from < depth; from += TrainingMath.SafeDepth)
        {
            var piece = new Operand(a.Words + ((long)(from / 2) * a.DepthStride), a.RowStride, a.DepthStride, a.Units);
            Tile(piece, row, rows, b + ((long)(from / 2) * bStride), bStride, depth - from, sums);
            for (int i = 0; i < Elements; i++)
            {
                totals[i] += bLow is null ? sums[i] : (long)sums[i] << 7;
            }

            if (bLow is not null)
            {
                Tile(piece, row, rows, bLow + ((long)(from / 2) * bStride), bStride, depth - from, sums);
                for (int i = 0; i < Elements; i++)
                {
                    totals[i] += sums[i];
                }
            }
        }
    }

    private static void Round(float* x, float inverse, short* q, int count)
    {
        Vector256<float> f = Vector256.Create(inverse);
        for (int i = 0; i < count; i += 16)
        {
            Vector256<int> low = Avx.ConvertToVector256Int32(Vector256.Load(x + i) * f);
            Vector256<int> high = Avx.ConvertToVector256Int32(Vector256.Load(x + i + 8) * f);
            // The pack works within 128 bits, the permutation restores the order.
            Avx2.Permute4x64(Avx2.PackSignedSaturate(low, high).AsInt64(), 0b11_01_10_00).AsInt16().Store(q + i);
        }
    }

    // ExactMath.ExpNegative, eight at a time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> ExpNegative(Vector256<float> x)
    {
        x = Avx.Min(x, Vector256.Create(80f));
        Vector256<int> k = Avx.ConvertToVector256Int32(x * Vector256.Create(1.44269504f));
        Vector256<float> kf = Avx.ConvertToVector256Single(k);
        Vector256<float> r = x - (kf * Vector256.Create(0.693359375f));
        r = r - (kf * Vector256.Create(-2.12194440e-4f));
        Vector256<float> z = Vector256<float>.Zero - r;
        Vector256<float> p = Vector256.Create(1.38888889e-3f);
        p = (p * z) + Vector256.Create(8.33333333e-3f);
        p = (p * z) + Vector256.Create(4.16666667e-2f);
        p = (p * z) + Vector256.Create(1.66666667e-1f);
        p = (p * z) + Vector256.Create(0.5f);
        p = (p * z) + Vector256<float>.One;
        p = (p * z) + Vector256<float>.One;
        return p * ((Vector256.Create(127) - k) << 23).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Pairs(Vector256<int> low, Vector256<int> high) => (low & Vector256.Create(0xFFFF)) | (high << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Greatest(Vector256<int> v)
    {
        Vector128<int> b = Sse41.Max(v.GetLower(), v.GetUpper());
        b = Sse41.Max(b, Sse2.Shuffle(b, 0b01_00_11_10));
        b = Sse41.Max(b, Sse2.Shuffle(b, 0b10_11_00_01));
        return b.ToScalar();
    }
}
