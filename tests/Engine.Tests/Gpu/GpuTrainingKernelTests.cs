using System.Runtime.InteropServices;
using Ait.Engine.Gpu;
using Ait.Engine.Scalar;
using Ait.Engine.Tests.Training;
using Ait.Engine.Training;
using Ait.Engine.Weights;

namespace Ait.Engine.Tests.Gpu;

/// <summary>Each kernel of the backward pass and of the optimiser against its scalar definition, on drawn and on extreme numbers.</summary>
public sealed unsafe class GpuTrainingKernelTests : BufferTests
{
    private const int Columns = 80;
    private const int Rows = 48;
    private const int Numbers = 16;

    private static readonly TrainingKernels Definition = new();

    public static TheoryData<string> Devices => TestDevices.All;

    [Theory]
    [MemberData(nameof(Devices))]
    public void Product_equalsTheDefinitionAtEveryShape(string deviceName)
    {
        IGpuDevice device = TestDevices.Open(deviceName);
        foreach ((int rows, int columns, int depth, int limbs, bool adds, int turns) in new[]
        {
            (1, 16, 64, 1, false, 1), (70, 80, 128, 1, true, 1), (5, 48, 64, 2, false, 1), (64, 64, 1024, 2, true, 1), (130, 16, 192, 2, true, 3),
            (65, 32, 64, 4, false, 1), (16, 144, 4096, 4, true, 1), (3, 16, 65536 + 128, 2, false, 1), (2, 16, 65536 + 64, 4, true, 2),
        })
        {
            // The largest values there are: sums come to the edge of what an int32 holds.
            short[] left = Fill(turns * rows * depth, i => limbs == 1 ? AwkwardNumbers.Extreme(i, 127) : AwkwardNumbers.Extreme(i, 16256));
            short[] right = Fill(turns * columns * depth, i => limbs < 4 ? AwkwardNumbers.Extreme(i + 1, 127) : AwkwardNumbers.Extreme(i + 2, 16256));
            float[] units = [.. Enumerable.Range(0, turns * rows).Select(i => 0.37f * (i + 1))];
            float[] before = [.. Enumerable.Range(0, rows * columns).Select(i => i * 0.01f)];
            float[] expected = [.. before];
            for (int turn = 0; turn < turns; turn++)
            {
                for (int at = 0; at < rows * columns; at++)
                {
                    long sum = 0;
                    for (int k = 0; k < depth; k++)
                    {
                        sum += (long)left[(((turn * rows) + (at / columns)) * depth) + k] * right[(((turn * columns) + (at % columns)) * depth) + k];
                    }

                    float value = TrainingMath.ToSingle(sum) * units[(turn * rows) + (at / columns)];
                    expected[at] = adds ? expected[at] + value : value;
                }
            }

            using GpuBuffer<sbyte> leftHigh = High(device, left);
            using GpuBuffer<sbyte> leftLow = limbs == 1 ? Bytes(device, left) : Low(device, left);
            using GpuBuffer<sbyte> rightHigh = High(device, right);
            using GpuBuffer<sbyte> rightLow = limbs < 4 ? Bytes(device, right) : Low(device, right);
            using var unit = new GpuBuffer<float>(device, units);
            using var target = new GpuBuffer<float>(device, before);
            var arguments = new ProductArguments
            {
                LeftHigh = leftHigh.Address,
                LeftLow = leftLow.Address,
                RightHigh = rightHigh.Address,
                RightLow = rightLow.Address,
                Units = unit.Address,
                Target = target.Address,
                LeftAt = new ItemOffset { Item = rows * depth },
                RightAt = new ItemOffset { Item = columns * depth },
                UnitAt = new ItemOffset { Item = rows },
                LeftStride = depth,
                RightStride = depth,
                TargetStride = columns,
                LeftRows = rows,
                RightRows = columns,
                Depth = depth,
                Adds = adds ? 1 : 0,
                Turns = turns,
                Items = new ItemRange { Heads = 1 },
            };
            string kernel = limbs switch { 1 => "product_1_by_1", 2 => "product_2_by_1", _ => "product_2_by_2" };
            device.Launch(device.Kernel(kernel), new GpuGrid(GpuGrid.Blocks(rows, 64), GpuGrid.Blocks(columns, 64), 1, 256), &arguments, sizeof(ProductArguments));
            AssertBits(expected, target.Read());
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void GradientRows_equalTheDefinition(string deviceName) => AssertGradients(TestDevices.Open(deviceName), rows: true);

    [Theory]
    [MemberData(nameof(Devices))]
    public void GradientColumns_equalTheDefinition(string deviceName) => AssertGradients(TestDevices.Open(deviceName), rows: false);

    [Theory]
    [MemberData(nameof(Devices))]
    public void Transpose_turnsRowsAroundAndFillsWithZeros(string deviceName)
    {
        IGpuDevice device = TestDevices.Open(deviceName);
        sbyte[] x = [.. Enumerable.Range(0, 2 * Rows * 128).Select(i => (sbyte)(i * 37))];
        sbyte[] expected = new sbyte[2 * Columns * 64];
        for (int i = 0; i < expected.Length; i++)
        {
            (int item, int column, int row) = (i / (Columns * 64), i / 64 % Columns, i % 64);
            expected[i] = row < Rows ? x[(((item * Rows) + row) * 128) + column] : (sbyte)0;
        }

        using var source = new GpuBuffer<sbyte>(device, x);
        using var target = new GpuBuffer<sbyte>(device, [.. Enumerable.Repeat((sbyte)9, expected.Length)]);
        var arguments = new TransposeArguments
        {
            X = source.Address,
            Target = target.Address,
            XAt = new ItemOffset { Window = Rows * 128 },
            TargetAt = new ItemOffset { Item = Columns * 64 },
            XStride = 128,
            Rows = Rows,
            Columns = Columns,
            Stride = 64,
            Items = new ItemRange { Heads = 1 },
        };
        device.Launch(device.Kernel("transpose"), new GpuGrid(2, 1, 2, 256), &arguments, sizeof(TransposeArguments));
        Assert.Equal(expected, target.Read());
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void NormBack_equalsTheDefinition(string deviceName)
    {
        IGpuDevice device = TestDevices.Open(deviceName);
        AlignedBuffer<short> scratch = Aligned<short>(2 * Columns);
        for (int seed = 0; seed < Numbers; seed++)
        {
            AlignedBuffer<float> h = Drawn(seed, Columns);
            AlignedBuffer<float> dy = Drawn(seed + 1, Columns);
            AlignedBuffer<float> target = Drawn(0, Columns);
            using var x = new GpuBuffer<float>(device, h.Span);
            using var gradient = new GpuBuffer<float>(device, dy.Span);
            using var found = new GpuBuffer<float>(device, target.Span);
            using var fault = new GpuBuffer<int>(device, [0]);
            var arguments = new NormBackArguments
            {
                X = x.Address, Gradient = gradient.Address, Target = found.Address, Fault = fault.Address, Columns = Columns, Epsilon = 1e-5f,
            };
            device.Launch(device.Kernel("norm_back"), new GpuGrid(1, 1, 1, 256), &arguments, sizeof(NormBackArguments));
            bool fits = new ScalarKernels().InverseRoot(h.Pointer, Columns, 1e-5f, out float root);
            fits &= Definition.NormBackward(h.Pointer, dy.Pointer, root, target.Pointer, Columns, scratch.Pointer);
            Assert.Equal(fits, fault.Read()[0] == 0);
            if (fits)
            {
                AssertBits(target.Span, found.Read());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Elementwise_equalsTheDefinition(string deviceName)
    {
        IGpuDevice device = TestDevices.Open(deviceName);
        foreach (int seed in InRange)
        {
            // silu: gate and up lie behind each other.
            AlignedBuffer<float> gates = Drawn(seed, 2 * Columns);
            AlignedBuffer<float> dy = Drawn(seed + 8, 2 * Columns);
            using var x = new GpuBuffer<float>(device, gates.Span);
            using var gradient = new GpuBuffer<float>(device, dy.Span);
            var silu = new SiluBackArguments { X = x.Address, Gradient = gradient.Address, Columns = Columns };
            device.Launch(device.Kernel("silu_back"), new GpuGrid(1, 1, 1, 256), &silu, sizeof(SiluBackArguments));
            Definition.GatedSiluBackward(gates.Pointer, gates.Pointer + Columns, dy.Pointer, Columns);
            AssertBits(gates.Span, x.Read());

            // Two heads of 16 at position 1.
            AlignedBuffer<float> cosines = Drawn(0, 16);
            AlignedBuffer<float> sines = Drawn(8, 16);
            using var c = new GpuBuffer<float>(device, cosines.Span);
            using var s = new GpuBuffer<float>(device, sines.Span);
            var rotate = new RotateBackArguments { X = gradient.Address, Cosines = c.Address, Sines = s.Address, Stride = Columns, Length = 2, Heads = 2, Half = 8 };
            device.Launch(device.Kernel("rotate_back"), new GpuGrid(2, 1, 1, 256), &rotate, sizeof(RotateBackArguments));
            for (int i = 0; i < 4; i++)
            {
                Definition.RotateBack(dy.Pointer + (i / 2 * Columns) + (i % 2 * 16), cosines.Pointer + (i / 2 * 8), sines.Pointer + (i / 2 * 8), 8);
            }

            AssertBits(dy.Span, gradient.Read());
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void CrossEntropy_equalsTheDefinition(string deviceName)
    {
        IGpuDevice device = TestDevices.Open(deviceName);
        AlignedBuffer<int> scores = Aligned<int>(263);
        for (int seed = 0; seed < Numbers; seed++)
        {
            AlignedBuffer<float> logits = Drawn(seed, 263);
            using var x = new GpuBuffer<float>(device, logits.Span);
            using var target = new GpuBuffer<int>(device, [seed * 15]);
            using var loss = new GpuBuffer<long>(device, [5]);
            using var fault = new GpuBuffer<int>(device, [0]);
            var arguments = new LossArguments { Logits = x.Address, Targets = target.Address, Loss = loss.Address, Fault = fault.Address, Vocabulary = 263, Share = 0.01f };
            device.Launch(device.Kernel("cross_entropy"), new GpuGrid(1, 1, 1, 256), &arguments, sizeof(LossArguments));
            long expected = Definition.CrossEntropy(logits.Pointer, 263, seed * 15, 0.01f, scores.Pointer);
            Assert.Equal(expected < 0 ? (5, 1) : (5 + expected, 0), (loss.Read()[0], fault.Read()[0]));
            if (expected >= 0)
            {
                AssertBits(logits.Span, x.Read());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Optimiser_equalsTheDefinition(string deviceName)
    {
        IGpuDevice device = TestDevices.Open(deviceName);
        const int Count = 5000;
        var step = new AdamStep(0.5f, 0.01f, 0.9f, 1f - 0.9f, 0.95f, 1f - 0.95f, 10f, 20f, 1e-8f, 0.1f);
        foreach (int seed in InRange)
        {
            AlignedBuffer<float> w = Drawn(seed, Count);
            AlignedBuffer<float> m = Drawn(0, Count);
            AlignedBuffer<float> v = Aligned<float>(Count);
            AlignedBuffer<float> g = Drawn(seed + 8, Count);
            Drawn(8, Count).Span.CopyTo(v.Span);
            foreach (ref float square in v.Span)
            {
                square *= square;
            }

            using var weights = new GpuBuffer<float>(device, w.Span);
            using var mean = new GpuBuffer<float>(device, m.Span);
            using var squares = new GpuBuffer<float>(device, v.Span);
            using var gradient = new GpuBuffer<float>(device, g.Span);
            using var bits = new GpuBuffer<int>(device, [0]);
            using var sum = new GpuBuffer<long>(device, [0]);
            var reduce = new ReduceArguments { X = gradient.Address, Bits = bits.Address, Sum = sum.Address, Count = Count };
            device.Launch(device.Kernel("reduce_magnitude"), new GpuGrid(3, 1, 1, 256), &reduce, sizeof(ReduceArguments));
            int expected = Definition.MagnitudeBits(g.Pointer, Count);
            Assert.Equal(expected, bits.Read()[0]);
            float largest = BitConverter.Int32BitsToSingle(expected);
            reduce.Inverse = largest < 1e-30f ? 1f : 16383f / largest;
            device.Launch(device.Kernel("reduce_squares"), new GpuGrid(3, 1, 1, 256), &reduce, sizeof(ReduceArguments));
            Assert.Equal(Definition.SquareSum(g.Pointer, reduce.Inverse, Count), sum.Read()[0]);

            var arguments = new AdamArguments
            {
                W = weights.Address,
                M = mean.Address,
                V = squares.Address,
                Gradient = gradient.Address,
                Count = Count,
                Clip = step.Clip,
                Rate = step.Rate,
                Beta1 = step.Beta1,
                Rest1 = step.Rest1,
                Beta2 = step.Beta2,
                Rest2 = step.Rest2,
                Correction1 = step.Correction1,
                Correction2 = step.Correction2,
                Epsilon = step.Epsilon,
                Decay = step.Decay,
            };
            device.Launch(device.Kernel("descend"), new GpuGrid(3, 1, 1, 256), &arguments, sizeof(AdamArguments));
            Definition.AdamW(w.Pointer, m.Pointer, v.Pointer, g.Pointer, step, Count);
            AssertBits(w.Span, weights.Read());
            AssertBits(m.Span, mean.Read());
            AssertBits(v.Span, squares.Read());
        }
    }

    // Of the numbers of Number, those that stay in range.
    private static int[] InRange => [0, 1, 2, 3, 6, 7];

    private void AssertGradients(IGpuDevice device, bool rows)
    {
        // Two windows of rows, or of columns turned around; the limbs of either have a stride of 64 or 128.
        (int outer, int inner, int stride) = rows ? (Rows, Columns, 128) : (Columns, Rows, 64);
        for (int seed = 0; seed < Numbers; seed++)
        {
            AlignedBuffer<float> x = Drawn(seed, 2 * Rows * Columns);
            AlignedBuffer<float> factors = Drawn(0, 2 * inner);
            sbyte[] high = new sbyte[2 * outer * stride];
            sbyte[] low = new sbyte[2 * outer * stride];
            float[] units = new float[2 * outer];
            bool fits = true;
            AlignedBuffer<float> vector = Aligned<float>(inner);
            AlignedBuffer<short> q = Aligned<short>(inner);
            for (int i = 0; i < 2 * outer; i++)
            {
                (int item, int at) = (i / outer, i % outer);
                for (int k = 0; k < inner; k++)
                {
                    float value = rows ? x.Span[(((item * Rows) + at) * Columns) + k] : x.Span[(((item * Rows) + k) * Columns) + at];
                    vector.Span[k] = value * factors.Span[(item * inner) + k];
                }

                fits &= Definition.Quantize(vector.Pointer, inner, q.Pointer, out units[i]);
                for (int k = 0; k < inner; k++)
                {
                    high[(i * stride) + k] = (sbyte)((q.Span[k] + 64) >> 7);
                    low[(i * stride) + k] = (sbyte)(q.Span[k] - (((q.Span[k] + 64) >> 7) * 128));
                }
            }

            using var source = new GpuBuffer<float>(device, x.Span);
            using var factor = new GpuBuffer<float>(device, factors.Span);
            using var highs = new GpuBuffer<sbyte>(device, [.. Enumerable.Repeat((sbyte)9, high.Length)]);
            using var lows = new GpuBuffer<sbyte>(device, [.. Enumerable.Repeat((sbyte)9, low.Length)]);
            using var unit = new GpuBuffer<float>(device, new float[2 * outer]);
            using var fault = new GpuBuffer<int>(device, [0]);
            var arguments = new GradientArguments
            {
                X = source.Address,
                Factors = factor.Address,
                High = highs.Address,
                Low = lows.Address,
                Units = unit.Address,
                Fault = fault.Address,
                XAt = new ItemOffset { Window = Rows * Columns },
                FactorAt = new ItemOffset { Window = inner },
                LimbAt = new ItemOffset { Item = outer * stride },
                UnitAt = new ItemOffset { Item = outer },
                XStride = Columns,
                FactorStride = 1,
                Rows = Rows,
                Columns = Columns,
                Stride = stride,
                Items = new ItemRange { Heads = 1 },
            };
            (string kernel, int blocks) = rows ? ("gradient_rows", Rows) : ("gradient_columns", GpuGrid.Blocks(Columns, 32));
            device.Launch(device.Kernel(kernel), new GpuGrid(blocks, 1, 2, 256), &arguments, sizeof(GradientArguments));
            Assert.Equal(fits, fault.Read()[0] == 0);
            AssertBits(units, unit.Read());
            Assert.Equal(high, highs.Read());
            Assert.Equal(low, lows.Read());
        }
    }

    private static void AssertBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> found) =>
        Assert.Equal(MemoryMarshal.Cast<float, int>(expected), MemoryMarshal.Cast<float, int>(found));

    private AlignedBuffer<float> Drawn(int seed, int count)
    {
        AlignedBuffer<float> numbers = Aligned<float>(count);
        for (int i = 0; i < count; i++)
        {
            numbers.Span[i] = AwkwardNumbers.Number(seed, i);
        }

        return numbers;
    }

    private static short[] Fill(int count, Func<int, int> value) => [.. Enumerable.Range(0, count).Select(i => (short)value(i))];

    private static GpuBuffer<sbyte> Bytes(IGpuDevice device, short[] values) => new(device, [.. values.Select(value => (sbyte)value)]);

    private static GpuBuffer<sbyte> High(IGpuDevice device, short[] values) => new(device, [.. values.Select(value => (sbyte)((value + 64) >> 7))]);

    private static GpuBuffer<sbyte> Low(IGpuDevice device, short[] values) => new(device, [.. values.Select(value => (sbyte)(value - (((value + 64) >> 7) * 128)))]);
}
