using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Ait.Engine.Execution;
using Ait.Engine.Scalar;
using Ait.Engine.Weights;

namespace Ait.Engine.Simd;

/// <summary>
/// Attention of one head. Keys lie in panels, so eight scores come from one pass like eight outputs of a linear layer;
/// values lie in pairs of positions, so a pair of weights meets eight elements in one multiply-add.
/// </summary>
internal sealed unsafe partial class Avx2Kernels
{
    // 16383 · 127 · 2 · 512 is below 2^31: so many pairs fit an int32 sum.
    private const int PairsPerSum = 512;

    private const int PairsPerPage = HeadCache.PagePositions / 2;

    private static readonly Vector256<int> Lanes = Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Attend(in HeadCache cache, int first, int end, short* query, float queryScale, int* scores, float* output)
    {
        // Scores and weights begin with the panel that holds the first key.
        int origin = first & ~15;
        (int maximum, int exponent) = Score(cache, first, end, query, queryScale, scores - origin);
        // Each block of 16 scores is read before its 32 bytes of weights are written, further to the front.
        short* weights = (short*)scores;
        long denominator = Weigh(cache, first, end, scores - origin, maximum, exponent, weights - origin);
        float scale = ExactMath.PowerOfTwo(exponent) / ExactMath.ToSingle(denominator);
        int* pairs = (int*)(weights - origin);
        bool fits = (end - origin + 1) / 2 <= PairsPerSum;
        for (int i = 0; i < cache.Width; i += 8)
        {
            if (fits)
            {
                Vector256<int> sum = MixPages(cache, i, pairs, origin / 2, (end + 1) / 2);
                (Avx.ConvertToVector256Single(sum) * Vector256.Create(scale)).Store(output + i);
                continue;
            }

            MixLong(cache, i, pairs, origin / 2, (end + 1) / 2, scale, output + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (int Maximum, int Exponent) Score(in HeadCache cache, int first, int end, short* query, float queryScale, int* scores)
    {
        int groups = cache.Width / PackedMatrix.Group;
        Vector256<int> maximum = Vector256.Create(int.MinValue);
        Vector256<int> exponent = Vector256.Create(int.MinValue);
        Vector256<float> limit = Vector256.Create(ExactMath.ScoreLimit);
        Vector256<float> scale = Vector256.Create(queryScale);
        // The second half of the last panel is scored even if no key of it is seen: the weights need whole blocks of 16.
        int wholeEnd = (end + 15) / 16 * 16;
        for (int j = first & ~15; j < wholeEnd; j += 8)
        {
            int page = j / HeadCache.PagePositions;
            int at = j % HeadCache.PagePositions;
            sbyte* half = cache.Keys(page) + ((long)(at / 16) * 16 * cache.Width) + (at % 16 * PackedMatrix.Group);
            Vector256<int> low = Vector256<int>.Zero;
            Vector256<int> high = Vector256<int>.Zero;
            long* q = (long*)query;
            for (int g = 0; g < groups; g++)
            {
                Vector256<short> b = Vector256.Create(*q++).AsInt16();
                low += Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(Vector128.LoadAligned(half)), b);
                high += Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(Vector128.LoadAligned(half + 16)), b);
                half += 64;
            }

            Vector256<float> score = Avx.ConvertToVector256Single(RowSums(low, high)) * (scale * Vector256.Load(cache.KeyScales(page) + at));
            score = Avx.Min(Avx.Max(score, Vector256<float>.Zero - limit), limit);
            Vector256<int> t = Avx.ConvertToVector256Int32(score);
            Vector256<int> e = Vector256.Load(cache.ValueExponents(page) + at);
            if (j + 8 > end || j < first)
            {
                // Positions the query does not see must not raise the maxima.
                Vector256<int> seen = Seen(first - j, end - j);
                t = Vector256.ConditionalSelect(seen, t, Vector256.Create(int.MinValue));
                e = Vector256.ConditionalSelect(seen, e, Vector256.Create(int.MinValue));
            }

            t.Store(scores + j);
            maximum = Avx2.Max(maximum, t);
            exponent = Avx2.Max(exponent, e);
        }

        return (Greatest(maximum), Greatest(exponent));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Weigh(in HeadCache cache, int first, int end, int* scores, int maximum, int exponent, short* weights)
    {
        // A lane sums at most 2^17 weights below 2^14.
        Vector256<int> sum = Vector256<int>.Zero;
        for (int j = first & ~15; j < end; j += 16)
        {
            Vector256<int> low = Weigh8(cache, first, end, scores, maximum, exponent, j, ref sum);
            Vector256<int> high = Weigh8(cache, first, end, scores, maximum, exponent, j + 8, ref sum);
            Packed(low, high).Store(weights + j);
        }

        return Vector256.Sum(Avx2.ConvertToVector256Int64(sum.GetLower()) + Avx2.ConvertToVector256Int64(sum.GetUpper()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Weigh8(in HeadCache cache, int first, int end, int* scores, int maximum, int exponent, int j, ref Vector256<int> sum)
    {
        Vector256<int> depth = Avx2.Min(Vector256.Create(maximum) - Vector256.Load(scores + j), Vector256.Create(30 << 16));
        Vector256<int> fraction = depth & Vector256.Create(0xFFFF);
        Vector256<int> a = Vector256.Create(262);
        a = Vector256.Create(-1801) + (Avx2.MultiplyLow(a, fraction) >> 16);
        a = Vector256.Create(7868) + (Avx2.MultiplyLow(a, fraction) >> 16);
        a = Vector256.Create(-22713) + (Avx2.MultiplyLow(a, fraction) >> 16);
        a = Vector256.Create(32768) + (Avx2.MultiplyLow(a, fraction) >> 16);
        Vector256<int> shift = (depth >>> 16) + Vector256<int>.One;
        Vector256<int> own = Shifted(a, shift);
        shift = Avx2.Min(shift + (Vector256.Create(exponent) - Vector256.Load(cache.ValueExponents(j / HeadCache.PagePositions) + (j % HeadCache.PagePositions))), Vector256.Create(31));
        Vector256<int> common = Shifted(a, shift);
        if (j + 8 > end || j < first)
        {
            Vector256<int> seen = Seen(first - j, end - j);
            own &= seen;
            common &= seen;
        }

        sum += own;
        return common;
    }

    // The lanes from … end − 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Seen(int from, int end) =>
        Vector256.LessThan(Lanes, Vector256.Create(end)) & ~Vector256.LessThan(Lanes, Vector256.Create(from));

    // min(16383, (a + 2^(shift − 1)) >> shift)
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Shifted(Vector256<int> a, Vector256<int> shift)
    {
        Vector256<int> half = Avx2.ShiftLeftLogicalVariable(Vector256<int>.One, (shift - Vector256<int>.One).AsUInt32());
        return Avx2.Min(Avx2.ShiftRightLogicalVariable(a + half, shift.AsUInt32()), Vector256.Create(16383));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Mix(sbyte* values, int width, int* weightPairs, int pairs)
    {
        Vector256<int> even = Vector256<int>.Zero;
        Vector256<int> odd = Vector256<int>.Zero;
        int p = 0;
        for (; p + 2 <= pairs; p += 2)
        {
            even += Avx2.MultiplyAddAdjacent(Pair(values), Vector256.Create(weightPairs[p]).AsInt16());
            odd += Avx2.MultiplyAddAdjacent(Pair(values + (2 * width)), Vector256.Create(weightPairs[p + 1]).AsInt16());
            values += 4 * width;
        }

        if (p < pairs)
        {
            even += Avx2.MultiplyAddAdjacent(Pair(values), Vector256.Create(weightPairs[p]).AsInt16());
        }

        return even + odd;
    }

    /// <summary>The sum over the pairs from … end − 1, at most as many as fit an int32, page by page.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector256<int> MixPages(in HeadCache cache, int i, int* weightPairs, int from, int end)
    {
        Vector256<int> sum = Vector256<int>.Zero;
        while (from < end)
        {
            int page = from / PairsPerPage;
            int at = from % PairsPerPage;
            int count = Math.Min(PairsPerPage - at, end - from);
            sum += Mix(cache.Values(page) + (2L * (((long)at * cache.Width) + i)), cache.Width, weightPairs + from, count);
            from += count;
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MixLong(in HeadCache cache, int i, int* weightPairs, int from, int end, float scale, float* output)
    {
        Vector256<long> low = Vector256<long>.Zero;
        Vector256<long> high = Vector256<long>.Zero;
        for (; from < end; from += PairsPerSum)
        {
            Vector256<int> sum = MixPages(cache, i, weightPairs, from, Math.Min(from + PairsPerSum, end));
            low += Avx2.ConvertToVector256Int64(sum.GetLower());
            high += Avx2.ConvertToVector256Int64(sum.GetUpper());
        }

        for (int lane = 0; lane < 4; lane++)
        {
            output[lane] = ExactMath.ToSingle(low.GetElement(lane)) * scale;
            output[lane + 4] = ExactMath.ToSingle(high.GetElement(lane)) * scale;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Pair(sbyte* values) => Avx2.ConvertToVector256Int16(Vector128.Load(values));
}
