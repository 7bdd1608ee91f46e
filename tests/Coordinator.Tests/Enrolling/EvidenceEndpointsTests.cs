using System.Net;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Enrolling;

/// <summary>A coordinator that demands evidence, over HTTP: what earns seats, and what leaves the ledger as it was.</summary>
public sealed class EvidenceEndpointsTests : IClassFixture<PresentVendors>, IAsyncLifetime
{
    private const string Path = "/v1/enrolments";
    private static readonly Address s_operator = Address.Parse("0x00000000000000000000000000000000000000b2");
    private static readonly Address s_operatorOfAnother = Address.Parse("0x00000000000000000000000000000000000000b9");
    private readonly Secp256k1PrivateKey _key = TestMiner.Key("enclave of the emulated device");
    private readonly EmulatedVendors _vendors;
    private HttpNetwork _network = null!; // InitializeAsync starts it

    public EvidenceEndpointsTests(PresentVendors vendors) => _vendors = vendors.Vendors;

    public async ValueTask InitializeAsync()
    {
        _network = await HttpNetwork.StartAsync(options => options with { DemandsEvidence = true, DemandsRevocation = false }, roots: _vendors.Pins);
        _vendors.Stock(_network.Network.Options.CollateralFolder);
        _network.Network.Chain.Programs.UnionWith([Keccak256.Hash(EmulatedVendors.Measurement), Keccak256.Hash([.. EmulatedVendors.Measurement, .. new byte[336]])]);
        _network.Network.Chain.Mine(50);
    }

    public async ValueTask DisposeAsync()
    {
        await _network.DisposeAsync();
        _key.Dispose();
    }

    private Hash256 AttestedId => EmulatedRequests.AttestedId(_vendors);

    private async Task<DeviceBinding> BindingAsync(Hash256? gpuId = null, DeviceClass deviceClass = DeviceClass.H100, Address? account = null, Address? key = null)
    {
        ulong block = (await _network.Network.Chain.ReadHeadAsync(TestContext.Current.CancellationToken)).Number - 2;
        Hash256 hash = await _network.Network.Chain.ReadBlockHashAsync(block, TestContext.Current.CancellationToken) ?? throw new InvalidOperationException("no block");
        return new DeviceBinding(
            _network.Network.Deployment.ChainId, _network.Network.Deployment.DeviceRegistry, account ?? s_operator, key ?? _key.Address, gpuId ?? AttestedId, deviceClass, block, hash);
    }

    private async Task<EnrolmentResponse> EnrolAsync(EnrolmentRequest request) => await HttpNetwork.ReadAsync(
        await _network.PostAsync(_key, Path, request, ProtocolJson.Default.EnrolmentRequest), ProtocolJson.Default.EnrolmentResponse);

    private async Task RefusesAsync(EnrolmentRequest request, string code, string title, Secp256k1PrivateKey? key = null)
    {
        string before = _network.State();
        Problem problem = await HttpNetwork.ProblemAsync(await _network.PostAsync(key ?? _key, Path, request, ProtocolJson.Default.EnrolmentRequest));
        Assert.Equal(code, problem.Code);
        Assert.Contains(title, problem.Title, StringComparison.Ordinal);
        Assert.Equal(before, _network.State());
    }

    private Task<HttpResponseMessage> LeaseAsync() =>
        _network.PostAsync(_key, "/v1/leases", new LeaseRequest(AttestedId, 1, 0), ProtocolJson.Default.LeaseRequest);

    [Fact]
    public async Task Lease_isForDevicesWhoseEvidenceWasVerifiedHere()
    {
        _network.Network.Chain.Register(s_operator, Keccak256.Hash(_vendors.HardwareId.Span), AttestedId, _key.Address);
        Problem refused = await HttpNetwork.ProblemAsync(await LeaseAsync());
        Assert.Equal((ProblemCodes.EvidenceMissing, "This coordinator has seen no evidence of the device."), (refused.Code, refused.Title));

        await EnrolAsync(EmulatedRequests.Of(_vendors, "SevSnp", await BindingAsync(), withGpu: true));

        Assert.Equal(HttpStatusCode.OK, (await LeaseAsync()).StatusCode);
    }

    [Theory]
    [InlineData("SevSnp")]
    [InlineData("Tdx")]
    public async Task Devices_showWhatTheCoordinatorVerified(string platform)
    {
        await EnrolAsync(EmulatedRequests.Of(_vendors, platform, await BindingAsync(), withGpu: true));
        _network.Network.Chain.Register(s_operator, Keccak256.Hash("chip"u8), AttestedId, _key.Address);

        DevicesResponse devices = await HttpNetwork.EventuallyAsync<DevicesResponse>(async () =>
            await _network.GetAsync("/v1/devices", ProtocolJson.Default.DevicesResponse) is { } found && found.Devices.Any(device => device.GpuId == AttestedId) ? found : null);

        EvidenceVerdict verdict = Assert.IsType<EvidenceVerdict>(devices.Devices.Single(device => device.GpuId == AttestedId).Verdict);
        Assert.Equal(("AttestedGpu", platform), (verdict.Profile, verdict.Platform));
        Assert.Contains("GH100", verdict.Summary, StringComparison.Ordinal);
        Assert.All(devices.Devices.Where(device => device.GpuId != AttestedId), device => Assert.Null(device.Verdict));
    }

