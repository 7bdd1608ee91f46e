using System.Numerics;
using Ait.Chain.Contracts;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Protocol.Tests;

public sealed class DurationRangeTests
{
    /// <summary>An L40S without governed bounds: 3,600,000 ms / 400 a CU nominally, a twentieth and twenty times of it, and a minute.</summary>
    private static readonly DurationBoundsRecord s_l40s = new(450, 180_000, 60_000);

    [Theory]
    [InlineData(1_000_000, 450, 240_000)]
    [InlineData(15_270, 6, 62_748)]
    [InlineData(2_222, 0, 60_399)]
    [InlineData(2_223, 1, 60_400)]
    [InlineData(0, 0, 60_000)]
    public void Of_roundsDownAsTheContractsDo(ulong micro, ulong least, ulong most) =>
        Assert.Equal(new DurationRange(least, most), DurationRange.Of(s_l40s, new ComputeUnits(micro)));

    [Fact]
    public void Of_neverWrapsAround() => Prop.ForAll(ArbMap.Default.ArbFor<(ulong Min, ulong Max, ulong Slack, ulong Micro)>(), value =>
    {
        DurationRange range = DurationRange.Of(new DurationBoundsRecord(value.Min, value.Max, value.Slack), new ComputeUnits(value.Micro));
        return range.LeastMillis == BigInteger.Min(ulong.MaxValue, (BigInteger)value.Min * value.Micro / 1_000_000)
            && range.MostMillis == BigInteger.Min(ulong.MaxValue, value.Slack + ((BigInteger)value.Max * value.Micro / 1_000_000));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Of_neverWrapsAroundAtTheLargest()
    {
        DurationRange range = DurationRange.Of(new DurationBoundsRecord(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue), new ComputeUnits(ulong.MaxValue));

        Assert.Equal(new DurationRange(ulong.MaxValue, ulong.MaxValue), range);
    }

    [Theory]
    [InlineData(5, false)]
    [InlineData(6, true)]
    [InlineData(62_748, true)]
    [InlineData(62_749, false)]
    public void Contains_takesBothEnds(ulong millis, bool expected)
    {
        DurationRange range = DurationRange.Of(s_l40s, new ComputeUnits(15_270));

        Assert.Equal(expected, range.Contains(millis));
        Assert.True(DurationRange.Any.Contains(millis));
        Assert.Equal("6 to 62748 ms", range.ToString());
    }
}
