using Ait.Engine.Training;
using Ait.Engine.Weights;

namespace Ait.Engine.Tests.Training;

/// <summary>Every vector path against the definition, on drawn and on extreme numbers.</summary>
public sealed unsafe class TrainingKernelsTests
{
    private const int Count = 96;

    public static TheoryData<Backend> Fast() => [.. Backends.Supported.Where(backend => backend is Backend.Avx2 or Backend.Avx512)];

    [Theory]
    [MemberData(nameof(Fast))]
    public void Product_isTheDefinitionsAtEveryShape(Backend backend)
    {
        TrainingKernels fast = ProcessorTraining.Create(backend);
        var slow = new TrainingKernels();
        foreach ((int rows, int columns, int depth, bool limbs, bool adds) in new[]
        {
            (1, 16, 2, false, false), (5, 48, 34, false, true), (8, 32, 128, false, false), (11, 80, 1024, false, true), (9, 16, 1026, false, false),
            (3, 32, 2600, false, true), (8, 32, 64, true, false), (7, 48, 1300, true, true),
        })
        {
            // The largest values there are: sums come to the edge of what an int32 holds.
            using var a = new Buffers<int>(rows * depth / 2, i => Pair(AwkwardNumbers.Extreme(i, 16256), AwkwardNumbers.Extreme(i + 3, 16256)));
            using var b = new Buffers<int>(columns * depth / 2, i => Pair(AwkwardNumbers.Extreme(i, 127), AwkwardNumbers.Extreme(i + 1, 127)));
            using var low = new Buffers<int>(columns * depth / 2, i => Pair(AwkwardNumbers.Extreme(i + 2, 64), AwkwardNumbers.Extreme(i, 64)));
            using var units = new Buffers<float>(rows, i => 0.37f * (i + 1));
            using var expected = new Buffers<float>(rows * columns, i => i * 0.01f);
            using var found = new Buffers<float>(rows * columns, i => i * 0.01f);
            foreach (bool paired in new[] { false, true })
            {
                Operand operand = paired ? Operand.OfPairs(a.Pointer, rows, units.Pointer) : new Operand(a.Pointer, depth / 2, 1, units.Pointer);
                slow.Product(operand, 0, rows, b.Pointer, limbs ? low.Pointer : null, columns, depth, expected.Pointer, columns, adds);
                fast.Product(operand, 0, rows, b.Pointer, limbs ? low.Pointer : null, columns, depth, found.Pointer, columns, adds);
                Assert.Equal(expected.Span, found.Span);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Fast))]
    public void Elementwise_isTheDefinitions(Backend backend)
    {
        TrainingKernels fast = ProcessorTraining.Create(backend);
        var slow = new TrainingKernels();
        for (int seed = 0; seed < 24; seed++)
        {
            using var x = new Buffers<float>(Count * 4, i => AwkwardNumbers.Number(seed, i));
            using var y = new Buffers<float>(Count * 4, i => AwkwardNumbers.Number(seed + 1, i));
            Assert.Equal(
                Run(slow, x, y),
                Run(fast, x, y));
        }
    }

