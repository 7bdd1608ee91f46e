using Ait.Engine.Scalar;
using Ait.Engine.Weights;

namespace Ait.Engine.Execution;

/// <summary>Chooses the next token from finite logits (docs/exact-arithmetic.md §5). Holds scratch: one per run.</summary>
internal sealed class Sampler(int vocabulary)
{
    // Counter word 2 of the sampling stream; keeps it apart from the weights' streams.
    private const uint SamplingStream = 0x53414D50;

    private readonly int[] _scores = new int[vocabulary];
    private readonly uint[] _weights = new uint[vocabulary];
    private readonly long[] _ranks = new long[vocabulary];

    public int Choose(ReadOnlySpan<float> logits, SamplingParameters sampling, ulong seed, int position) =>
        sampling.IsGreedy ? Greatest(logits) : Draw(logits, sampling, Uniform(seed, position));

    /// <summary>64 uniform bits for a position.</summary>
    public static ulong Uniform(ulong seed, int position)
    {
        (uint x0, uint x1, _, _) = Philox.Draw((uint)position, 0, SamplingStream, 0, (uint)seed, (uint)(seed >> 32));
        return ((ulong)x1 << 32) | x0;
    }

    /// <summary>The id of the greatest logit; of equals, the lowest id.</summary>
    public static int Greatest(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
        {
            if (logits[i] > logits[best])
            {
                best = i;
            }
        }

        return best;
    }

    /// <summary>The token whose share of the kept weights contains the uniform fraction.</summary>
    public int Draw(ReadOnlySpan<float> logits, SamplingParameters sampling, ulong uniform)
    {
        float scale = ExactMath.Log2EQ16Milli / (float)sampling.TemperatureMilli;
        int maximum = int.MinValue;
        for (int i = 0; i < logits.Length; i++)
        {
            _scores[i] = ExactMath.Score(logits[i] * scale);
            maximum = Math.Max(maximum, _scores[i]);
        }

        for (int i = 0; i < logits.Length; i++)
        {
            // At 32 binary digits below the maximum nothing is left, so that a long tail weighs nothing.
            int depth = Math.Min(maximum - _scores[i], 32 << 16);
            _weights[i] = (uint)(((ulong)ExactMath.Exp2Fraction(depth & 0xFFFF) << 16) >> (depth >> 16));
        }

        int kept = logits.Length;
        if (sampling.TopK != 0 && sampling.TopK < kept)
        {
            kept = sampling.TopK;
        }

        if (kept < logits.Length || sampling.TopPMillionths < SamplingParameters.AllOfProbability)
        {
            Drop(logits.Length, kept, sampling.TopPMillionths);
        }

        ulong total = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            total += _weights[i];
        }

        ulong threshold = Math.BigMul(uniform, total, out _);
        ulong sum = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            sum += _weights[i];
            if (sum > threshold)
            {
                return i;
            }
        }

        throw new InvalidOperationException("The threshold is below the total, and the sums end at the total.");
    }

    /// <summary>Sets the weights of all but the kept tokens to zero.</summary>
    private void Drop(int count, int kept, int topPMillionths)
    {
        // Ascending order of the rank is: greater score first, then lower id.
        for (int i = 0; i < count; i++)
        {
            _ranks[i] = ((long)-_scores[i] << 32) | (uint)i;
        }

        Array.Sort(_ranks, 0, count);
        UInt128 total = 0;
        for (int r = 0; r < kept; r++)
        {
            total += _weights[(int)(_ranks[r] & uint.MaxValue)];
        }

        UInt128 enough = total * (uint)topPMillionths;
        UInt128 sum = 0;
        for (int r = 0; r < count; r++)
        {
            int token = (int)(_ranks[r] & uint.MaxValue);
            bool isKept = r < kept && (r == 0 || sum < enough);
            if (isKept)
            {
                sum += (UInt128)_weights[token] * SamplingParameters.AllOfProbability;
            }
            else
            {
                _weights[token] = 0;
            }
        }
    }
}
