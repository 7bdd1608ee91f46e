using Ait.Miner.Evidencing;
using Ait.Miner.Tests.Fixtures;

namespace Ait.Miner.Tests.Evidencing;

public sealed class DeviceRegistrarTests
{
    private readonly DeviceBench _bench = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<ContractRefusal> RefusesAsync(string code)
    {
        ContractRefusal refusal = Assert.IsType<RegistrarOutcome.Refused>(await _bench.Registrar.BringAsync(Cancellation)).Refusal;
        Assert.Equal(code, refusal.Code);
        Assert.NotEmpty(refusal.Remedy);
        return refusal;
    }

    [Fact]
    public async Task Bring_registersADeviceThatIsNew()
    {
        RegistrarOutcome.Registered registered = Assert.IsType<RegistrarOutcome.Registered>(await _bench.Registrar.BringAsync(Cancellation));

        Assert.Equal(["cache", "register"], _bench.Contracts.Sent);
        Assert.Equal(DeviceBench.EnclaveKey, registered.Device.EnclaveKey);
        DeviceRegistration sent = _bench.Contracts.Last!;
        Assert.Equal(_bench.Contracts.Block.Number, sent.BlockNumber);
        Assert.Equal(DeviceBench.GpuUuid, sent.GpuUuid);
        Assert.Equal(_bench.Registrar.Device.BindTo(_bench.Contracts.Block).ReportData(), sent.Collected.Report.AsSpan(0x50, 64).ToArray());
    }

    [Fact]
    public async Task Bring_refreshesADeviceThatIsLive()
    {
        _bench.Contracts.IssuersCached = true;
        _bench.Contracts.Device = _bench.Contracts.Registered(DeviceBench.Stranger);

        RegistrarOutcome.Refreshed refreshed = Assert.IsType<RegistrarOutcome.Refreshed>(await _bench.Registrar.BringAsync(Cancellation));

        Assert.Equal(["refresh"], _bench.Contracts.Sent);
        Assert.Equal(DeviceBench.EnclaveKey, refreshed.Device.EnclaveKey);
    }

    [Fact]
    public async Task Bring_registersAgainAfterExpiry()
    {
        _bench.Contracts.Device = _bench.Contracts.Registered(DeviceBench.EnclaveKey, left: TimeSpan.FromSeconds(-1));

        Assert.IsType<RegistrarOutcome.Registered>(await _bench.Registrar.BringAsync(Cancellation));
    }

    [Fact]
    public async Task Bring_registersAgainAfterRetirement()
    {
        _bench.Contracts.Device = _bench.Contracts.Registered(DeviceBench.EnclaveKey) with { Withdrawn = true };

        Assert.IsType<RegistrarOutcome.Registered>(await _bench.Registrar.BringAsync(Cancellation));
    }

    [Fact]
    public async Task Bring_takesOverFromAnOperatorWhoseRegistrationExpired()
    {
        _bench.Contracts.Device = _bench.Contracts.Registered(DeviceBench.EnclaveKey, DeviceBench.Stranger, TimeSpan.FromSeconds(-1));

        Assert.IsType<RegistrarOutcome.Registered>(await _bench.Registrar.BringAsync(Cancellation));
    }

    [Fact]
    public async Task Bring_refusesARevokedDeviceBeforeAnythingIsSpent()
    {
        _bench.Contracts.Revoked = true;
        await RefusesAsync("DeviceIsRevoked");
        Assert.Empty(_bench.Contracts.Sent);
        Assert.Empty(_bench.Hardware.Asked);
    }

    [Fact]
    public async Task Bring_refusesADeviceOfAnotherOperator()
    {
        _bench.Contracts.Device = _bench.Contracts.Registered(DeviceBench.EnclaveKey, DeviceBench.Stranger);
        await RefusesAsync("NotOperator");
        Assert.Empty(_bench.Contracts.Sent);
    }

    [Fact]
    public async Task Bring_refusesAMeasurementThatIsNotAdmitted()
    {
        _bench.Contracts.MeasurementAllowed = false;
        await RefusesAsync("MeasurementNotAllowed");
        Assert.Empty(_bench.Contracts.Sent);
    }

    [Fact]
    public async Task Bring_spendsNothingOnEvidenceTheContractWouldRefuse()
    {
        _bench.Hardware.Debug = true;
        await RefusesAsync("DebugEnabled");
        Assert.Empty(_bench.Contracts.Sent);
    }

    [Fact]
    public async Task Bring_spendsNothingOnEvidenceTheCoordinatorRefuses()
    {
        _bench.Desk.Refusals.Enqueue(new ContractRefusal("EvidenceRefused", "No.", "Another."));

        await RefusesAsync("EvidenceRefused");

        Assert.Empty(_bench.Contracts.Sent);
    }

    [Fact]
    public async Task Bring_showsTheCoordinatorWhatItBringsToTheRegistry()
    {
        await _bench.Registrar.BringAsync(Cancellation);

        Assert.Same(Assert.Single(_bench.Desk.Brought).Collected, _bench.Contracts.Last!.Collected);
    }

    [Fact]
    public async Task Bring_passesTheContractsRefusalOn()
    {
        _bench.Contracts.IssuersCached = true;
        _bench.Contracts.Refusals.Enqueue(ContractRefusals.OfError("HostFull", ["0x01", "8"]));
        ContractRefusal refusal = await RefusesAsync("HostFull");
        Assert.Contains("8 live GPUs", refusal.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bring_registersNothingIfTheCertificatesAreRefused()
    {
        _bench.Contracts.Refusals.Enqueue(ContractRefusals.OfError("RootNotPinned", ["0x01"]));
        await RefusesAsync("RootNotPinned");
        Assert.Equal(["cache"], _bench.Contracts.Sent);
    }

    [Fact]
    public async Task Rehearse_sendsNothing()
    {
        Assert.Equal(DeviceRegistrar.IssuersMissing, (await _bench.Registrar.RehearseAsync(Cancellation))?.Code);
        _bench.Contracts.IssuersCached = true;
        Assert.Null(await _bench.Registrar.RehearseAsync(Cancellation));
        _bench.Contracts.Refusals.Enqueue(ContractRefusals.OfError("HostFull", ["0x01", "8"]));
        Assert.Equal("HostFull", (await _bench.Registrar.RehearseAsync(Cancellation))?.Code);
        Assert.Empty(_bench.Contracts.Sent);
    }
}
