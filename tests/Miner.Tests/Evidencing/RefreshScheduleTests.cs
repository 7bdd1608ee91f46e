using Ait.Miner.Evidencing;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Miner.Tests.Evidencing;

public sealed class RefreshScheduleTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch + TimeSpan.FromDays(20_000);

    [Theory]
    [InlineData(0.0, 18.0)]
    [InlineData(1.0, 16.8)]
    public void Next_isAtThreeQuartersOfADayOrALittleEarlier(double jitter, double hours) =>
        Assert.Equal(s_now + TimeSpan.FromHours(hours), RefreshSchedule.Next(s_now, s_now + TimeSpan.FromDays(1), s_now, jitter), TimeSpan.FromSeconds(1));

    [Fact]
    public void Next_isNowIfTheDeviceHasExpired() =>
        Assert.Equal(s_now, RefreshSchedule.Next(s_now, s_now, s_now - TimeSpan.FromDays(1), 0));

    [Fact]
    public void Next_waitsUntilTheContractWouldExtend()
    {
        DateTimeOffset next = RefreshSchedule.Next(s_now, s_now + RefreshSchedule.ExtensionInterval + TimeSpan.FromMinutes(10), s_now, 0.5);

        Assert.InRange(next, s_now + RefreshSchedule.ExtensionInterval, s_now + RefreshSchedule.ExtensionInterval + TimeSpan.FromMinutes(2));
    }

    [Fact]
    public void Next_isAtExpiryIfTheContractWouldNotExtendBefore() =>
        Assert.Equal(s_now + TimeSpan.FromMinutes(20), RefreshSchedule.Next(s_now, s_now + TimeSpan.FromMinutes(20), s_now, 0.5));

    [Fact]
    public void Next_isNeverBeforeNowNorAfterExpiry() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(int Valid, int Age, byte Jitter)>(), value =>
        {
            DateTimeOffset validUntil = s_now + TimeSpan.FromSeconds(value.Valid % 200_000);
            DateTimeOffset next = RefreshSchedule.Next(s_now, validUntil, s_now - TimeSpan.FromSeconds(Math.Abs(value.Age % 200_000)), value.Jitter / 256.0);
            return next >= s_now && (next <= validUntil || next == s_now);
        }).QuickCheckThrowOnFailure();
}
