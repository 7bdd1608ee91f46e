using System.Numerics;
using Ait.Engine.Scalar;
using Ait.Engine.Tests.Specification;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Engine.Tests.Scalar;

public sealed class ExactMathTests
{
    [Fact]
    public void Exp2Fraction_isAtMostFiveUnitsBelowThePower()
    {
        for (int f = 0; f < 65536; f++)
        {
            int a = ExactMath.Exp2Fraction(f);
            Assert.Equal(SpecNumbers.Frac(f), a);
            Assert.InRange((32768 * Math.Pow(2, -f / 65536.0)) - a, 0.0, 5.0);
        }
    }

    [Fact]
    public void Exp2Fraction_fallsButForItsLastUnit()
    {
        for (int f = 1; f < 65536; f++)
        {
            Assert.True(ExactMath.Exp2Fraction(f) <= ExactMath.Exp2Fraction(f - 1) + 1);
        }
    }

    [Fact]
    public void Weight_isTheRoundedQuotientForEveryShift()
    {
        for (int shift = 1; shift < 200; shift++)
        {
            foreach (int a in new[] { 16384, 16385, 20000, 32767, 32768 })
            {
                BigInteger power = BigInteger.One << shift;
                var expected = (int)BigInteger.Min(16383, (a + (power / 2)) / power);
                Assert.Equal(expected, ExactMath.Weight(a, shift));
            }
        }
    }

    [Fact]
    public void ValueExponent_isTheLeastThatFits()
    {
        Prop.ForAll(Gen.Choose(ExactMath.SmallestBits, ExactMath.LargestBits).ToArbitrary(), bits =>
        {
            double magnitude = BitConverter.Int32BitsToSingle(bits);
            int e = ExactMath.ValueExponent(bits);
            return Math.ScaleB(magnitude, -e) <= 127 && Math.ScaleB(magnitude, -(e - 1)) > 127;
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(127f, 0)]
    [InlineData(127.00001f, 1)]
    [InlineData(63.5f, -1)]
    [InlineData(1f, -6)]
    [InlineData(128f, 1)]
    public void ValueExponent_turnsAt127(float magnitude, int expected) =>
        Assert.Equal(expected, ExactMath.ValueExponent(BitConverter.SingleToInt32Bits(magnitude)));

    [Fact]
    public void ExpNegative_isWithinSinglePrecisionOfTheExponential()
    {
        for (float x = 0; x < 80; x += 0.0137f)
        {
            float found = ExactMath.ExpNegative(x);
            Assert.Equal(SpecNumbers.ExpNeg(x), found);
            Assert.Equal(1.0, found / Math.Exp(-x), 6e-7);
        }

        Assert.Equal(1f, ExactMath.ExpNegative(0f));
        Assert.Equal(ExactMath.ExpNegative(80f), ExactMath.ExpNegative(float.MaxValue));
    }

    [Theory]
    [InlineData(0.5f, 0)]
    [InlineData(1.5f, 2)]
    [InlineData(2.5f, 2)]
    [InlineData(-0.5f, 0)]
    [InlineData(-1.5f, -2)]
    [InlineData(0.49999997f, 0)]
    [InlineData(536870912f, 536870912)]
    public void Rint_breaksTiesToEven(float value, int expected)
    {
        Assert.Equal(expected, ExactMath.Rint(value));
        Assert.Equal(expected, SpecNumbers.Rint(value));
    }

    [Fact]
    public void ToSingle_roundsOnce()
    {
        // Halfway between two floats but for the last bit, and exactly halfway.
        Assert.Equal(BitConverter.Int32BitsToSingle(0x57800001), ExactMath.ToSingle((1L << 48) + (1L << 24) + 1));
        Assert.Equal(BitConverter.Int32BitsToSingle(0x57800000), ExactMath.ToSingle((1L << 48) + (1L << 24)));
        Prop.ForAll(Gen.Choose(int.MinValue, int.MaxValue).ToArbitrary(), Gen.Choose(0, 21).ToArbitrary(), (value, shift) =>
        {
            long n = ((long)value << shift) + (value & 1);
            return ExactMath.ToSingle(n) == NearestByHand(n);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Score_clampsWhateverIsFinite()
    {
        Assert.Equal(1 << 29, ExactMath.Score(float.MaxValue));
        Assert.Equal(-(1 << 29), ExactMath.Score(float.MinValue));
        Assert.Equal(1 << 29, ExactMath.Score(float.PositiveInfinity));
        Assert.Equal(-3, ExactMath.Score(-3.4f));
    }

    private static float NearestByHand(long n)
    {
        BigInteger magnitude = BigInteger.Abs(n);
        int excess = Math.Max(0, (int)magnitude.GetBitLength() - 24);
        BigInteger unit = BigInteger.One << excess;
        BigInteger quotient = BigInteger.DivRem(magnitude, unit, out BigInteger rest);
        if (rest * 2 > unit || (rest * 2 == unit && !quotient.IsEven))
        {
            quotient++;
        }

        return (float)Math.ScaleB((double)quotient * Math.Sign(n), excess);
    }
}
