using System.Diagnostics;

namespace Ait.Engine.Scalar;

/// <summary>The elementary operations of the arithmetic (docs/exact-arithmetic.md §2). No product is fused with a sum.</summary>
internal static unsafe class ExactMath
{
    /// <summary>Bit pattern of 2^40. A magnitude above it, and so every infinity and NaN, is a numeric fault.</summary>
    public const int LargestBits = (127 + 40) << 23;

    /// <summary>Bit pattern of 2^-100. A vector whose largest magnitude is below it counts as zero.</summary>
    public const int SmallestBits = (127 - 100) << 23;

    /// <summary>Scale exponent of a value vector that counts as zero; below every other.</summary>
    public const int ZeroExponent = -120;

    /// <summary>log2(e) · 2^16, rounded to single precision.</summary>
    public const float Log2EQ16 = 94548.4609375f;

    /// <summary>log2(e) · 2^16 · 1000, rounded to single precision.</summary>
    public const float Log2EQ16Milli = 94548464f;

    /// <summary>Scores are clamped to ± 2^29 in units of 2^-16 binary digits.</summary>
    public const float ScoreLimit = 1 << 29;

    /// <summary>Nearest integer, ties to even, of a value that is known to fit.</summary>
    public static int Rint(float value) => (int)float.Round(value, MidpointRounding.ToEven);

    /// <summary>Nearest float of an integer below 2^53: exact as a double, then rounded once.</summary>
    public static float ToSingle(long value)
    {
        Debug.Assert(Math.Abs(value) < 1L << 53, "A sum exceeds the exact range.");
        return (float)(double)value;
    }

    /// <summary>The largest magnitude, as a bit pattern; patterns order like magnitudes, with NaN at the top.</summary>
    public static int MagnitudeBits(float* x, int count)
    {
        int bits = 0;
        for (int i = 0; i < count; i++)
        {
            bits = Math.Max(bits, BitConverter.SingleToInt32Bits(x[i]) & int.MaxValue);
        }

        return bits;
    }

    /// <summary>2^exponent, −126 to 127.</summary>
    public static float PowerOfTwo(int exponent) => BitConverter.Int32BitsToSingle((exponent + 127) << 23);

    /// <summary>The smallest e with magnitude · 2^-e ≤ 127.</summary>
    public static int ValueExponent(int magnitudeBits)
    {
        // 127 is 1.984375 · 2^6; 0x7E0000 is the fraction .984375.
        int exponent = (magnitudeBits >> 23) - 127 - 6;
        return (magnitudeBits & 0x7FFFFF) > 0x7E0000 ? exponent + 1 : exponent;
    }

    /// <summary>A score in units of 2^-16 binary digits.</summary>
    public static int Score(float value) => Rint(Math.Min(Math.Max(value, -ScoreLimit), ScoreLimit));

    /// <summary>2^(15 − fraction / 65536), never more and at most 5 units less, for a fraction of 0 to 65535.</summary>
    public static int Exp2Fraction(int fraction)
    {
        int a = 262;
        a = -1801 + ((a * fraction) >> 16);
        a = 7868 + ((a * fraction) >> 16);
        a = -22713 + ((a * fraction) >> 16);
        return 32768 + ((a * fraction) >> 16);
    }

    /// <summary>The distance below the maximum, at most 30 binary digits.</summary>
    public static int Depth(int maximum, int score) => Math.Min(maximum - score, 30 << 16);

    /// <summary>a / 2^shift rounded half up, at most 16383. A shift of 31 or more gives 0.</summary>
    public static int Weight(int a, int shift)
    {
        int s = Math.Min(shift, 31);
        return Math.Min(16383, (int)((a + (1u << (s - 1))) >> s));
    }

    /// <summary>exp(−x) for x ≥ 0.</summary>
    public static float ExpNegative(float x)
    {
        x = Math.Min(x, 80f);
        int k = Rint(x * 1.44269504f);
        float kf = k;
        // x = k · ln 2 + r, with ln 2 in two parts; the first product is exact.
        float r = x - (kf * 0.693359375f);
        r = r - (kf * -2.12194440e-4f);
        float z = -r;
        float p = 1.38888889e-3f;
        p = (p * z) + 8.33333333e-3f;
        p = (p * z) + 4.16666667e-2f;
        p = (p * z) + 1.66666667e-1f;
        p = (p * z) + 0.5f;
        p = (p * z) + 1f;
        p = (p * z) + 1f;
        return p * PowerOfTwo(-k);
    }
}
