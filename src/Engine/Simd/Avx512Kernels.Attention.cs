using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Ait.Engine.Execution;
using Ait.Engine.Scalar;
using Ait.Engine.Weights;

namespace Ait.Engine.Simd;

/// <summary>
/// Attention of one head. Keys lie in panels, so sixteen scores come from one pass like sixteen outputs of a linear
/// layer; values lie in pairs of positions, so a pair of weights meets sixteen elements in one multiply-add.
/// </summary>
internal unsafe partial class Avx512Kernels
{
    // 16383 · 127 · 2 · 512 is below 2^31: so many pairs fit an int32 sum.
    private const int PairsPerSum = 512;

    private const int PairsPerPage = HeadCache.PagePositions / 2;

    private static readonly Vector512<int> Lanes = Vector512.Create(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);

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
        for (int i = 0; i < cache.Width; i += 16)
        {
            if (fits)
            {
                Vector512<int> sum = MixPages(cache, i, pairs, origin / 2, (end + 1) / 2);
                (Avx512F.ConvertToVector512Single(sum) * Vector512.Create(scale)).Store(output + i);
                continue;
            }

            MixLong(cache, i, pairs, origin / 2, (end + 1) / 2, scale, output + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (int Maximum, int Exponent) Score(in HeadCache cache, int first, int end, short* query, float queryScale, int* scores)
    {
        int groups = cache.Width / PackedMatrix.Group;
        Vector512<int> maximum = Vector512.Create(int.MinValue);
        Vector512<int> exponent = Vector512.Create(int.MinValue);
        Vector512<float> limit = Vector512.Create(ExactMath.ScoreLimit);
        Vector512<float> scale = Vector512.Create(queryScale);
        for (int j = first & ~15; j < end; j += 16)
        {
            int page = j / HeadCache.PagePositions;
            int at = j % HeadCache.PagePositions;
            sbyte* panel = cache.Keys(page) + ((long)at * cache.Width);
            Vector512<int> low = Vector512<int>.Zero;
            Vector512<int> high = Vector512<int>.Zero;
            long* q = (long*)query;
            for (int g = 0; g < groups; g++)
            {
                Vector512<short> b = Vector512.Create(*q++).AsInt16();
                low += Avx512BW.MultiplyAddAdjacent(Avx512BW.ConvertToVector512Int16(Vector256.LoadAligned(panel)), b);
                high += Avx512BW.MultiplyAddAdjacent(Avx512BW.ConvertToVector512Int16(Vector256.LoadAligned(panel + 32)), b);
                panel += 64;
            }

            Vector512<float> score = Avx512F.ConvertToVector512Single(RowSums(low, high)) * (scale * Vector512.Load(cache.KeyScales(page) + at));
            score = Avx512F.Min(Avx512F.Max(score, Vector512<float>.Zero - limit), limit);
            Vector512<int> t = Avx512F.ConvertToVector512Int32(score);
            Vector512<int> e = Vector512.Load(cache.ValueExponents(page) + at);
            if (j + 16 > end || j < first)
            {
                // Positions the query does not see must not raise the maxima.
                Vector512<int> seen = Seen(first - j, end - j);
                t = Vector512.ConditionalSelect(seen, t, Vector512.Create(int.MinValue));
                e = Vector512.ConditionalSelect(seen, e, Vector512.Create(int.MinValue));
            }

            t.Store(scores + j);
            maximum = Avx512F.Max(maximum, t);
            exponent = Avx512F.Max(exponent, e);
        }

        return (Greatest(maximum), Greatest(exponent));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Weigh(in HeadCache cache, int first, int end, int* scores, int maximum, int exponent, short* weights)
    {
        // A lane sums at most 2^16 weights below 2^14.
        Vector512<int> sum = Vector512<int>.Zero;
        Vector512<int> top = Vector512.Create(maximum);
        for (int j = first & ~15; j < end; j += 16)
        {
            Vector512<int> depth = Avx512F.Min(top - Vector512.Load(scores + j), Vector512.Create(30 << 16));
            Vector512<int> fraction = depth & Vector512.Create(0xFFFF);
            Vector512<int> a = Vector512.Create(262);
            a = Vector512.Create(-1801) + (Avx512F.MultiplyLow(a, fraction) >> 16);
            a = Vector512.Create(7868) + (Avx512F.MultiplyLow(a, fraction) >> 16);
            a = Vector512.Create(-22713) + (Avx512F.MultiplyLow(a, fraction) >> 16);
            a = Vector512.Create(32768) + (Avx512F.MultiplyLow(a, fraction) >> 16);
            Vector512<int> shift = (depth >>> 16) + Vector512<int>.One;
            Vector512<int> own = Shifted(a, shift);
            shift = Avx512F.Min(shift + (Vector512.Create(exponent) - Vector512.Load(cache.ValueExponents(j / HeadCache.PagePositions) + (j % HeadCache.PagePositions))), Vector512.Create(31));
            Vector512<int> common = Shifted(a, shift);
            if (j + 16 > end || j < first)
            {
                Vector512<int> seen = Seen(first - j, end - j);
                own &= seen;
                common &= seen;
            }

            sum += own;
            Avx512F.ConvertToVector256Int16(common).Store(weights + j);
        }

        return Vector512.Sum(Avx512F.ConvertToVector512Int64(sum.GetLower()) + Avx512F.ConvertToVector512Int64(sum.GetUpper()));
    }

    // The lanes from … end − 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Seen(int from, int end) =>
        Vector512.LessThan(Lanes, Vector512.Create(end)) & ~Vector512.LessThan(Lanes, Vector512.Create(from));

    // min(16383, (a + 2^(shift − 1)) >> shift)
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Shifted(Vector512<int> a, Vector512<int> shift)
    {
        Vector512<int> half = Avx512F.ShiftLeftLogicalVariable(Vector512<int>.One, (shift - Vector512<int>.One).AsUInt32());
        return Avx512F.Min(Avx512F.ShiftRightLogicalVariable(a + half, shift.AsUInt32()), Vector512.Create(16383));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Mix(sbyte* values, int width, int* weightPairs, int pairs)
    {
        Vector512<int> even = Vector512<int>.Zero;
        Vector512<int> odd = Vector512<int>.Zero;
        int p = 0;
        for (; p + 2 <= pairs; p += 2)
        {
            even += Avx512BW.MultiplyAddAdjacent(Pair(values), Vector512.Create(weightPairs[p]).AsInt16());
            odd += Avx512BW.MultiplyAddAdjacent(Pair(values + (2 * width)), Vector512.Create(weightPairs[p + 1]).AsInt16());
            values += 4 * width;
        }

        if (p < pairs)
        {
            even += Avx512BW.MultiplyAddAdjacent(Pair(values), Vector512.Create(weightPairs[p]).AsInt16());
        }

        return even + odd;
    }

    /// <summary>The sum over the pairs from … end − 1, at most as many as fit an int32, page by page.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector512<int> MixPages(in HeadCache cache, int i, int* weightPairs, int from, int end)
    {
        Vector512<int> sum = Vector512<int>.Zero;
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
        Vector512<long> low = Vector512<long>.Zero;
        Vector512<long> high = Vector512<long>.Zero;
        for (; from < end; from += PairsPerSum)
        {
            Vector512<int> sum = MixPages(cache, i, weightPairs, from, Math.Min(from + PairsPerSum, end));
            low += Avx512F.ConvertToVector512Int64(sum.GetLower());
            high += Avx512F.ConvertToVector512Int64(sum.GetUpper());
        }

        for (int lane = 0; lane < 8; lane++)
        {
            output[lane] = ExactMath.ToSingle(low.GetElement(lane)) * scale;
            output[lane + 8] = ExactMath.ToSingle(high.GetElement(lane)) * scale;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Pair(sbyte* values) => Avx512BW.ConvertToVector512Int16(Vector256.Load(values));
}