    [Fact]
    public async Task Enrol_keepsTheNewestVerdict()
    {
        await EnrolAsync(EmulatedRequests.Of(_vendors, "SevSnp", await BindingAsync(), withGpu: true));
        await EnrolAsync(EmulatedRequests.Of(_vendors, "SevSnp", await BindingAsync(), withGpu: true));

        EnrolmentsResponse all = await _network.GetAsync(Path, ProtocolJson.Default.EnrolmentsResponse);
        EnrolmentResponse one = Assert.Single(all.Enrolments);
        Assert.Equal((AttestedId, DeviceClass.H100, s_operator, _key.Address), (one.GpuId, one.DeviceClass, one.Operator, one.EnclaveKey));
        Assert.Equal(Keccak256.Hash(_vendors.HardwareId.Span), one.HostChip);
    }

    [Fact]
    public async Task Enrol_refusesANewDeviceOfAnOperatorOnProbationOrWithTooSmallABond()
    {
        _network.Network.Chain.OnProbation.Add(s_operator);
        await RefusesAsync(EmulatedRequests.Of(_vendors, "SevSnp", await BindingAsync(), withGpu: true), ProblemCodes.OperatorNotInGoodStanding, "on probation");
        _network.Network.Chain.OnProbation.Clear();
        _network.Network.Chain.LeastBond = 1;
        await RefusesAsync(EmulatedRequests.Of(_vendors, "SevSnp", await BindingAsync(), withGpu: true), ProblemCodes.OperatorNotInGoodStanding, "too small");
        _network.Network.Chain.LeastBond = 0;
        Assert.Equal(s_operator, (await EnrolAsync(EmulatedRequests.Of(_vendors, "SevSnp", await BindingAsync(), withGpu: true))).Operator);
    }

    /// <summary>The draw knows no probation: a device that is drawn is not passed over.</summary>
    [Fact]
    public async Task Enrol_takesADeviceOnTheRosterWhoeverItsOperatorIs()
    {
        _network.Network.Chain.Register(s_operator, Keccak256.Hash(_vendors.HardwareId.Span), AttestedId, _key.Address);
        _network.Network.Chain.OnProbation.Add(s_operator);

        await EnrolAsync(EmulatedRequests.Of(_vendors, "SevSnp", await BindingAsync(), withGpu: true));

        Assert.Equal(HttpStatusCode.OK, (await LeaseAsync()).StatusCode);
    }

    [Fact]
    public async Task Enrol_refusesAGpuThatAnsweredAnotherNonce() =>
        await RefusesAsync(EmulatedRequests.Of(_vendors, "SevSnp", await BindingAsync(), withGpu: true, nonce: new byte[32]), ProblemCodes.EvidenceRefused, "NonceMismatch");

    [Fact]
    public async Task Enrol_refusesAGpuThatTheProcessorDoesNotName() =>
        await RefusesAsync(EmulatedRequests.Of(_vendors, "SevSnp", await BindingAsync(), withGpu: true, names: false), ProblemCodes.EvidenceRefused, "ReportDataMismatch");

    [Fact]
    public async Task Enrol_refusesAHigherProfileThanTheEvidenceProves() =>
        await RefusesAsync(
            EmulatedRequests.Of(_vendors, "SevSnp", await BindingAsync(EmulatedRequests.MeasuredId(_vendors)), withGpu: false), ProblemCodes.EvidenceRefused, "ProfileNotAccepted");

    [Fact]
    public async Task Enrol_refusesStaleEvidence()
    {
        EnrolmentRequest request = EmulatedRequests.Of(_vendors, "SevSnp", await BindingAsync(), withGpu: true);
        _network.Network.Chain.Mine(128);

        await RefusesAsync(request, ProblemCodes.EvidenceStale, "no recent block");
    }

    [Fact]
    public async Task Enrol_refusesAGpuThatIsEnrolledOnAnotherHost()
    {
        await EnrolAsync(EmulatedRequests.Of(_vendors, "SevSnp", await BindingAsync(), withGpu: true));

        await RefusesAsync(EmulatedRequests.Of(_vendors, "Tdx", await BindingAsync(), withGpu: true), ProblemCodes.EvidenceRefused, "another host");
    }

    [Fact]
    public async Task Enrol_refusesAGpuThatIsEnrolledForAnotherOperator()
    {
        await EnrolAsync(EmulatedRequests.Of(_vendors, "SevSnp", await BindingAsync(), withGpu: true));

        await RefusesAsync(
            EmulatedRequests.Of(_vendors, "SevSnp", await BindingAsync(account: s_operatorOfAnother), withGpu: true), ProblemCodes.EvidenceRefused, "another operator");
    }

    [Fact]
    public async Task Enrol_refusesTheSameGpuTwiceInOneRequest()
    {
        EnrolmentRequest request = EmulatedRequests.Of(_vendors, "SevSnp", await BindingAsync(), withGpu: true);

        await RefusesAsync(request with { Gpus = [request.Gpus[0], request.Gpus[0]] }, ProblemCodes.Malformed, string.Empty);
    }

    [Fact]
    public async Task Enrol_refusesOneKeyForTwoGpus()
    {
        await EnrolAsync(EmulatedRequests.Of(_vendors, "SevSnp", await BindingAsync(), withGpu: true));

        await RefusesAsync(
            EmulatedRequests.Of(_vendors, "SevSnp", await BindingAsync(EmulatedRequests.MeasuredId(_vendors), DeviceClass.A100), withGpu: false), ProblemCodes.EvidenceRefused, "another GPU already");
    }

    [Fact]
    public async Task Enrol_refusesEvidenceThatIsBoundToAnotherKeyThanTheSigners()
    {
        EnrolmentRequest request = EmulatedRequests.Of(_vendors, "SevSnp", await BindingAsync(), withGpu: true);
        using Secp256k1PrivateKey thief = TestMiner.Key("thief");

        await RefusesAsync(request, ProblemCodes.EvidenceRefused, "ReportDataMismatch", thief);
    }
}
