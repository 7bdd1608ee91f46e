using Ait.Engine.Weights;

namespace Ait.Engine.Tests.Weights;

public sealed class RotaryTableTests
{
    [Theory]
    [InlineData(2, 8)]
    [InlineData(10_000, 32)]
    [InlineData(500_000, 64)]
    [InlineData(int.MaxValue, 256)]
    public void Frequencies_areThePowersOfTheta(int theta, int half)
    {
        ulong[] frequencies = RotaryTable.Frequencies(theta, half);
        for (int i = 0; i < half; i++)
        {
            double expected = Math.Pow(theta, -(double)i / half) / (2 * Math.PI);
            Assert.Equal(1.0, frequencies[i] / 18446744073709551616.0 / expected, 1e-8);
        }
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 5)]
    [InlineData(10_000, 32)]
    [InlineData(int.MaxValue, 256)]
    public void Root_isTheLargestThatFits(int theta, int half)
    {
        ulong root = RotaryTable.Root((ulong)theta, half);
        Assert.True(Fits(root));
        Assert.False(Fits(root + 1));

        bool Fits(UInt128 r)
        {
            UInt128 power = r;
            for (int i = 1; i < half; i++)
            {
                power = (power * r) >> 64;
            }

            return power * (uint)theta <= (UInt128)1 << 64;
        }
    }

    [Fact]
    public void CosineSine_areWithinOneUnitOfTheRealOnes()
    {
        // Every eighth of a turn and its neighbours, then a walk that hits no symmetry.
        var phases = new List<ulong>();
        for (ulong eighth = 0; eighth < 8; eighth++)
        {
            phases.AddRange([eighth << 61, unchecked((eighth << 61) + 1), unchecked((eighth << 61) - 1)]);
        }

        for (ulong i = 1; i < 2000; i++)
        {
            phases.Add(unchecked(i * 0x9E3779B97F4A7C15));
        }

        foreach (ulong phase in phases)
        {
            (int cosine, int sine) = TurnTable.CosineSine(phase);
            double angle = phase / 18446744073709551616.0 * 2 * Math.PI;
            Assert.Equal(Math.Cos(angle) * (1 << 30), cosine, 1.0);
            Assert.Equal(Math.Sin(angle) * (1 << 30), sine, 1.0);
        }
    }

    [Theory]
    [InlineData(0UL, 1 << 30, 0)]
    [InlineData(1UL << 62, 0, 1 << 30)]
    [InlineData(2UL << 62, -(1 << 30), 0)]
    [InlineData(3UL << 62, 0, -(1 << 30))]
    public void CosineSine_areExactAtQuarters(ulong phase, int cosine, int sine) =>
        Assert.Equal((cosine, sine), TurnTable.CosineSine(phase));
}
