using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Ait.Engine.Scalar;

namespace Ait.Engine.Simd.Arm;

/// <summary>
/// 128-bit vectors around a byte dot product. Equal to <see cref="ScalarKernels"/> bit for bit: integer sums in another order,
/// elementwise floating point in the same sequence. Every count is a multiple of 16 and half a head one of 8, so no loop has a
/// remainder. Everything but the dot product is written in vectors that every processor has.
/// </summary>
internal sealed unsafe partial class DotKernels<TDot> : ScalarKernels
    where TDot : struct, IByteDot
{
    public static bool IsSupported => TDot.IsSupported && BitConverter.IsLittleEndian;

    public override Backend Backend => Backend.AdvSimd;

    public override bool Quantize(float* x, int count, short* q, out float magnitude)
    {
        int bits = MagnitudeBits(x, count);
        if (bits < ExactMath.SmallestBits || bits > ExactMath.LargestBits)
        {
            new Span<short>(q, count).Clear();
            magnitude = 0f;
            return bits < ExactMath.SmallestBits;
        }

        magnitude = BitConverter.Int32BitsToSingle(bits);
        Vector128<float> inverse = Vector128.Create(127f / magnitude);
        for (int i = 0; i < count; i += 8)
        {
            Vector128.Narrow(Rounded(Vector128.Load(x + i) * inverse), Rounded(Vector128.Load(x + i + 4) * inverse)).Store(q + i);
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

        // Squares are below 2^28: 32 bits each, 64 bits for the sums.
        Vector128<float> inverse = Vector128.Create(16383f / magnitude);
        Vector128<long> sum = Vector128<long>.Zero;
        for (int i = 0; i < count; i += 4)
        {
            Vector128<int> v = Rounded(Vector128.Load(x + i) * inverse);
            Vector128<int> square = v * v;
            sum += Vector128.WidenLower(square) + Vector128.WidenUpper(square);
        }

        scale = NormScale(Vector128.Sum(sum), count, magnitude, epsilon);
        return true;
    }

    public override void Add(float* h, float* y, int count)
    {
        for (int i = 0; i < count; i += 4)
        {
            (Vector128.Load(h + i) + Vector128.Load(y + i)).Store(h + i);
        }
    }

    public override void Rotate(float* x, float* cosines, float* sines, int half)
    {
        for (int i = 0; i < half; i += 4)
        {
            Vector128<float> x0 = Vector128.Load(x + i);
            Vector128<float> x1 = Vector128.Load(x + half + i);
            Vector128<float> c = Vector128.Load(cosines + i);
            Vector128<float> s = Vector128.Load(sines + i);
            ((x0 * c) - (x1 * s)).Store(x + i);
            ((x0 * s) + (x1 * c)).Store(x + half + i);
        }
    }

    public override void GatedSilu(float* gate, float* up, int count)
    {
        Vector128<float> one = Vector128<float>.One;
        for (int i = 0; i < count; i += 4)
        {
            Vector128<float> g = Vector128.Load(gate + i);
            Vector128<float> e = ExpNegative(Vector128.Abs(g));
            Vector128<float> numerator = Vector128.ConditionalSelect(Vector128.GreaterThanOrEqual(g, Vector128<float>.Zero), one, e);
            Vector128<float> s = numerator / (one + e);
            ((g * s) * Vector128.Load(up + i)).Store(gate + i);
        }
    }

    // ExactMath.ExpNegative, four at a time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ExpNegative(Vector128<float> x)
    {
        Vector128<float> most = Vector128.Create(80f);
        x = Vector128.ConditionalSelect(Vector128.LessThan(x, most), x, most);
        Vector128<int> k = Rounded(x * Vector128.Create(1.44269504f));
        Vector128<float> kf = Vector128.ConvertToSingle(k);
        Vector128<float> r = x - (kf * Vector128.Create(0.693359375f));
        r = r - (kf * Vector128.Create(-2.12194440e-4f));
        Vector128<float> z = Vector128<float>.Zero - r;
        Vector128<float> p = Vector128.Create(1.38888889e-3f);
        p = (p * z) + Vector128.Create(8.33333333e-3f);
        p = (p * z) + Vector128.Create(4.16666667e-2f);
        p = (p * z) + Vector128.Create(1.66666667e-1f);
        p = (p * z) + Vector128.Create(0.5f);
        p = (p * z) + Vector128<float>.One;
        p = (p * z) + Vector128<float>.One;
        return p * ((Vector128.Create(127) - k) << 23).AsSingle();
    }

    // Nearest, ties to even, of values that are known to fit.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Rounded(Vector128<float> x) => Vector128.ConvertToInt32(Vector128.Round(x, MidpointRounding.ToEven));

    private static int MagnitudeBits(float* x, int count)
    {
        Vector128<int> mask = Vector128.Create(int.MaxValue);
        Vector128<int> bits = Vector128<int>.Zero;
        for (int i = 0; i < count; i += 4)
        {
            bits = Vector128.Max(bits, Vector128.Load((int*)x + i) & mask);
        }

        return Math.Max(Math.Max(bits[0], bits[1]), Math.Max(bits[2], bits[3]));
    }
}
