using Ait.Chain;

namespace Ait.Protocol.Tests;

public sealed class DeviceBindingTests
{
    private static readonly DeviceBinding s_binding = new(
        31337,
        Samples.Account("device registry"),
        Samples.Account("operator 0"),
        Samples.Account("gpu 0"),
        GpuIdentity.OnMeasuredHost(new byte[64], new byte[16]),
        DeviceClass.H100,
        123,
        Samples.Hash("block 123"));

    [Fact]
    public void Compute_changesWithEveryField()
    {
        DeviceBinding[] all =
        [
            s_binding,
            s_binding with { ChainId = 1 },
            s_binding with { DeviceRegistry = Address.Zero },
            s_binding with { Operator = Address.Zero },
            s_binding with { EnclaveKey = Address.Zero },
            s_binding with { GpuId = Hash256.Zero },
            s_binding with { DeviceClass = DeviceClass.A100 },
            s_binding with { BlockNumber = 124 },
            s_binding with { BlockHash = Hash256.Zero },
        ];

        Assert.Equal(all.Length, all.Select(binding => binding.Compute()).Distinct().Count());
    }

    [Fact]
    public void ReportData_isTheBindingThenZeros()
    {
        byte[] reportData = s_binding.ReportData();

        Assert.Equal(64, reportData.Length);
        Assert.Equal(s_binding.Compute().ToArray(), reportData[..32]);
        Assert.All(reportData[32..], value => Assert.Equal(0, value));
    }

    [Fact]
    public void OnMeasuredHost_dependsOnChipAndUuid()
    {
        byte[] chip = new byte[64];
        byte[] uuid = new byte[16];
        Hash256 gpu = GpuIdentity.OnMeasuredHost(chip, uuid);
        uuid[15] = 1;
        Assert.NotEqual(gpu, GpuIdentity.OnMeasuredHost(chip, uuid));
        Assert.Throws<ArgumentException>(() => GpuIdentity.OnMeasuredHost(chip, new byte[15]));
        Assert.Throws<ArgumentException>(() => GpuIdentity.HostChip(new byte[63]));
    }

    [Fact]
    public void OnIntelHost_goesByTheHashOfThePpid()
    {
        byte[] ppid = [.. Enumerable.Range(1, 16).Select(value => (byte)value)];
        byte[] uuid = [.. Enumerable.Range(101, 16).Select(value => (byte)value)];
        Assert.Equal(Keccak256.Hash([.. Keccak256.Hash(ppid).ToArray(), .. uuid]), GpuIdentity.OnIntelHost(ppid, uuid));
        Assert.Throws<ArgumentException>(() => GpuIdentity.OnIntelHost(ppid, new byte[15]));
        Assert.Throws<ArgumentException>(() => GpuIdentity.OnIntelHost(new byte[17], uuid));
    }

    [Theory]
    [InlineData(DeviceClass.H100, 1000)]
    [InlineData(DeviceClass.A100, 600)]
    [InlineData(DeviceClass.L40S, 400)]
    [InlineData(DeviceClass.MI300X, 800)]
    public void ComputeUnitsPerHour_isTheProposalsTable(DeviceClass deviceClass, uint expected)
    {
        Assert.Equal(expected, DeviceClasses.ComputeUnitsPerHour(deviceClass));
        Assert.True(DeviceClasses.TryParse(deviceClass.ToString(), out DeviceClass read));
        Assert.Equal(deviceClass, read);
    }

    [Theory]
    [InlineData("h100")]
    [InlineData("None")]
    [InlineData("1")]
    [InlineData(null)]
    public void TryParse_refusesWhatIsNotAClassName(string? name) => Assert.False(DeviceClasses.TryParse(name, out _));
}
