using System.Numerics;
using Ait.Engine.Execution;
using Ait.Engine.Scalar;
using Ait.Engine.Weights;

namespace Ait.Engine.Tests.Simd;

/// <summary>Every backend against the definition, and the definition against arithmetic without limits.</summary>
public sealed unsafe class KernelsTests : BufferTests
{
    private static readonly ScalarKernels Definition = new();

    public static TheoryData<string> All => [.. TestKernels.Names];

    private static float[] Floats(int count, int seed, float spread = 3f)
    {
        var random = new Random(seed);
        float[] x = new float[count];
        for (int i = 0; i < count; i++)
        {
            x[i] = (float)((random.NextDouble() - 0.5) * spread);
        }

        return x;
    }

    private AlignedBuffer<T> Buffer<T>(T[] values)
        where T : unmanaged
    {
        var buffer = Aligned<T>(values.Length);
        values.CopyTo(buffer.Span);
        return buffer;
    }

    private PackedMatrix Matrix(int rows, int columns, int seed, bool extreme = false)
    {
        var random = new Random(seed);
        var matrix = Packed(rows, columns);
        for (int row = 0; row < rows; row++)
        {
            matrix.Scales[row] = (float)random.NextDouble();
            for (int column = 0; column < columns; column++)
            {
                matrix[row, column] = extreme ? (sbyte)127 : (sbyte)random.Next(-127, 128);
            }
        }

        return matrix;
    }

    private AlignedBuffer<short> Quantized(int count, int seed, bool extreme = false)
    {
        var random = new Random(seed);
        var x = Aligned<short>(count);
        for (int i = 0; i < count; i++)
        {
            x.Span[i] = extreme ? (short)-127 : (short)random.Next(-127, 128);
        }

        return x;
    }

