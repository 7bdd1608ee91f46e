using Ait.Miner.Submission;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Miner.Tests.Submission;

public sealed class BackoffTests
{
    private static Backoff With(double jitter) => new() { First = TimeSpan.FromMilliseconds(500), Cap = TimeSpan.FromSeconds(15), Jitter = () => jitter };

    [Theory]
    [InlineData(1, 0.0, 250)]
    [InlineData(1, 1.0, 500)]
    [InlineData(2, 1.0, 1_000)]
    [InlineData(5, 1.0, 8_000)]
    [InlineData(6, 1.0, 15_000)]
    [InlineData(6, 0.0, 7_500)]
    [InlineData(int.MaxValue, 1.0, 15_000)]
    public void After_doublesToTheCap(int failures, double jitter, int milliseconds) =>
        Assert.Equal(milliseconds, With(jitter).After(failures).TotalMilliseconds, 0.5);

    [Fact]
    public void After_refusesZeroFailures() => Assert.Throws<ArgumentOutOfRangeException>(() => With(0).After(0));

    [Fact]
    public void After_staysBetweenHalfTheFirstDelayAndTheCap() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), failures =>
        {
            TimeSpan delay = Backoff.Default.After(Math.Abs(failures % 1000) + 1);
            return delay >= Backoff.Default.First / 2 && delay <= Backoff.Default.Cap;
        }).QuickCheckThrowOnFailure();
}
