using Ait.Chain;
using Ait.Miner.Collecting;
using Ait.Miner.Evidencing;
using Ait.Miner.Tests.Fixtures;
using Ait.Protocol;

namespace Ait.Miner.Tests.Evidencing;

public sealed class EvidenceBinderTests
{
    private readonly DeviceBench _bench = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private DeviceBinding Binding => _bench.Registrar.Device.BindTo(new ChallengeBlock(5, Network.RandomHash()));

    private async Task RefusesAsync(string code)
    {
        BinderOutcome.Refused refused = Assert.IsType<BinderOutcome.Refused>(await _bench.Binder.BindAsync(Binding, Cancellation));
        Assert.Equal(code, refused.Code);
        Assert.NotEmpty(refused.Problem);
        Assert.NotEmpty(refused.Remedy);
    }

    [Fact]
    public async Task Identify_namesTheGpuByChipAndUuid()
    {
        BinderOutcome.Identified identified = Assert.IsType<BinderOutcome.Identified>(await _bench.Binder.IdentifyAsync(Cancellation));

        Assert.Equal(Keccak256.Hash([.. _bench.Hardware.ChipId, .. DeviceBench.GpuUuid]), identified.GpuId);
    }

    [Fact]
    public async Task Identify_neverAsksForTheSameReportTwice()
    {
        await _bench.Binder.IdentifyAsync(Cancellation);
        await _bench.Binder.IdentifyAsync(Cancellation);

        Assert.NotEqual(_bench.Hardware.Asked[0], _bench.Hardware.Asked[1]);
    }

    [Fact]
    public async Task Bind_asksForTheBindingAndReadsTheReport()
    {
        DeviceBinding binding = Binding;
        BoundEvidence evidence = Assert.IsType<BinderOutcome.Bound>(await _bench.Binder.BindAsync(binding, Cancellation)).Evidence;

        Assert.Equal(binding.ReportData(), Assert.Single(_bench.Hardware.Asked));
        Assert.Equal(5UL, evidence.BlockNumber);
        Assert.Equal(_bench.GpuId, evidence.GpuId);
    }

    [Fact]
    public async Task Bind_refusesAReportOverOtherData()
    {
        _bench.Hardware.OtherReportData = new byte[64];
        await RefusesAsync("ReportDataMismatch");
    }

    [Fact]
    public async Task Bind_refusesAReportWhoseSecondHalfDiffers()
    {
        DeviceBinding binding = Binding;
        byte[] other = binding.ReportData();
        other[63] = 1;
        _bench.Hardware.OtherReportData = other;

        Assert.Equal("ReportDataMismatch", Assert.IsType<BinderOutcome.Refused>(await _bench.Binder.BindAsync(binding, Cancellation)).Code);
    }

    [Fact]
    public async Task Bind_refusesAnotherMeasurement()
    {
        _bench.Hardware.Measurement = new byte[48];
        await RefusesAsync("MeasurementMismatch");
    }

    [Fact]
    public async Task Bind_refusesAMaskedChipId()
    {
        _bench.Hardware.ChipId = new byte[64];
        await RefusesAsync("ChipIdMasked");
    }

    [Fact]
    public async Task Bind_refusesADebuggableGuest()
    {
        _bench.Hardware.Debug = true;
        await RefusesAsync("DebugEnabled");
    }

    [Fact]
    public async Task Bind_refusesAnotherChip()
    {
        _bench.Hardware.ChipId = [.. Enumerable.Repeat((byte)8, 64)];
        await RefusesAsync("ChipChanged");
    }

    [Fact]
    public async Task Bind_refusesWhatIsNoReport()
    {
        _bench.Hardware.Instead = new EvidenceOutcome.Collected(new CollectedEvidence(EvidencePlatform.SevSnp, [1, 2, 3], [1], [2], [3]));
        await RefusesAsync("ReportLength");
    }

    [Fact]
    public async Task Bind_passesTheCollectorsFailureOn()
    {
        _bench.Hardware.Instead = new EvidenceOutcome.Failed(EvidenceFailure.TimedOut, "It hangs.", "Look at it.");
        await RefusesAsync("TimedOut");
    }
}
