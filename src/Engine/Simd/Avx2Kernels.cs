using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Ait.Engine.Scalar;

namespace Ait.Engine.Simd;

/// <summary>
/// 256-bit integers. Equal to <see cref="ScalarKernels"/> bit for bit: integer sums in another order, elementwise
/// floating point in the same sequence. Every count is a multiple of 16, so no loop has a remainder.
/// </summary>
internal sealed unsafe partial class Avx2Kernels : ScalarKernels
{
    public static bool IsSupported => Avx2.IsSupported;

    public override Backend Backend => Backend.Avx2;

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
        Vector256<float> inverse = Vector256.Create(127f / magnitude);
        for (int i = 0; i < count; i += 16)
        {
            Vector256<int> low = Avx.ConvertToVector256Int32(Vector256.Load(x + i) * inverse);
            Vector256<int> high = Avx.ConvertToVector256Int32(Vector256.Load(x + i + 8) * inverse);
            Packed(low, high).Store(q + i);
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
        Vector256<float> inverse = Vector256.Create(16383f / magnitude);
        Vector256<long> sum = Vector256<long>.Zero;
        for (int i = 0; i < count; i += 8)
        {
            Vector256<int> v = Avx.ConvertToVector256Int32(Vector256.Load(x + i) * inverse);
            Vector256<int> square = Avx2.MultiplyLow(v, v);
            sum += Avx2.ConvertToVector256Int64(square.GetLower());
            sum += Avx2.ConvertToVector256Int64(square.GetUpper());
        }

        scale = NormScale(Vector256.Sum(sum), count, magnitude, epsilon);
        return true;
    }

    public override void Add(float* h, float* y, int count)
    {
        for (int i = 0; i < count; i += 8)
        {
            (Vector256.Load(h + i) + Vector256.Load(y + i)).Store(h + i);
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
        Vector256<float> one = Vector256<float>.One;
        for (int i = 0; i < count; i += 8)
        {
            Vector256<float> g = Vector256.Load(gate + i);
            Vector256<float> e = ExpNegative(Vector256.Abs(g));
            Vector256<float> numerator = Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(g, Vector256<float>.Zero), one, e);
            Vector256<float> s = numerator / (one + e);
            ((g * s) * Vector256.Load(up + i)).Store(gate + i);
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

    private static int MagnitudeBits(float* x, int count)
    {
        Vector256<int> mask = Vector256.Create(int.MaxValue);
        Vector256<int> bits = Vector256<int>.Zero;
        for (int i = 0; i < count; i += 8)
        {
            bits = Avx2.Max(bits, Vector256.Load((int*)x + i) & mask);
        }

        return Greatest(bits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Greatest(Vector256<int> v)
    {
        Vector128<int> b = Sse41.Max(v.GetLower(), v.GetUpper());
        b = Sse41.Max(b, Sse2.Shuffle(b, 0b01_00_11_10));
        b = Sse41.Max(b, Sse2.Shuffle(b, 0b10_11_00_01));
        return b.ToScalar();
    }

    // Sixteen int32 that fit to int16, in order. The pack works within 128 bits, the permutation restores the order.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Packed(Vector256<int> low, Vector256<int> high) =>
        Avx2.Permute4x64(Avx2.PackSignedSaturate(low, high).AsInt64(), 0b11_01_10_00).AsInt16();
}