    private void Linear(
        Kernels kernels, PackedMatrix w, int first, int end, AlignedBuffer<short> x, int stride, AlignedBuffer<float> scales, int rows, AlignedBuffer<float> y)
    {
        var packed = Aligned<sbyte>(rows * w.Columns);
        var sums = Aligned<int>(rows);
        for (int row = 0; kernels.PacksActivations && row < rows; row += Activations.TileRows)
        {
            int count = Math.Min(Activations.TileRows, rows - row);
            kernels.Pack(x.Pointer + (row * stride), stride, w.Columns, count, packed.Pointer + (row * w.Columns), sums.Pointer + row);
        }

        kernels.Linear(w, first, end, new Activations(x.Pointer, stride, scales.Pointer, rows, packed.Pointer, sums.Pointer), y.Pointer, w.PaddedRows);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Linear_equalsTheExactSums(string backend)
    {
        Kernels kernels = TestKernels.Create(backend);
        foreach ((int n, int k) in new[] { (16, 16), (40, 48), (33, 272) })
        {
            foreach (int rows in new[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 15, 16, 17, 33 })
            {
                PackedMatrix w = Matrix(n, k, n + rows);
                int stride = k + 32;
                AlignedBuffer<short> x = Quantized(rows * stride, rows);
                AlignedBuffer<float> scales = Buffer(Floats(rows, 5));
                var y = Aligned<float>(rows * w.PaddedRows);
                Linear(kernels, w, 0, w.Panels, x, stride, scales, rows, y);
                for (int r = 0; r < rows; r++)
                {
                    for (int i = 0; i < n; i++)
                    {
                        BigInteger sum = 0;
                        for (int j = 0; j < k; j++)
                        {
                            sum += (BigInteger)x.Span[(r * stride) + j] * w[i, j];
                        }

                        float product = scales.Span[r] * w.Scales[i];
                        Assert.Equal((float)(int)sum * product, y.Span[(r * w.PaddedRows) + i]);
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Linear_doesNotOverflowAtTheLongestSum(string backend)
    {
        PackedMatrix w = Matrix(16, EngineLimits.MaxInnerDimension, 0, extreme: true);
        AlignedBuffer<short> x = Quantized(w.Columns, 0, extreme: true);
        AlignedBuffer<float> scales = Buffer(new[] { 1f });
        var y = Aligned<float>(16);
        Linear(TestKernels.Create(backend), w, 0, 1, x, w.Columns, scales, 1, y);
        for (int i = 0; i < 16; i++)
        {
            Assert.Equal((float)(-127 * 127 * w.Columns) * w.Scales[i], y.Span[i]);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Linear_touchesNoPanelOutsideItsRange(string backend)
    {
        PackedMatrix w = Matrix(64, 32, 1);
        AlignedBuffer<short> x = Quantized(32, 1);
        AlignedBuffer<float> scales = Buffer(new[] { 1f });
        AlignedBuffer<float> y = Buffer(Enumerable.Repeat(-77f, 64).ToArray());
        Linear(TestKernels.Create(backend), w, 1, 3, x, 32, scales, 1, y);
        Assert.All(y.Span[..16].ToArray(), value => Assert.Equal(-77f, value));
        Assert.All(y.Span[48..].ToArray(), value => Assert.Equal(-77f, value));
        Assert.All(y.Span[16..48].ToArray(), value => Assert.NotEqual(-77f, value));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Quantize_equalsTheDefinition(string backend)
    {
        Kernels kernels = TestKernels.Create(backend);
        foreach (float spread in new[] { 1e-20f, 1e-3f, 3f, 1e6f, 2e12f })
        {
            for (int count = 16; count <= 160; count += 16)
            {
                AlignedBuffer<float> x = Buffer(Floats(count, count, spread));
                x.Span[3] = -0f;
                var expected = Aligned<short>(count);
                var found = Aligned<short>(count);
                Assert.True(Definition.Quantize(x.Pointer, count, expected.Pointer, out float a));
                Assert.True(kernels.Quantize(x.Pointer, count, found.Pointer, out float b));
                Assert.Equal(BitConverter.SingleToInt32Bits(a), BitConverter.SingleToInt32Bits(b));
                Assert.Equal(expected.Span.ToArray(), found.Span.ToArray());

                Assert.True(Definition.NormQuantize(x.Pointer, count, 1e-5f, expected.Pointer, out a));
                Assert.True(kernels.NormQuantize(x.Pointer, count, 1e-5f, found.Pointer, out b));
                Assert.Equal(BitConverter.SingleToInt32Bits(a), BitConverter.SingleToInt32Bits(b));
                Assert.Equal(expected.Span.ToArray(), found.Span.ToArray());
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Quantize_refusesWhatIsOutOfRange(string backend)
    {
        Kernels kernels = TestKernels.Create(backend);
        const float Limit = 1099511627776f;
        foreach (float bad in new[] { float.NaN, -float.NaN, float.PositiveInfinity, float.NegativeInfinity, MathF.BitIncrement(Limit), -float.MaxValue })
        {
            for (int at = 0; at < 32; at++)
            {
                AlignedBuffer<float> x = Buffer(Floats(32, 1));
                AlignedBuffer<short> q = Quantized(32, 9);
                x.Span[at] = bad;
                Assert.False(kernels.Quantize(x.Pointer, 32, q.Pointer, out float magnitude));
                Assert.Equal(0f, magnitude);
                Assert.All(q.Span.ToArray(), value => Assert.Equal(0, value));
                Assert.False(kernels.NormQuantize(x.Pointer, 32, 1e-5f, q.Pointer, out float scale));
                Assert.Equal(0f, scale);
            }
        }

        AlignedBuffer<float> largest = Buffer(Enumerable.Repeat(Limit, 16).ToArray());
        var kept = Aligned<short>(16);
        Assert.True(kernels.Quantize(largest.Pointer, 16, kept.Pointer, out float top));
        Assert.Equal(Limit, top);
        Assert.All(kept.Span.ToArray(), value => Assert.Equal(127, value));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Quantize_takesATinyVectorForZero(string backend)
    {
        Kernels kernels = TestKernels.Create(backend);
        float smallest = (float)Math.ScaleB(1, -100);
        AlignedBuffer<float> x = Buffer(Enumerable.Repeat(MathF.BitDecrement(smallest), 16).ToArray());
        AlignedBuffer<short> q = Quantized(16, 1);
        Assert.True(kernels.Quantize(x.Pointer, 16, q.Pointer, out float magnitude));
        Assert.Equal(0f, magnitude);
        Assert.All(q.Span.ToArray(), value => Assert.Equal(0, value));
        x.Span[5] = smallest;
        Assert.True(kernels.Quantize(x.Pointer, 16, q.Pointer, out magnitude));
        Assert.Equal(smallest, magnitude);
        Assert.All(q.Span.ToArray(), value => Assert.Equal(127, value));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void GatedSilu_equalsTheDefinition(string backend)
    {
        Kernels kernels = TestKernels.Create(backend);
        foreach (float spread in new[] { 1e-30f, 1f, 60f, 400f, 1e15f })
        {
            float[] gate = Floats(320, 3, spread);
            gate[0] = 0f;
            gate[1] = -0f;
            gate[2] = float.Epsilon;
            gate[3] = -1e-40f;
            AlignedBuffer<float> expected = Buffer(gate);
            AlignedBuffer<float> found = Buffer(gate);
            AlignedBuffer<float> up = Buffer(Floats(320, 4));
            Definition.GatedSilu(expected.Pointer, up.Pointer, 320);
            kernels.GatedSilu(found.Pointer, up.Pointer, 320);
            Assert.Equal(Bits(expected), Bits(found));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void InverseRoot_isThatOfTheNormToOneUnit(string backend)
    {
        Kernels kernels = TestKernels.Create(backend);
        foreach (float spread in new[] { 1e-3f, 3f, 1e6f })
        {
            AlignedBuffer<float> x = Buffer(Floats(128, 9, spread));
            Assert.True(kernels.InverseRoot(x.Pointer, 128, 1e-6f, out float found));
            double square = 1e-6f + x.Span.ToArray().Average(value => (double)value * value);
            Assert.Equal(1 / Math.Sqrt(square), found, 1e-4 * found);
            Assert.True(Definition.InverseRoot(x.Pointer, 128, 1e-6f, out float expected));
            Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(found));
        }

        AlignedBuffer<float> bad = Buffer(Floats(32, 1));
        bad.Span[30] = float.NaN;
        Assert.False(kernels.InverseRoot(bad.Pointer, 32, 1e-6f, out float none));
        Assert.Equal(0f, none);
        Assert.True(kernels.InverseRoot(Aligned<float>(32).Pointer, 32, 1e-6f, out none));
        Assert.Equal(0f, none);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void RotateAddAndScale_equalTheDefinition(string backend)
    {
        Kernels kernels = TestKernels.Create(backend);
        foreach (int half in new[] { 8, 16, 40, 64 })
        {
            float[] x = Floats(2 * half, half);
            AlignedBuffer<float> expected = Buffer(x);
            AlignedBuffer<float> found = Buffer(x);
            AlignedBuffer<float> c = Buffer(Floats(half, 6));
            AlignedBuffer<float> s = Buffer(Floats(half, 7));
            Definition.Rotate(expected.Pointer, c.Pointer, s.Pointer, half);
            kernels.Rotate(found.Pointer, c.Pointer, s.Pointer, half);
            Assert.Equal(Bits(expected), Bits(found));
            AlignedBuffer<float> y = Buffer(Floats(2 * half, 8));
            Definition.Add(expected.Pointer, y.Pointer, 2 * half);
            kernels.Add(found.Pointer, y.Pointer, 2 * half);
            Assert.Equal(Bits(expected), Bits(found));
            Definition.Scale(expected.Pointer, 0.3f, y.Pointer, 2 * half);
            kernels.Scale(found.Pointer, 0.3f, y.Pointer, 2 * half);
            Assert.Equal(Bits(expected), Bits(found));
        }
    }

    public static TheoryData<string, int, int, int> Attentions()
    {
        var data = new TheoryData<string, int, int, int>();
        foreach (string backend in TestKernels.Names)
        {
            foreach (int keys in new[] { 1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 100, 1023, 1024, 1025, 1032, 1033, 2100 })
            {
                data.Add(backend, 0, keys, 16);
            }

            data.Add(backend, 0, 77, 48);
            data.Add(backend, 0, 40, 512);
            foreach ((int first, int keys) in new[] { (1, 2), (15, 16), (16, 17), (17, 40), (63, 64), (63, 65), (64, 65), (70, 1100), (100, 1124), (129, 2300) })
            {
                data.Add(backend, first, keys, 32);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Attentions))]
    public void Attend_equalsTheDefinition(string backend, int first, int keys, int width)
    {
        // Scores of no spread put all weight on all keys, the worst case for the sums; scores of wide spread use every shift.
        foreach ((float queryScale, int spread) in new[] { (0f, 0), (30f, 3), (4000f, 40), (1e30f, 0) })
        {
            (KeyValueCache cache, AlignedBuffer<short> query) = Cache(keys, width, spread, extreme: spread == 0);
            HeadCache head = cache.Head(0, 0);
            AlignedBuffer<float> expected = Attended(Definition, head, first, keys, query, queryScale);
            AlignedBuffer<float> found = Attended(TestKernels.Create(backend), head, first, keys, query, queryScale);
            Assert.Equal(Bits(expected), Bits(found));
        }
    }

    [Fact]
    public void Attend_sumsAsIntegersWithoutLimitsWould()
    {
        const int Keys = 1500;
        (KeyValueCache cache, AlignedBuffer<short> query) = Cache(Keys, 16, 5, extreme: false);
        HeadCache head = cache.Head(0, 0);
        AlignedBuffer<float> found = Attended(Definition, head, 0, Keys, query, 200f);
        int[] scores = new int[Keys];
        for (int j = 0; j < Keys; j++)
        {
            BigInteger dot = 0;
            for (int i = 0; i < 16; i++)
            {
                dot += (BigInteger)query.Span[i] * head.Key(j, i);
            }

            float unit = 200f * head.KeyScale(j);
            scores[j] = ExactMath.Score((float)(int)dot * unit);
        }

        int exponent = Enumerable.Range(0, Keys).Max(j => head.ValueExponent(j));
        int[] depth = [.. scores.Select(score => Math.Min(scores.Max() - score, 30 << 16))];
        BigInteger denominator = depth.Aggregate(BigInteger.Zero, (sum, d) => sum + ExactMath.Weight(ExactMath.Exp2Fraction(d & 0xFFFF), (d >> 16) + 1));
        for (int i = 0; i < 16; i++)
        {
            BigInteger numerator = 0;
            for (int j = 0; j < Keys; j++)
            {
                int shift = (depth[j] >> 16) + 1 + exponent - head.ValueExponent(j);
                numerator += (BigInteger)ExactMath.Weight(ExactMath.Exp2Fraction(depth[j] & 0xFFFF), shift) * head.Value(j, i);
            }

            float factor = (float)Math.ScaleB(1, exponent) / (float)(double)denominator;
            Assert.Equal((float)(double)numerator * factor, found.Span[i]);
        }
    }

    private AlignedBuffer<float> Attended(Kernels kernels, HeadCache head, int first, int keys, AlignedBuffer<short> query, float queryScale)
    {
        var scores = Aligned<int>(((keys - (first & ~15) + 15) / 16 * 16) + 16);
        scores.Span.Fill(123456789);
        var output = Aligned<float>(head.Width);
        kernels.Attend(head, first, keys, query.Pointer, queryScale, scores.Pointer, output.Pointer);
        return output;
    }

    private (KeyValueCache Cache, AlignedBuffer<short> Query) Cache(int keys, int width, int spread, bool extreme)
    {
        ModelConfig config = Samples.Small.Config with { Layers = 1, KeyValueHeads = 1, HeadDimension = width };
        // One panel more than is seen, filled as well: nothing of it may show.
        int positions = keys + 16;
        var cache = Keep(new KeyValueCache(config, positions));
        HeadCache head = cache.Head(0, 0);
        var random = new Random(keys);
        for (int j = 0; j < positions; j++)
        {
            AlignedBuffer<short> key = Quantized(width, j, extreme);
            KeyValueCache.StoreKey(head, j, key.Pointer, (float)random.NextDouble());
            AlignedBuffer<float> value = Buffer(extreme
                ? Enumerable.Repeat(127f, width).ToArray()
                : Floats(width, j, (float)Math.ScaleB(1, random.Next(-spread, spread + 1))));
            Assert.True(KeyValueCache.StoreValue(head, j, value.Pointer));
        }

        return (cache, Quantized(width, keys, extreme));
    }

    private static int[] Bits(AlignedBuffer<float> values) => [.. values.Span.ToArray().Select(BitConverter.SingleToInt32Bits)];
}
