using System.Numerics;
using Ait.Engine.Scalar;
using Ait.Engine.Weights;

namespace Ait.Engine.Training;

/// <summary>The elementary operations that training adds to those of inference (docs/exact-arithmetic.md §10).</summary>
internal static unsafe class TrainingMath
{
    /// <summary>Gradients are integers of at most 127 · 128: two limbs of eight bits.</summary>
    public const float GradientLimit = 16256f;

    /// <summary>Scatters sum integers of at most 2^23 − 1.</summary>
    public const float ScatterLimit = 8_388_607f;

    /// <summary>Most products of a gradient and an int8 that an int32 sum takes: 16256 · 127 · 1040 is below 2^31.</summary>
    public const int SafeDepth = 1024;

    /// <summary>Losses count 2^-16 binary digits.</summary>
    public const int LossOne = 1 << 16;

    /// <summary>ln 2 / 65536: turns a loss into nats, for people.</summary>
    public const double NatsPerUnit = 0.693147180559945309417 / 65536;

    /// <summary>The nearest float of any 64-bit integer.</summary>
    public static float ToSingle(long value) => (float)value;

    /// <summary>Whether a magnitude can be scaled by: it neither counts as zero nor is out of range.</summary>
    public static bool IsScale(int magnitudeBits) => magnitudeBits is >= ExactMath.SmallestBits and <= ExactMath.LargestBits;

    /// <summary>log2 of a positive integer in units of 2^-16, rounded down: one squaring for each fraction digit.</summary>
    public static long Log2(ulong value)
    {
        int exponent = BitOperations.Log2(value);
        // 31 fraction bits, so that a square fits 64 bits.
        ulong mantissa = exponent >= 31 ? value >> (exponent - 31) : value << (31 - exponent);
        long log = exponent;
        for (int i = 0; i < 16; i++)
        {
            mantissa = (mantissa * mantissa) >> 31;
            log <<= 1;
            if (mantissa >= 1UL << 32)
            {
                mantissa >>= 1;
                log |= 1;
            }
        }

        return log;
    }

    /// <summary>A uniform number of 0 … bound − 1 from a Philox block.</summary>
    public static int Bounded(ulong seed, uint c0, uint c1, uint stream, int bound)
    {
        (uint x0, uint x1, _, _) = Philox.Draw(c0, c1, stream, 0, (uint)seed, (uint)(seed >> 32));
        return (int)Math.BigMul(x0 | ((ulong)x1 << 32), (ulong)bound, out _);
    }

    /// <summary>The learning rate of a step, counted from 1: a linear rise, then a linear fall.</summary>
    public static float Rate(TrainingRecipe recipe, int step) => step <= recipe.WarmupSteps
        ? recipe.LearningRate * ((float)step / (float)recipe.WarmupSteps)
        : recipe.LearningRate * ((float)(recipe.Steps - step + 1) / (float)(recipe.Steps - recipe.WarmupSteps));
}
