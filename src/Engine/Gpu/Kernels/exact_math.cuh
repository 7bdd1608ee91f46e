// Scalar/ExactMath.cs, operation by operation. No product is fused with a sum: the compilers are told so.
#pragma once

#define LARGEST_BITS ((127 + 40) << 23)
#define SMALLEST_BITS ((127 - 100) << 23)
#define ZERO_EXPONENT (-120)
#define SCORE_LIMIT 536870912.0f

namespace ait
{

#if defined(AIT_HOST)
DEVICE int nearest(float x) { return (int)rintf(x); }
#else
DEVICE int nearest(float x) { return __float2int_rn(x); }
#endif

// Exact as a double below 2^53, then rounded once.
DEVICE float to_float(int64 x) { return (float)(double)x; }

DEVICE int magnitude_bits(float x) { return (int)(float_bits(x) & 0x7FFFFFFFu); }

DEVICE float power_of_two(int exponent) { return bits_float((uint32)(exponent + 127) << 23); }

DEVICE int value_exponent(int bits)
{
    int exponent = (bits >> 23) - 127 - 6;
    return (bits & 0x7FFFFF) > 0x7E0000 ? exponent + 1 : exponent;
}

DEVICE int to_score(float x)
{
    return nearest(fminf(fmaxf(x, -SCORE_LIMIT), SCORE_LIMIT));
}

DEVICE int exp2_fraction(int f)
{
    int a = 262;
    a = -1801 + ((a * f) >> 16);
    a = 7868 + ((a * f) >> 16);
    a = -22713 + ((a * f) >> 16);
    return 32768 + ((a * f) >> 16);
}

DEVICE int weight(int a, int shift)
{
    int s = smaller(shift, 31);
    return smaller(16383, (int)(((uint32)a + (1u << (s - 1))) >> s));
}

DEVICE float exp_negative(float x)
{
    x = x < 80.0f ? x : 80.0f;
    int k = nearest(x * 1.44269504f);
    float kf = (float)k;
    float r = x - kf * 0.693359375f;
    r = r - kf * -2.12194440e-4f;
    float z = -r;
    float p = 1.38888889e-3f;
    p = p * z + 8.33333333e-3f;
    p = p * z + 4.16666667e-2f;
    p = p * z + 1.66666667e-1f;
    p = p * z + 0.5f;
    p = p * z + 1.0f;
    p = p * z + 1.0f;
    return p * power_of_two(-k);
}

DEVICE float silu(float g)
{
    float e = exp_negative(g < 0.0f ? -g : g);
    float s = (g >= 0.0f ? 1.0f : e) / (1.0f + e);
    return g * s;
}

DEVICE float inverse_root(int64 sum, int count, float magnitude, float epsilon)
{
    float unit = magnitude / 16383.0f;
    float mean_square = to_float(sum) * (unit * unit);
    mean_square = mean_square / (float)count;
    mean_square = mean_square + epsilon;
    return 1.0f / sqrtf(mean_square);
}
} // namespace ait