    private static List<byte[]> Run(TrainingKernels kernels, Buffers<float> x, Buffers<float> y)
    {
        var results = new List<byte[]>();
        using var q = new Buffers<short>(Count * 4, _ => 1);
        using var pairs = new Buffers<int>(Count * 2, _ => 1);
        using var more = new Buffers<int>(Count * 2, _ => 1);
        using var units = new Buffers<float>(Count, _ => 1f);
        using var a = new Buffers<float>(Count * 4, i => x.Span[i]);
        using var b = new Buffers<float>(Count * 4, i => y.Span[i]);
        using var c = new Buffers<float>(Count * 4, i => Math.Abs(y.Span[i]));
        bool fits = kernels.Quantize(x.Pointer, Count, q.Pointer, out float unit);
        results.Add([.. q.Bytes, fits ? (byte)1 : (byte)0, .. BitConverter.GetBytes(unit)]);
        results.Add([.. BitConverter.GetBytes(kernels.Dot(q.Pointer, q.Pointer + 16, Count - 16))]);
        kernels.PairRows(q.Pointer, 48, 2, 48, pairs.Pointer);
        kernels.PairLimbs(q.Pointer, 48, 2, 48, more.Pointer, pairs.Pointer + 48);
        results.Add([.. pairs.Bytes, .. more.Bytes]);
        fits = kernels.QuantizeColumns(x.Pointer, Count, 4, Count, pairs.Pointer, Count, units.Pointer);
        results.Add([.. pairs.Bytes, .. units.Bytes, fits ? (byte)1 : (byte)0]);
        fits = kernels.QuantizeWeights(x.Pointer, Count, q.Pointer, out unit);
        results.Add([.. q.Bytes, fits ? (byte)1 : (byte)0, .. BitConverter.GetBytes(unit)]);
        results.Add(BitConverter.GetBytes(kernels.MagnitudeBits(x.Pointer, Count)));
        if (!x.Span.ToArray().Concat(y.Span.ToArray()).All(value => Math.Abs(value) < 1e10f))
        {
            return results; // What follows is only reached by numbers in range: signs of NaN differ between processors.
        }

        kernels.Multiply(a.Pointer, 1.7f, a.Pointer, Count);
        kernels.Multiply(a.Pointer, b.Pointer, a.Pointer, Count);
        kernels.RotateBack(a.Pointer, b.Pointer, c.Pointer, 48);
        results.Add(a.Bytes);
        float largest = BitConverter.Int32BitsToSingle(kernels.MagnitudeBits(x.Pointer, Count));
        results.Add(BitConverter.GetBytes(kernels.SquareSum(x.Pointer, largest < 1e-30f ? 1f : 16383f / largest, Count)));
        using var gate = new Buffers<float>(Count, i => x.Span[i]);
        using var up = new Buffers<float>(Count, i => y.Span[i]);
        kernels.GatedSiluBackward(gate.Pointer, up.Pointer, c.Pointer, Count);
        results.Add([.. gate.Bytes, .. up.Bytes]);
        kernels.NormBackward(x.Pointer, y.Pointer, 0.3f, c.Pointer, Count, q.Pointer);
        results.Add(c.Bytes);
        using var p = new Buffers<float>(Count, _ => 1f);
        using var keys = new Buffers<float>(Count, i => 0.001f * (1 + (i % 7)));
        foreach (int seen in new[] { 1, 7, 8, 50, Count })
        {
            kernels.Probabilities(x.Pointer, 900f, keys.Pointer, seen, Count, pairs.Pointer, p.Pointer);
            results.Add(p.Bytes);
            kernels.SoftmaxBackward(p.Pointer, y.Pointer, keys.Pointer, 0.2f, 0.25f, gate.Pointer, Count);
            results.Add(gate.Bytes);
        }

        using var square = new Buffers<float>(Count, i => i * 0.01f);
        var step = new AdamStep(0.5f, 0.01f, 0.9f, 1f - 0.9f, 0.95f, 1f - 0.95f, 10f, 20f, 1e-8f, 0.1f);
        kernels.AdamW(a.Pointer, b.Pointer, square.Pointer, y.Pointer, step, Count);
        results.Add([.. a.Bytes, .. b.Bytes, .. square.Bytes]);
        return results;
    }

    private static int Pair(int low, int high) => (low & 0xFFFF) | (high << 16);

    private sealed class Buffers<T> : IDisposable
        where T : unmanaged
    {
        private readonly AlignedBuffer<T> _buffer;

        public Buffers(int count, Func<int, T> value)
        {
            _buffer = new AlignedBuffer<T>(count);
            for (int i = 0; i < count; i++)
            {
                _buffer.Span[i] = value(i);
            }
        }

        public T* Pointer => _buffer.Pointer;

        public Span<T> Span => _buffer.Span;

        public byte[] Bytes => System.Runtime.InteropServices.MemoryMarshal.AsBytes(Span).ToArray();

        public void Dispose() => GC.KeepAlive(_buffer);
    }
}
