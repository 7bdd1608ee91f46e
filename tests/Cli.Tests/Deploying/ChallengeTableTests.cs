using Ait.Chain.Contracts;
using Ait.Cli.Deploying;
using Ait.Engine;
using Ait.Protocol;

namespace Ait.Cli.Tests.Deploying;

public sealed class ChallengeTableTests
{
    [Theory]
    [InlineData(DeviceClass.H100, 80_000_000_000)]
    [InlineData(DeviceClass.A100, 40_000_000_000)]
    [InlineData(DeviceClass.L40S, 48_000_000_000)]
    [InlineData(DeviceClass.MI300X, 192_000_000_000)]
    public void OfHardware_fillsMoreThanFourFifthsOfTheLeastMemoryOfItsClassAndLeavesRoomForBuffers(DeviceClass deviceClass, long memory)
    {
        ChallengeTerms terms = Terms(ChallengeTable.OfHardware(deviceClass));

        Assert.Null(terms.Check());
        Assert.InRange((double)terms.MemoryBytes / memory, 0.8, 0.9);
    }

    [Fact]
    public void OfHardware_givesASlowerClassMoreTime()
    {
        DeviceClass[] fastestFirst = [.. DeviceClasses.All.OrderByDescending(DeviceClasses.ComputeUnitsPerHour)];
        uint[] deadlines = [.. fastestFirst.Select(deviceClass => ChallengeTable.OfHardware(deviceClass).DeadlineMillis)];

        Assert.Equal(deadlines.Order(), deadlines);
        Assert.All(deadlines, deadline => Assert.InRange(deadline, 1U, 300_000U)); // What the contract takes.
    }

    [Fact]
    public void OfEmulatedHosts_isScaledButHoldsAnH100ToTheTrueTerms()
    {
        Assert.Equal(ChallengeTable.OfHardware(DeviceClass.H100), ChallengeTable.OfEmulatedHosts(DeviceClass.H100));
        Assert.Equal(ChallengeTermsRecord.None, ChallengeTable.OfEmulatedHosts(DeviceClass.A100));
        Assert.All([DeviceClass.L40S, DeviceClass.MI300X], deviceClass =>
        {
            ChallengeTerms terms = Terms(ChallengeTable.OfEmulatedHosts(deviceClass));
            Assert.Null(terms.Check());
            Assert.True(terms.MemoryBytes < 16 << 20, $"{terms}");
        });
    }

    private static ChallengeTerms Terms(ChallengeTermsRecord record) => new((int)record.Tiles, record.Width, record.Rows, (int)record.Steps);
}
