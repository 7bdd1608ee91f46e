using Ait.Engine.Execution;
using Ait.Engine.Tests.Specification;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Engine.Tests.Execution;

public sealed class SamplerTests
{
    private static readonly float[] Logits = [1f, 5f, 4f, 5f, -3f, 2f];

    [Fact]
    public void Greatest_isTheLowestIdOfEquals() => Assert.Equal(1, Sampler.Greatest(Logits));

    [Fact]
    public void Greatest_takesBothZerosForEqual() => Assert.Equal(0, Sampler.Greatest([-0f, 0f]));

    [Fact]
    public void Draw_takesTheFirstTokenAtTheLowestThresholdAndTheLastAtTheHighest()
    {
        var sampler = new Sampler(Logits.Length);
        SamplingParameters warm = Samples.Sampled(1000, 0, 1_000_000);
        Assert.Equal(0, sampler.Draw(Logits, warm, 0));
        Assert.Equal(5, sampler.Draw(Logits, warm, ulong.MaxValue));
    }

    [Fact]
    public void Draw_turnsExactlyAtTheSumOfTheWeights()
    {
        // Two equal logits: weights are equal, so the turn is at one half.
        var sampler = new Sampler(2);
        SamplingParameters warm = Samples.Sampled(1000, 0, 1_000_000);
        Assert.Equal(0, sampler.Draw([3f, 3f], warm, (1UL << 63) - 1));
        Assert.Equal(1, sampler.Draw([3f, 3f], warm, 1UL << 63));
    }

    [Theory]
    [InlineData(1, 1_000_000, new[] { 1 })]
    [InlineData(2, 1_000_000, new[] { 1, 3 })]
    [InlineData(3, 1_000_000, new[] { 1, 2, 3 })]
    [InlineData(0, 1, new[] { 1 })]
    [InlineData(0, 600_000, new[] { 1, 3 })]
    [InlineData(3, 999_999, new[] { 1, 2, 3 })]
    public void Draw_keepsOnlyTheMostLikely(int topK, int topP, int[] kept)
    {
        var sampler = new Sampler(Logits.Length);
        var seen = new SortedSet<int>();
        for (ulong i = 0; i < 4096; i++)
        {
            seen.Add(sampler.Draw(Logits, Samples.Sampled(1000, topK, topP), i << 52));
        }

        Assert.Equal(kept, seen);
    }

    [Fact]
    public void Draw_followsTheTemperature()
    {
        var sampler = new Sampler(Logits.Length);
        int Distinct(int temperature) => Enumerable.Range(0, 1000)
            .Select(i => sampler.Draw(Logits, Samples.Sampled(temperature, 0, 1_000_000), (ulong)i << 54)).Distinct().Count();

        Assert.Equal(2, Distinct(1));
        Assert.Equal(6, Distinct(100_000));
    }

    [Fact]
    public void Draw_choosesInProportionToTheExponentials()
    {
        const int Draws = 1 << 14;
        var sampler = new Sampler(Logits.Length);
        double[] expected = [.. Logits.Select(logit => Math.Exp(logit / 1.5))];
        int[] counts = new int[Logits.Length];
        for (ulong i = 0; i < Draws; i++)
        {
            counts[sampler.Draw(Logits, Samples.Sampled(1500, 0, 1_000_000), i << 50)]++;
        }

        for (int i = 0; i < counts.Length; i++)
        {
            Assert.Equal(expected[i] / expected.Sum(), (double)counts[i] / Draws, 2e-4);
        }
    }

    [Fact]
    public void Choose_equalsTheSpecification()
    {
        Prop.ForAll(
            Gen.ArrayOf(Gen.Choose(-2000, 2000).Select(i => i / 64f), 40).ToArbitrary(),
            Samples.TinyRequests(),
            (logits, request) =>
            {
                var sampler = new Sampler(logits.Length);
                return Enumerable.Range(0, 20).All(position =>
                    sampler.Choose(logits, request.Sampling, request.Seed, position)
                        == SpecGenerator.Choose(logits, request.Sampling, request.Seed, position));
            }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Uniform_differsByPositionAndSeed()
    {
        var seen = new HashSet<ulong>();
        for (int position = 0; position < 100; position++)
        {
            Assert.True(seen.Add(Sampler.Uniform(1, position)));
            Assert.True(seen.Add(Sampler.Uniform(1UL << 32, position)));
        }
    }
}
