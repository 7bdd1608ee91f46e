using Ait.Engine.Execution;
using Ait.Engine.Gpu;
using Ait.Engine.Gpu.Drivers;
using Ait.Engine.Scalar;

namespace Ait.Engine.Tests.Gpu;

/// <summary>Whatever computes a linear layer, and in however many parts, the bits are those of the definition.</summary>
public sealed unsafe class GpuLinearTests : BufferTests
{
    public static TheoryData<string, bool> Devices() => new()
    {
        { TestDevices.Host32, false },
        { TestDevices.Host32, true },
        { TestDevices.Host64, true },
        { TestDevices.Real, false },
    };

    [Theory]
    [MemberData(nameof(Devices))]
    public void Launch_equalsTheDefinitionForEveryNumberOfRows(string deviceName, bool hasProducts)
    {
        IGpuDevice device = hasProducts ? TestDevices.OpenHost(deviceName, hasProducts: true) : TestDevices.Open(deviceName);
        // The library takes no 42 rows of weights; room for 128 rows of sums makes three parts of 300.
        foreach ((int n, int k, bool adds) in new[] { (40, 48, false), (40, 48, true), (42, 80, false) })
        {
            foreach (int rows in new[] { 1, 16, 17, 64, 65, 128, 300 })
            {
                var random = new Random(n + rows);
                var w = Packed(n, k);
                for (int i = 0; i < n; i++)
                {
                    w.Scales[i] = random.NextSingle();
                    for (int j = 0; j < k; j++)
                    {
                        w[i, j] = (sbyte)random.Next(-127, 128);
                    }
                }

                using var matrix = new GpuMatrix(device, [w], []);
                var x = Aligned<short>(rows * k);
                sbyte[] quantized = new sbyte[rows * matrix.Stride];
                for (int i = 0; i < x.Length; i++)
                {
                    x.Span[i] = quantized[(i / k * matrix.Stride) + (i % k)] = (sbyte)random.Next(-127, 128);
                }

                var scales = Aligned<float>(rows);
                float[] before = [.. Enumerable.Range(0, rows * n).Select(_ => random.NextSingle())];
                for (int r = 0; r < rows; r++)
                {
                    scales.Span[r] = random.NextSingle();
                }

                using var activations = new GpuBuffer<sbyte>(device, quantized);
                using var activationScales = new GpuBuffer<float>(device, scales.Span);
                using var target = new GpuBuffer<float>(device, before);
                long sumsBytes = 128L * n * sizeof(int);
                using var sums = new GpuBuffer<int>(device, new int[128 * n]);
                GpuLinear.Launch(device, matrix.Times(activations.Address, activationScales.Address, rows, target.Address, n, adds), sums.Address, sumsBytes);

                var y = Aligned<float>(rows * w.PaddedRows);
                new ScalarKernels().Linear(w, 0, w.Panels, new Activations(x.Pointer, k, scales.Pointer, rows, null, null), y.Pointer, w.PaddedRows);
                IEnumerable<float> expected = Enumerable.Range(0, rows * n)
                    .Select(i => adds ? before[i] + y.Pointer[(i / n * w.PaddedRows) + (i % n)] : y.Pointer[(i / n * w.PaddedRows) + (i % n)]);
                Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), target.Read().Select(BitConverter.SingleToInt32Bits));
                if (device is HostGpu host && hasProducts)
                {
                    Assert.Equal(rows > 64 && n == 40, host.Products > 0);
                    host.ForgetProducts();
                }
            }
        }
    }

    [Theory]
    [InlineData(TestDevices.Host32)]
    [InlineData(TestDevices.Host64)]
    public void Launch_takesMoreRowsThanAGridHas(string deviceName)
    {
        // A row of training is a token, and a micro-batch may have more of them than a grid's second dimension has blocks.
        const int Rows = 65_700;
        HostGpu device = TestDevices.OpenHost(deviceName, hasProducts: true);
        var w = Packed(4, 16);
        for (int i = 0; i < 4; i++)
        {
            (w[i, i], w.Scales[i]) = ((sbyte)(i + 1), 1f);
        }

        using var matrix = new GpuMatrix(device, [w], []);
        using var x = new GpuBuffer<sbyte>(device, [.. Enumerable.Range(0, Rows * matrix.Stride).Select(i => (sbyte)(i % matrix.Stride == i / matrix.Stride % 4 ? 7 : 0))]);
        using var scales = new GpuBuffer<float>(device, [.. Enumerable.Repeat(1f, Rows)]);
        using var target = new GpuBuffer<float>(device, new float[Rows * 4]);
        long sumsBytes = GpuLinear.SumsBytes(device, Rows, 4);
        using var sums = new GpuBuffer<int>(device, new int[sumsBytes / sizeof(int)]);
        GpuLinear.Launch(device, matrix.Times(x.Address, scales.Address, Rows, target.Address, 4), sums.Address, sumsBytes);
        Assert.Equal(2, device.Products);
        Assert.Equal(Enumerable.Range(0, Rows * 4).Select(i => i % 4 == i / 4 % 4 ? 7f * ((i % 4) + 1) : 0f), target.Read());
    }

    [Fact]
    public void SumsBytes_areNoneWithoutALibraryAndBoundedWithOne()
    {
        Assert.Equal(0, GpuLinear.SumsBytes(TestDevices.OpenHost(TestDevices.Host32), 4096, 28_672));
        HostGpu device = TestDevices.OpenHost(TestDevices.Host32, hasProducts: true);
        Assert.Equal(0, GpuLinear.SumsBytes(device, 64, 28_672));
        Assert.Equal(65L * 1000 * sizeof(int), GpuLinear.SumsBytes(device, 65, 1000));
        Assert.Equal(256L << 20, GpuLinear.SumsBytes(device, 4096, 28_672));
    }

    [Fact]
    public void Products_areAbsentWithAReasonWhereTheLibraryIsNotInstalled()
    {
        Assert.SkipWhen(RuntimeLibraries.IsAtHand(CublasLtApi.Library), "cuBLASLt is installed");
        RuntimeLibraries.Install();
        (VendorProducts? products, string absence) = VendorProducts.Open(new CublasLt(), CublasLtApi.Library, TestDevices.OpenHost(TestDevices.Host32), 0);
        Assert.Null(products);
        Assert.StartsWith("cuBLASLt: none of libcublasLt.so.13", absence, StringComparison.Ordinal);
    }

    [Fact]
    public void Products_areExactOnTheDevice()
    {
        Assert.SkipWhen(GpuBackend.Device is null, $"no GPU: {GpuBackend.Absence}");
        Assert.SkipUnless(GpuBackend.Device!.HasProducts, GpuBackend.Device.ProductsAbsence); // Asked in the line before.
        AssertSums(GpuBackend.Device);
    }

    private static void AssertSums(IGpuDevice device)
    {
        // 4.1 thousand products of 127 · 127: sums beyond 24 bits, which a float sum would round.
        (int n, int rows, int k) = (16, 80, 4112);
        int stride = GpuMatrix.StrideOf(k);
        using var w = new GpuBuffer<sbyte>(device, Enumerable.Repeat((sbyte)127, n * stride).ToArray());
        using var x = new GpuBuffer<sbyte>(device, Enumerable.Repeat((sbyte)-127, rows * stride).ToArray());
        using var sums = new GpuBuffer<int>(device, new int[rows * n]);
        Assert.True(device.TryMultiply(w.Address, n, x.Address, rows, k, stride, sums.Address));
        Assert.All(sums.Read(), sum => Assert.Equal(-127 * 127 * k, sum));
    }
}
