using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Ait.Engine.Execution;
using Ait.Engine.Scalar;

namespace Ait.Engine.Simd.Arm;

/// <summary>
/// Attention of one head. Keys lie in panels, so sixteen scores come from one pass like sixteen outputs of a linear layer. Values
/// lie in pairs of positions: eight bytes hold four elements of two positions, widened to 32 bits they meet their two weights.
/// </summary>
internal sealed unsafe partial class DotKernels<TDot>
{
    // 16383 · 127 · 512 pairs is below 2^31 in each lane.
    private const int PairsPerSum = 512;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Attend(in HeadCache cache, int first, int end, short* query, float queryScale, int* scores, float* output)
    {
        int origin = first & ~15;
        int* score = scores - origin;
        (int maximum, int exponent) = Score(cache, first, end, query, queryScale, score);
        long denominator = 0;
        for (int j = origin; j < ((end + 15) & ~15); j++)
        {
            if (j < first || j >= end)
            {
                score[j] = 0;
                continue;
            }

            int depth = ExactMath.Depth(maximum, score[j]);
            int a = ExactMath.Exp2Fraction(depth & 0xFFFF);
            int shift = (depth >> 16) + 1;
            denominator += ExactMath.Weight(a, shift);
            score[j] = ExactMath.Weight(a, shift + exponent - cache.ValueExponent(j));
        }

        float scale = ExactMath.PowerOfTwo(exponent) / ExactMath.ToSingle(denominator);
        for (int i = 0; i < cache.Width; i += 4)
        {
            Mix(cache, i, score, origin / 2, (end + 1) / 2, scale, output + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (int Maximum, int Exponent) Score(in HeadCache cache, int first, int end, short* query, float queryScale, int* scores)
    {
        sbyte* q = stackalloc sbyte[EngineLimits.MaxHeadDimension];
        for (int i = 0; i < cache.Width; i += 16)
        {
            Vector128.Narrow(Vector128.Load(query + i), Vector128.Load(query + i + 8)).Store(q + i);
        }

        int maximum = int.MinValue;
        int exponent = int.MinValue;
        Vector128<float> scale = Vector128.Create(queryScale);
        for (int j = first & ~15; j < end; j += 16)
        {
            int page = j / HeadCache.PagePositions;
            int at = j % HeadCache.PagePositions;
            (Vector128<int> a, Vector128<int> b, Vector128<int> c, Vector128<int> d) = PanelSums(cache.Keys(page) + ((long)at * cache.Width), cache.Width, q);
            float* keyScales = cache.KeyScales(page) + at;
            Scored(a, scale * Vector128.Load(keyScales)).Store(scores + j);
            Scored(b, scale * Vector128.Load(keyScales + 4)).Store(scores + j + 4);
            Scored(c, scale * Vector128.Load(keyScales + 8)).Store(scores + j + 8);
            Scored(d, scale * Vector128.Load(keyScales + 12)).Store(scores + j + 12);
            int* exponents = cache.ValueExponents(page) + at;
            for (int i = Math.Max(first - j, 0); i < Math.Min(end - j, 16); i++)
            {
                maximum = Math.Max(maximum, scores[j + i]);
                exponent = Math.Max(exponent, exponents[i]);
            }
        }

        return (maximum, exponent);
    }

    // ExactMath.Score of sum · scale.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Scored(Vector128<int> sum, Vector128<float> scale)
    {
        Vector128<float> limit = Vector128.Create(ExactMath.ScoreLimit);
        return Rounded(Vector128.Min(Vector128.Max(Vector128.ConvertToSingle(sum) * scale, -limit), limit));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Mix(in HeadCache cache, int i, int* weights, int from, int end, float scale, float* output)
    {
        Vector128<long> low = Vector128<long>.Zero;
        Vector128<long> high = Vector128<long>.Zero;
        while (from < end)
        {
            int last = Math.Min(end, from + PairsPerSum);
            // Lanes 0 and 1 are the two positions of element i, lanes 2 and 3 of element i + 1; then i + 2 and i + 3.
            Vector128<int> a = Vector128<int>.Zero;
            Vector128<int> b = Vector128<int>.Zero;
            for (; from < last; from++)
            {
                int position = 2 * from;
                sbyte* pair = cache.Values(position / HeadCache.PagePositions) + cache.ValueIndex(position % HeadCache.PagePositions, i);
                Vector128<short> values = Vector128.WidenLower(Vector128.CreateScalar(*(long*)pair).AsSByte());
                Vector128<int> weight = Vector128.Create(*(long*)(weights + position)).AsInt32();
                a += Vector128.WidenLower(values) * weight;
                b += Vector128.WidenUpper(values) * weight;
            }

            low += Vector128.Create((long)a[0] + a[1], (long)a[2] + a[3]);
            high += Vector128.Create((long)b[0] + b[1], (long)b[2] + b[3]);
        }

        output[0] = ExactMath.ToSingle(low[0]) * scale;
        output[1] = ExactMath.ToSingle(low[1]) * scale;
        output[2] = ExactMath.ToSingle(high[0]) * scale;
        output[3] = ExactMath.ToSingle(high[1]) * scale;
    }
}
