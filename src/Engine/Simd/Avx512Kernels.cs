using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Ait.Engine.Scalar;

namespace Ait.Engine.Simd;

/// <summary>
/// 512-bit integers of bytes and words. Equal to <see cref="ScalarKernels"/> bit for bit: integer sums in another order,
/// elementwise floating point in the same sequence. Every count is a multiple of 16, so no loop has a remainder.
/// </summary>
internal unsafe partial class Avx512Kernels : ScalarKernels
{
    public static bool IsSupported => Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx2.IsSupported;

    public override Backend Backend => Backend.Avx512;

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
        Vector512<float> inverse = Vector512.Create(127f / magnitude);
        for (int i = 0; i < count; i += 16)
        {
            Vector512<int> rounded = Avx512F.ConvertToVector512Int32(Vector512.Load(x + i) * inverse);
            Avx512F.ConvertToVector256Int16(rounded).Store(q + i);
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
        Vector512<float> inverse = Vector512.Create(16383f / magnitude);
        Vector512<long> low = Vector512<long>.Zero;
        Vector512<long> high = Vector512<long>.Zero;
        for (int i = 0; i < count; i += 16)
        {
            Vector512<int> v = Avx512F.ConvertToVector512Int32(Vector512.Load(x + i) * inverse);
            Vector512<int> square = Avx512F.MultiplyLow(v, v);
            low += Avx512F.ConvertToVector512Int64(square.GetLower());
            high += Avx512F.ConvertToVector512Int64(square.GetUpper());
        }

        scale = NormScale(Vector512.Sum(low + high), count, magnitude, epsilon);
        return true;
    }

    public override void Add(float* h, float* y, int count)
    {
        for (int i = 0; i < count; i += 16)
        {
            (Vector512.Load(h + i) + Vector512.Load(y + i)).Store(h + i);
        }
    }

    public override void Rotate(float* x, float* cosines, float* sines, int half)
    {
        // Half a head is a multiple of 8.
        for (int i = 0; i < half; i += 8)
        {
            Vector256<float> x0 = Vector256.Load(x + i);
            Vector256<float> x1 = Vector256.Load(x + half + i);
            Vector256<float> c = Vector256.Load(cosines + i);
            Vector256<float> s = Vector256.Load(sines + i);
            ((x0 * c) - (x1 * s)).Store(x + i);
            ((x0 * s) + (x1 * c)).Store(x + half + i);
        }
    }

    public override void GatedSilu(float* gate, float* up, int count)
    {
        Vector512<float> one = Vector512<float>.One;
        for (int i = 0; i < count; i += 16)
        {
            Vector512<float> g = Vector512.Load(gate + i);
            Vector512<float> e = ExpNegative(Vector512.Abs(g));
            Vector512<float> numerator = Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(g, Vector512<float>.Zero), one, e);
            Vector512<float> s = numerator / (one + e);
            ((g * s) * Vector512.Load(up + i)).Store(gate + i);
        }
    }

    // ExactMath.ExpNegative, sixteen at a time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> ExpNegative(Vector512<float> x)
    {
        x = Avx512F.Min(x, Vector512.Create(80f));
        Vector512<int> k = Avx512F.ConvertToVector512Int32(x * Vector512.Create(1.44269504f));
        Vector512<float> kf = Avx512F.ConvertToVector512Single(k);
        Vector512<float> r = x - (kf * Vector512.Create(0.693359375f));
        r = r - (kf * Vector512.Create(-2.12194440e-4f));
        Vector512<float> z = Vector512<float>.Zero - r;
        Vector512<float> p = Vector512.Create(1.38888889e-3f);
        p = (p * z) + Vector512.Create(8.33333333e-3f);
        p = (p * z) + Vector512.Create(4.16666667e-2f);
        p = (p * z) + Vector512.Create(1.66666667e-1f);
        p = (p * z) + Vector512.Create(0.5f);
        p = (p * z) + Vector512<float>.One;
        p = (p * z) + Vector512<float>.One;
        return p * ((Vector512.Create(127) - k) << 23).AsSingle();
    }

    private static int MagnitudeBits(float* x, int count)
    {
        Vector512<int> mask = Vector512.Create(int.MaxValue);
        Vector512<int> bits = Vector512<int>.Zero;
        for (int i = 0; i < count; i += 16)
        {
            bits = Avx512F.Max(bits, Vector512.Load((int*)x + i) & mask);
        }

        return Greatest(bits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Greatest(Vector512<int> v)
    {
        Vector256<int> a = Avx2.Max(v.GetLower(), v.GetUpper());
        Vector128<int> b = Sse41.Max(a.GetLower(), a.GetUpper());
        b = Sse41.Max(b, Sse2.Shuffle(b, 0b01_00_11_10));
        b = Sse41.Max(b, Sse2.Shuffle(b, 0b10_11_00_01));
        return b.ToScalar();
    }
}
