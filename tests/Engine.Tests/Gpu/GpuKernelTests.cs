using Ait.Engine.Execution;
using Ait.Engine.Gpu;
using Ait.Engine.Scalar;
using Ait.Engine.Weights;

namespace Ait.Engine.Tests.Gpu;

/// <summary>Each kernel against its scalar definition, bit for bit.</summary>
public sealed unsafe class GpuKernelTests : BufferTests
{
    private static readonly ScalarKernels Definition = new();

    public static TheoryData<string> Devices => TestDevices.All;

    public static TheoryData<string, string, int, int> LinearKernels()
    {
        var data = new TheoryData<string, string, int, int>();
        foreach (string device in new[] { TestDevices.Host32, TestDevices.Host64, TestDevices.Real })
        {
            foreach (int left in new[] { 16, 32, 64 })
            {
                data.Add(device, $"linear_{left}_by_16", left, 16);
                data.Add(device, $"linear_{left}_by_32", left, 32);
            }

            data.Add(device, "linear_128_by_128", 128, 128);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(LinearKernels))]
    public void Linear_equalsTheDefinition(string deviceName, string kernel, int blockRows, int blockColumns)
    {
        IGpuDevice device = TestDevices.Open(deviceName);
        foreach ((int n, int k, bool adds, bool biased) in new[] { (16, 16, false, false), (40, 48, true, false), (133, 272, false, true), (263, 1040, true, true) })
        {
            foreach (int rows in new[] { 1, 2, 7, 16, 31, 32, 65, 130 })
            {
                var random = new Random(n + rows);
                PackedMatrix w = Matrix(random, n, k);
                AlignedBuffer<float>? bias = biased ? Floats(random, n, 2f) : null;
                using var matrix = new GpuMatrix(device, [w], bias is null ? [] : [bias]);
                sbyte[] quantized = new sbyte[rows * matrix.Stride];
                var x = Aligned<short>(rows * k);
                for (int r = 0; r < rows; r++)
                {
                    for (int i = 0; i < k; i++)
                    {
                        x.Span[(r * k) + i] = quantized[(r * matrix.Stride) + i] = (sbyte)random.Next(-127, 128);
                    }
                }

                AlignedBuffer<float> scales = Floats(random, rows, 1f);
                AlignedBuffer<float> before = Floats(random, rows * n, 5f);
                using var onDevice = new GpuBuffer<sbyte>(device, quantized);
                using var scalesOnDevice = new GpuBuffer<float>(device, scales.Span);
                using var target = new GpuBuffer<float>(device, before.Span);
                var arguments = new LinearArguments
                {
                    Weights = matrix.Weights,
                    WeightScales = matrix.Scales,
                    Bias = matrix.Bias,
                    X = onDevice.Address,
                    XScales = scalesOnDevice.Address,
                    Target = target.Address,
                    TargetStride = n,
                    WeightRows = n,
                    XRows = rows,
                    Columns = k,
                    Stride = matrix.Stride,
                    Adds = adds ? 1 : 0,
                };
                device.Launch(device.Kernel(kernel), new GpuGrid(Blocks(n, blockRows), Blocks(rows, blockColumns), 1, kernel == "linear_64_by_32" ? 4 * device.WarpSize : 256), &arguments, sizeof(LinearArguments));

                var y = Aligned<float>(rows * w.PaddedRows);
                Definition.Linear(w, 0, w.Panels, new Activations(x.Pointer, k, scales.Pointer, rows, null, null), y.Pointer, w.PaddedRows);
                float[] expected = new float[rows * n];
                for (int r = 0; r < rows; r++)
                {
                    float* line = y.Pointer + (r * w.PaddedRows);
                    if (bias is not null)
                    {
                        Definition.Add(line, bias.Pointer, n);
                    }

                    for (int i = 0; i < n; i++)
                    {
                        float h = before.Span[(r * n) + i];
                        expected[(r * n) + i] = adds ? h + line[i] : line[i];
                    }
                }

                Assert.Equal(Bits(expected), Bits(target.Read()));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Linear_doesNotOverflowAtTheLongestSum(string deviceName)
    {
        IGpuDevice device = TestDevices.Open(deviceName);
        int k = EngineLimits.MaxInnerDimension;
        var w = Packed(16, k);
        for (int n = 0; n < 16; n++)
        {
            w.Scales[n] = n + 1;
            for (int i = 0; i < k; i++)
            {
                w[n, i] = 127;
            }
        }

        using var matrix = new GpuMatrix(device, [w], []);
        using var x = new GpuBuffer<sbyte>(device, Enumerable.Repeat((sbyte)-127, matrix.Stride).ToArray());
        using var scale = new GpuBuffer<float>(device, [1f]);
        foreach ((string kernel, int rows) in new[] { ("linear_16_by_16", 16), ("linear_128_by_128", 128) })
        {
            using var target = new GpuBuffer<float>(device, new float[16]);
            var arguments = new LinearArguments
            {
                Weights = matrix.Weights,
                WeightScales = matrix.Scales,
                X = x.Address,
                XScales = scale.Address,
                Target = target.Address,
                TargetStride = 16,
                WeightRows = 16,
                XRows = 1,
                Columns = k,
                Stride = matrix.Stride,
            };
            device.Launch(device.Kernel(kernel), new GpuGrid(Blocks(16, rows), 1, 1, 256), &arguments, sizeof(LinearArguments));
            Assert.Equal(Enumerable.Range(1, 16).Select(n => (float)(-127 * 127 * k) * n), target.Read());
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Quantize_equalsTheDefinition(string deviceName)
    {
        IGpuDevice device = TestDevices.Open(deviceName);
        foreach (int columns in new[] { 16, 48, 272, 1040 })
        {
            foreach (float spread in new[] { 0f, 1e-32f, 1e-20f, 1e-3f, 3f, 1e6f, 2e12f, 5e12f, float.NaN })
            {
                var random = new Random(columns);
                const int Rows = 3;
                AlignedBuffer<float> x = Floats(random, Rows * columns, float.IsNaN(spread) ? 1f : spread);
                x.Span[3] = -0f;
                if (float.IsNaN(spread))
                {
                    x.Span[columns + 5] = float.NaN;
                }

                AlignedBuffer<float> up = Floats(random, Rows * columns, 1f);
                AlignedBuffer<float> gain = Floats(random, columns, 2f);
                foreach (string kernel in new[] { "quantize", "norm_quantize", "gain_norm_quantize", "silu_quantize" })
                {
                    using var onDevice = new GpuBuffer<float>(device, x.Span);
                    using var upOnDevice = new GpuBuffer<float>(device, up.Span);
                    using var gainOnDevice = new GpuBuffer<float>(device, gain.Span);
                    using var quantized = new GpuBuffer<sbyte>(device, new sbyte[Rows * columns]);
                    using var scales = new GpuBuffer<float>(device, new float[Rows]);
                    using var faults = new GpuBuffer<int>(device, new int[Rows]);
                    var arguments = new QuantizeArguments
                    {
                        X = onDevice.Address,
                        Up = upOnDevice.Address,
                        Gain = gainOnDevice.Address,
                        Quantized = quantized.Address,
                        Scales = scales.Address,
                        Faults = faults.Address,
                        XStride = columns,
                        Columns = columns,
                        Stride = columns,
                        Epsilon = 1e-5f,
                    };
                    device.Launch(device.Kernel(kernel), new GpuGrid(Rows, 1, 1, GpuKernels.QuantizeThreads), &arguments, sizeof(QuantizeArguments));
                    sbyte[] foundQuantized = quantized.Read();
                    float[] foundScales = scales.Read();
                    int[] foundFaults = faults.Read();
                    for (int row = 0; row < Rows; row++)
                    {
                        (short[] expected, float scale, bool fits) = Expected(kernel, x.Span.Slice(row * columns, columns), up.Span.Slice(row * columns, columns), gain);
                        Assert.Equal(fits ? 0 : 1, foundFaults[row]);
                        if (fits)
                        {
                            Assert.Equal(expected, foundQuantized.AsSpan(row * columns, columns).ToArray().Select(value => (short)value));
                            Assert.Equal(BitConverter.SingleToInt32Bits(scale), BitConverter.SingleToInt32Bits(foundScales[row]));
                        }
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Choose_choosesWhatTheSamplerChooses(string deviceName)
    {
        IGpuDevice device = TestDevices.Open(deviceName);
        var random = new Random(7);
        nint kernel = device.Kernel("choose");
        foreach (int vocabulary in new[] { 2, 7, 263, 1000 })
        {
            var sampler = new Sampler(vocabulary);
            foreach (string kind in new[] { "spread", "ties", "equal", "steep" })
            {
                const int Rows = 24;
                float[] logits = new float[Rows * vocabulary];
                var choices = new ChoiceArguments[Rows];
                int[] expected = new int[Rows];
                for (int row = 0; row < Rows; row++)
                {
                    for (int i = 0; i < vocabulary; i++)
                    {
                        logits[(row * vocabulary) + i] = kind switch
                        {
                            "spread" => (float)((random.NextDouble() - 0.5) * 12),
                            "ties" => random.Next(-2, 3),
                            "equal" => -0f,
                            _ => i == vocabulary / 2 ? 40f : (float)random.NextDouble(),
                        };
                    }

                    var sampling = row % 6 == 0 ? SamplingParameters.Greedy : Samples.Sampled(
                        random.Next(1, 3000),
                        new[] { 0, 1, 2, 5, vocabulary - 1, vocabulary, vocabulary + 9 }[random.Next(7)],
                        new[] { 1, 1000, 300_000, 900_000, 999_999, 1_000_000 }[random.Next(6)]);
                    ulong seed = (ulong)random.NextInt64();
                    choices[row] = new ChoiceArguments
                    {
                        Uniform = Sampler.Uniform(seed, row),
                        Scale = sampling.IsGreedy ? 0f : ExactMath.Log2EQ16Milli / (float)sampling.TemperatureMilli,
                        TopK = sampling.TopK,
                        TopP = sampling.TopPMillionths,
                    };
                    expected[row] = sampler.Choose(logits.AsSpan(row * vocabulary, vocabulary), sampling, seed, row);
                }

                using var onDevice = new GpuBuffer<float>(device, logits);
                using var choicesOnDevice = new GpuBuffer<ChoiceArguments>(device, choices);
                using var tokens = new GpuBuffer<int>(device, new int[Rows]);
                using var faults = new GpuBuffer<int>(device, new int[Rows]);
                using var rows = new GpuBuffer<int>(device, [.. Enumerable.Range(0, Rows)]);
                var arguments = new ChooseArguments
                {
                    Logits = onDevice.Address,
                    Choices = choicesOnDevice.Address,
                    Tokens = tokens.Address,
                    Faults = faults.Address,
                    LogitsRows = rows.Address,
                    LogitsStride = vocabulary,
                    Vocabulary = vocabulary,
                };
                device.Launch(kernel, new GpuGrid(Rows, 1, 1, GpuKernels.ChooseThreads), &arguments, sizeof(ChooseArguments));
                Assert.Equal(expected, tokens.Read());
                Assert.All(faults.Read(), fault => Assert.Equal(0, fault));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Choose_marksLogitsOutOfRange(string deviceName)
    {
        IGpuDevice device = TestDevices.Open(deviceName);
        float[] logits = [0f, 1f, 2f, 3f, float.NaN, 1f, 0f, 2e12f, 1f];
        using var onDevice = new GpuBuffer<float>(device, logits);
        using var choices = new GpuBuffer<ChoiceArguments>(device, new ChoiceArguments[3]);
        using var tokens = new GpuBuffer<int>(device, new int[3]);
        using var faults = new GpuBuffer<int>(device, new int[6]);
        using var rows = new GpuBuffer<int>(device, [5, 3, 1]);
        var arguments = new ChooseArguments
        {
            Logits = onDevice.Address,
            Choices = choices.Address,
            Tokens = tokens.Address,
            Faults = faults.Address,
            LogitsRows = rows.Address,
            LogitsStride = 3,
            Vocabulary = 3,
        };
        device.Launch(device.Kernel("choose"), new GpuGrid(3, 1, 1, GpuKernels.ChooseThreads), &arguments, sizeof(ChooseArguments));
        Assert.Equal([0, 1, 0, 1, 0, 0], faults.Read());
        Assert.Equal(2, tokens.Read()[0]);
    }

    private (short[] Quantized, float Scale, bool Fits) Expected(string kernel, ReadOnlySpan<float> row, ReadOnlySpan<float> up, AlignedBuffer<float> gain)
    {
        var x = Aligned<float>(row.Length);
        row.CopyTo(x.Span);
        var other = Aligned<float>(row.Length);
        up.CopyTo(other.Span);
        var q = Aligned<short>(row.Length);
        float scale;
        bool fits;
        switch (kernel)
        {
            case "norm_quantize":
                fits = Definition.NormQuantize(x.Pointer, row.Length, 1e-5f, q.Pointer, out scale);
                break;
            case "gain_norm_quantize":
                fits = Definition.InverseRoot(x.Pointer, row.Length, 1e-5f, out float root);
                Definition.Scale(x.Pointer, 1f, gain.Pointer, row.Length);
                fits &= Definition.Quantize(x.Pointer, row.Length, q.Pointer, out float gained);
                scale = (gained / 127f) * root;
                break;
            default:
                if (kernel == "silu_quantize")
                {
                    Definition.GatedSilu(x.Pointer, other.Pointer, row.Length);
                }

                fits = Definition.Quantize(x.Pointer, row.Length, q.Pointer, out float magnitude);
                scale = magnitude / 127f;
                break;
        }

        return (q.Span.ToArray(), scale, fits);
    }

    private PackedMatrix Matrix(Random random, int rows, int columns)
    {
        var matrix = Packed(rows, columns);
        for (int row = 0; row < rows; row++)
        {
            matrix.Scales[row] = (float)random.NextDouble();
            for (int column = 0; column < columns; column++)
            {
                matrix[row, column] = (sbyte)random.Next(-127, 128);
            }
        }

        return matrix;
    }

    private AlignedBuffer<float> Floats(Random random, int count, float spread)
    {
        var x = Aligned<float>(count);
        for (int i = 0; i < count; i++)
        {
            x.Span[i] = (float)((random.NextDouble() - 0.5) * spread);
        }

        return x;
    }

    private static int[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToInt32Bits)];

    private static int Blocks(int items, int each) => (items + each - 1) / each;
}
