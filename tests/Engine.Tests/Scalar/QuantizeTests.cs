using Ait.Engine.Scalar;
using Ait.Engine.Tests.Specification;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Engine.Tests.Scalar;

public sealed unsafe class QuantizeTests : BufferTests
{
    // Any finite magnitude that neither faults nor counts as zero, with some exact zeros.
    private static Arbitrary<float[]> Vectors() => Gen.ArrayOf(
        from bits in Gen.Frequency((9, Gen.Choose(0x20000000, 0x53000000)), (1, Gen.Constant(0)))
        from negative in Gen.Elements(false, true)
        select BitConverter.Int32BitsToSingle(bits | (negative ? int.MinValue : 0)),
        32).Where(x => x.Any(value => value != 0)).ToArbitrary();

    [Fact]
    public void Quantize_equalsTheSpecificationAndErrsByHalfAUnitAtMost()
    {
        Prop.ForAll(Vectors(), x =>
        {
            var buffer = Aligned<float>(x.Length);
            x.CopyTo(buffer.Span);
            var q = Aligned<short>(x.Length);
            if (!new ScalarKernels().Quantize(buffer.Pointer, x.Length, q.Pointer, out float a))
            {
                return false;
            }

            (int[] expected, float greatest) = SpecNumbers.Quantize(x);
            return a == greatest && Enumerable.Range(0, x.Length).All(i =>
                q.Span[i] == expected[i]
                && Math.Abs((int)q.Span[i]) <= 127
                && Math.Abs((double)x[i] - (q.Span[i] * (double)a / 127)) <= a / 127.0 * 0.50001);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void NormQuantize_equalsTheSpecificationAndTheNorm()
    {
        Prop.ForAll(Vectors(), x =>
        {
            var buffer = Aligned<float>(x.Length);
            x.CopyTo(buffer.Span);
            var q = Aligned<short>(x.Length);
            if (!new ScalarKernels().NormQuantize(buffer.Pointer, x.Length, 1e-5f, q.Pointer, out float scale))
            {
                return false;
            }

            (int[] expected, float expectedScale) = SpecNumbers.Norm(x, 1e-5f);
            double greatest = x.Max(value => Math.Abs((double)value));
            double norm = Math.Sqrt((x.Sum(value => (double)value * value) / x.Length) + 1e-5);
            return scale == expectedScale
                && q.Span.ToArray().Select(value => (int)value).SequenceEqual(expected)
                && Math.Abs((scale / (greatest / 127 / norm)) - 1) < 1e-3;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void StoreValue_keepsValuesWithinHalfAUnitOfTheirScale()
    {
        Prop.ForAll(Vectors(), x =>
        {
            ModelConfig config = Samples.Small.Config with { Layers = 1, KeyValueHeads = 1, HeadDimension = 32 };
            var cache = Keep(new Ait.Engine.Execution.KeyValueCache(config, 1));
            var head = cache.Head(0, 0);
            var buffer = Aligned<float>(32);
            x.CopyTo(buffer.Span);
            if (!Ait.Engine.Execution.KeyValueCache.StoreValue(head, 0, buffer.Pointer))
            {
                return false;
            }

            (int[] v, int e) = SpecNumbers.Value(x);
            return head.ValueExponent(0) == e && Enumerable.Range(0, 32).All(i =>
                head.Value(0, i) == v[i] && Math.Abs(x[i] - Math.ScaleB(v[i], e)) <= Math.ScaleB(0.5, e));
        }).QuickCheckThrowOnFailure();
    }
}
