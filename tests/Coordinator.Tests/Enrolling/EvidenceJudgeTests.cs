using System.Text;
using Ait.Attestation.SevSnp;
using Ait.Chain;
using Ait.Coordinator.Configuration;
using Ait.Coordinator.Enrolling;
using Ait.Coordinator.Fetching;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol;
using Ait.Protocol.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Refusal = Ait.Coordinator.Admitting.Refusal;

namespace Ait.Coordinator.Tests.Enrolling;

/// <summary>Emulated devices of each kind brought to the coordinator, and one fact changed for each refusal.</summary>
public sealed class EvidenceJudgeTests : IClassFixture<EmulatedVendors>, IDisposable
{
    private const ulong Block = 100;
    private static readonly Address s_operator = Address.Parse("0x00000000000000000000000000000000000000b2");
    private static readonly Address s_key = Address.Parse("0x00000000000000000000000000000000000000c3");
    private static readonly Address s_account = Address.Parse("0x00000000000000000000000000000000000000d4");
    private static readonly Hash256 s_snpProgram = Keccak256.Hash(EmulatedVendors.Measurement);

    /// <summary>MRTD, then the seven registers that a bare trust domain leaves zero.</summary>
    private static readonly Hash256 s_tdxProgram = Keccak256.Hash([.. EmulatedVendors.Measurement, .. new byte[336]]);
    private readonly EmulatedVendors _vendors;
    private readonly TemporaryFolder _folder = new();
    private readonly SkippingClock _clock = new(EmulatedVendors.Now);
    private readonly SimulatedChain _chain;
    private readonly List<CollateralClient> _clients = [];

    public EvidenceJudgeTests(EmulatedVendors vendors)
    {
        _vendors = vendors;
        _chain = new SimulatedChain(Network().Domain, _clock);
        _chain.Programs.UnionWith([s_snpProgram, s_tdxProgram]);
        _vendors.Stock(Collateral);
    }

    public void Dispose()
    {
        _clients.ForEach(client => client.Dispose());
        _folder.Dispose();
    }

    private string Collateral => Path.Combine(_folder.Path, "collateral");

    private Hash256 AttestedId => EmulatedRequests.AttestedId(_vendors);

    private Hash256 MeasuredId => EmulatedRequests.MeasuredId(_vendors);

    private Deployment Network(bool pinned = true) => new(
        31337, 1, s_account, s_account, s_account, s_account, s_account, s_account, s_account, "development",
        pinned ? _vendors.Pins : _vendors.Pins with { Amd = new Dictionary<string, string>() });

    private EvidenceJudge Judge(bool demandsRevocation = false, Deployment? network = null, VendorOptions? vendors = null)
    {
        network ??= Network();
        var options = new CoordinatorOptions
        {
            Rpc = new Uri("http://127.0.0.1:1"),
            DeploymentFile = "d",
            KeyFile = "k",
            Store = "l",
            ModelsFile = "m",
            Listen = new Uri("http://127.0.0.1:0"),
            PublicUrl = new Uri("https://coordinator.example"),
            DemandsRevocation = demandsRevocation,
        };
        var client = new CollateralClient(
            new CollateralStore(Collateral), new CollateralVerifier(network.TrustRoots()), new VendorSource(vendors ?? VendorOptions.Default with { Offline = true }, _clock), _clock, NullLogger.Instance);
        _clients.Add(client);
        return new EvidenceJudge(new CollateralGatherer(client, options), _chain, network, _clock);
    }

    /// <summary>A request as a miner of this device makes it.</summary>
    private async Task<EnrolmentRequest> RequestAsync(string platform, DeviceClass deviceClass, bool withGpu, Hash256? gpuId = null)
    {
        Hash256 hash = await _chain.ReadBlockHashAsync(Block, TestContext.Current.CancellationToken) ?? throw new InvalidOperationException("no block");
        var binding = new DeviceBinding(31337, s_account, s_operator, s_key, gpuId ?? (withGpu ? AttestedId : MeasuredId), deviceClass, Block, hash);
        return EmulatedRequests.Of(_vendors, platform, binding, withGpu);
    }

    private async Task<EnrolmentResponse> AcceptsAsync(EnrolmentRequest request, EvidenceJudge? judge = null)
    {
        Assert.True(EnrolmentClaim.TryRead(request, s_key, out EnrolmentClaim? claim, out Refusal? refusal), refusal?.Title);
        (EnrolmentResponse? enrolment, refusal) = await (judge ?? Judge()).JudgeAsync(claim!, TestContext.Current.CancellationToken);
        Assert.True(enrolment is not null, $"{refusal?.Title} expected {refusal?.Expected}, found {refusal?.Found}");
        return enrolment!;
    }

    private async Task<Refusal> RefusesAsync(EnrolmentRequest request, string title, EvidenceJudge? judge = null, Address? key = null, string code = ProblemCodes.EvidenceRefused)
    {
        Assert.True(EnrolmentClaim.TryRead(request, key ?? s_key, out EnrolmentClaim? claim, out _));
        (EnrolmentResponse? enrolment, Refusal? refusal) = await (judge ?? Judge()).JudgeAsync(claim!, TestContext.Current.CancellationToken);
        Assert.Null(enrolment);
        Assert.Contains(title, refusal!.Title, StringComparison.Ordinal);
        Assert.Equal(code, refusal.Code);
        Assert.NotEmpty(refusal.Remedy);
        return refusal;
    }

    [Theory]
    [InlineData("SevSnp")]
    [InlineData("Tdx")]
    public async Task Judge_enrolsAnAttestedGpu(string platform)
    {
        EnrolmentResponse enrolment = await AcceptsAsync(await RequestAsync(platform, DeviceClass.H100, withGpu: true));

        Assert.Equal(("AttestedGpu", platform, s_key, s_operator), (enrolment.Verdict.Profile, enrolment.Verdict.Platform, enrolment.EnclaveKey, enrolment.Operator));
        Assert.Equal((ulong)EmulatedVendors.Now.AddHours(24).ToUnixTimeSeconds(), enrolment.Verdict.ValidUntil);
    }

    [Theory]
    [InlineData(DeviceClass.A100)]
    [InlineData(DeviceClass.L40S)]
    [InlineData(DeviceClass.MI300X)]
    public async Task Judge_enrolsAMeasuredHost(DeviceClass deviceClass) =>
        Assert.Equal("MeasuredHost", (await AcceptsAsync(await RequestAsync("SevSnp", deviceClass, withGpu: false))).Verdict.Profile);

    [Fact]
    public async Task Judge_enrolsTheMeasuredHostOfATrustDomain() => Assert.Equal(
        "MeasuredHost",
        (await AcceptsAsync(await RequestAsync("Tdx", DeviceClass.A100, withGpu: false, GpuIdentity.OnIntelHost(_vendors.Ppid, EmulatedRequests.GpuUuid)))).Verdict.Profile);

    [Fact]
    public async Task Judge_countsEvidenceNoLongerThanItsCollateral()
    {
        _clock.Advance(TimeSpan.FromDays(29) - TimeSpan.FromHours(2));

        Assert.Equal((ulong)EmulatedVendors.Now.AddDays(29).ToUnixTimeSeconds(), (await AcceptsAsync(await RequestAsync("Tdx", DeviceClass.H100, withGpu: true))).Verdict.ValidUntil);
    }

    [Fact]
    public async Task Judge_refusesAnH100ThatDoesNotSign() =>
        await RefusesAsync(await RequestAsync("SevSnp", DeviceClass.H100, withGpu: false), "ProfileNotAccepted");

    [Fact]
    public async Task Judge_refusesEvidenceBoundToAnotherKey() =>
        await RefusesAsync(await RequestAsync("SevSnp", DeviceClass.A100, withGpu: false), "ReportDataMismatch", key: s_operator);

    [Fact]
    public async Task Judge_refusesEvidenceForAnotherOperator() =>
        await RefusesAsync(await RequestAsync("SevSnp", DeviceClass.A100, withGpu: false) with { Operator = s_account }, "ReportDataMismatch");

    [Fact]
    public async Task Judge_refusesAnotherClassThanTheEvidenceIsBoundTo() =>
        await RefusesAsync(await RequestAsync("SevSnp", DeviceClass.L40S, withGpu: false) with { DeviceClass = DeviceClass.A100 }, "ReportDataMismatch");

    [Fact]
    public async Task Judge_refusesAGpuOfAnotherMachinesRegistration()
    {
        EnrolmentRequest request = await RequestAsync("SevSnp", DeviceClass.H100, withGpu: true);
        byte[] relayed = _vendors.GpuReport(new byte[32]);

        await RefusesAsync(request with { Gpus = [request.Gpus[0] with { Report = Hex.Encode(relayed) }] }, "ReportDataMismatch");
    }

    [Fact]
    public async Task Judge_refusesTheGpuTakenAwayFromItsEvidence() =>
        await RefusesAsync(await RequestAsync("SevSnp", DeviceClass.H100, withGpu: true) with { Gpus = [] }, "ReportDataMismatch");

    [Fact]
    public async Task Judge_refusesEvidenceOfAnotherGpu() =>
        await RefusesAsync(await RequestAsync("SevSnp", DeviceClass.H100, withGpu: true, Keccak256.Hash("another"u8)), "another GPU");

    [Theory]
    [InlineData(0ul)]
    [InlineData(ulong.MaxValue)]
    public async Task Judge_refusesEvidenceThatAnswersNoRecentBlock(ulong block)
    {
        _chain.Mine(300);
        await RefusesAsync(await RequestAsync("SevSnp", DeviceClass.A100, withGpu: false) with { BlockNumber = block }, "no recent block", code: ProblemCodes.EvidenceStale);
    }

    [Fact]
    public async Task Judge_refusesAProgramThatMayNotRegister()
    {
        _chain.Programs.Clear();
        await RefusesAsync(await RequestAsync("SevSnp", DeviceClass.A100, withGpu: false), "MeasurementNotAllowed");
    }

    [Fact]
    public async Task Judge_enrolsAnH100WithoutEvidenceWhereTheRegistryAdmitsThose()
    {
        _chain.AdmitsMeasuredH100 = true;

        Assert.Equal("MeasuredHost", (await AcceptsAsync(await RequestAsync("SevSnp", DeviceClass.H100, withGpu: false))).Verdict.Profile);
    }

    [Fact]
    public async Task Judge_refusesAClassWhosePartsDoNotSignWithEvidenceOfAGpu() =>
        await RefusesAsync(await RequestAsync("SevSnp", DeviceClass.A100, withGpu: true), "ProfileNotAccepted");

    [Fact]
    public async Task Judge_refusesAGpuOnceItsManifestsAreNotAtHand()
    {
        Directory.Delete(Collateral, recursive: true);

        await RefusesAsync(await RequestAsync("SevSnp", DeviceClass.H100, withGpu: true), "cannot be judged now", code: ProblemCodes.Unavailable);
    }

    [Fact]
    public async Task Judge_believesOnlyTheRootsOfTheDeployment() =>
        await RefusesAsync(await RequestAsync("SevSnp", DeviceClass.A100, withGpu: false), "RootNotPinned", Judge(network: Network(pinned: false)));

    [Fact]
    public async Task Judge_refusesAForgedReport()
    {
        EnrolmentRequest request = await RequestAsync("SevSnp", DeviceClass.A100, withGpu: false);
        byte[] report = Hex.Decode(request.Report);
        report[0x90] ^= 1;

        await RefusesAsync(request with { Report = Hex.Encode(report) }, "ReportSignature");
    }

    [Fact]
    public async Task Judge_cannotJudgeWithoutRevocationWhereItIsDemanded() => Assert.Contains(
        "amd/",
        (await RefusesAsync(await RequestAsync("SevSnp", DeviceClass.A100, withGpu: false), "cannot be judged now", Judge(demandsRevocation: true), code: ProblemCodes.Unavailable)).Title,
        StringComparison.Ordinal);

    [Fact]
    public async Task Judge_cannotJudgeAQuoteWithoutCollateral()
    {
        Directory.Delete(Collateral, recursive: true);

        await RefusesAsync(await RequestAsync("Tdx", DeviceClass.H100, withGpu: true), "cannot be judged now", code: ProblemCodes.Unavailable);
    }

    [Fact]
    public async Task Judge_fetchesTheCertificatesThatAHostDoesNotProvide()
    {
        await using VendorServer server = await VendorServer.StartAsync();
        server.Put("/vcek/v1/Genoa/cert_chain", _vendors.Chain);
        server.Put("/vcek/v1/Genoa/crl", _vendors.AmdList(EmulatedVendors.Now.AddDays(-1), EmulatedVendors.Now.AddDays(30)));
        TcbVersion tcb = _vendors.Tcb;
        server.Put($"/vcek/v1/Genoa/{_vendors.HardwareId}?blSPL={tcb.BootLoader}&teeSPL={tcb.Tee}&snpSPL={tcb.Snp}&ucodeSPL={tcb.Microcode}", _vendors.Vcek);
        EvidenceJudge judge = Judge(demandsRevocation: true, vendors: VendorOptions.Default with { Kds = server.Address });

        await AcceptsAsync(await RequestAsync("SevSnp", DeviceClass.A100, withGpu: false) with { Certificates = [] }, judge);

        Assert.Equal(3, server.Asked.Count);
    }

    /// <summary>A report that was made for somebody else costs a comparison: no vendor is asked, no signature verified.</summary>
    [Theory]
    [InlineData("SevSnp")]
    [InlineData("Tdx")]
    public async Task Judge_asksNoVendorAboutEvidenceThatIsNotTheSigners(string platform)
    {
        Directory.Delete(Collateral, recursive: true);
        await using VendorServer server = await VendorServer.StartAsync();
        EvidenceJudge judge = Judge(demandsRevocation: true, vendors: VendorOptions.Default with { Kds = server.Address, Pcs = server.Address, IntelRootList = server.Address, Rim = server.Address, Ocsp = server.Address });

        await RefusesAsync(await RequestAsync(platform, DeviceClass.A100, withGpu: false) with { Certificates = [] }, "ReportDataMismatch", judge, key: s_operator);

        Assert.Empty(server.Asked);
    }

    [Fact]
    public async Task Judge_refusesTheAskThatItsRootHasRevoked()
    {
        await using VendorServer server = await VendorServer.StartAsync();
        server.Put("/vcek/v1/Genoa/cert_chain", _vendors.Chain);
        server.Put("/vcek/v1/Genoa/crl", _vendors.AmdList(EmulatedVendors.Now.AddDays(-1), EmulatedVendors.Now.AddDays(30), 0x20002));

        await RefusesAsync(
            await RequestAsync("SevSnp", DeviceClass.A100, withGpu: false), "CertificateRevoked", Judge(vendors: VendorOptions.Default with { Kds = server.Address }));
    }

    [Theory]
    [InlineData("Gpu", "0x", 1)]
    [InlineData("SevSnp", "0xzz", 1)]
    [InlineData("SevSnp", "0x", 1)]
    [InlineData("SevSnp", "0x01", 2)]
    public async Task Read_refusesWhatIsNotOfTheDocumentedForm(string platform, string report, int gpus)
    {
        EnrolmentRequest request = await RequestAsync("SevSnp", DeviceClass.H100, withGpu: true);
        request = request with { Platform = platform, Report = report, Gpus = [.. Enumerable.Repeat(request.Gpus[0], gpus)] };

        Assert.False(EnrolmentClaim.TryRead(request, s_key, out _, out Refusal? refusal));
        Assert.Equal(ProblemCodes.Malformed, refusal!.Code);
    }

    [Fact]
    public void JudgeEvidence_letsOnlyTheVerifiedKeyInWhileTheVerdictCounts()
    {
        EnrolmentResponse enrolment = Enrolled();

        Assert.Null(Enrolment.JudgeEvidence(enrolment, s_key, 199));
        Assert.NotNull(Enrolment.JudgeEvidence(enrolment, s_key, 200));
        Assert.NotNull(Enrolment.JudgeEvidence(enrolment, s_operator, 150));
        Assert.NotNull(Enrolment.JudgeEvidence(null, s_key, 150));
    }

    private EnrolmentResponse Enrolled(Address? key = null, Address? account = null, string host = "host", ulong at = 100) => new(
        AttestedId, DeviceClass.H100, account ?? s_operator, Keccak256.Hash(Encoding.ASCII.GetBytes(host)), key ?? s_key,
        new EvidenceVerdict("AttestedGpu", "SevSnp", "x", at, at + 100));

    [Fact]
    public void JudgeSuccession_keepsAGpuOnItsHostWhileAVerdictCounts()
    {
        Assert.Contains("another host", Enrolment.JudgeSuccession(Enrolled(host: "other", at: 150), Enrolled(), null)!.Title, StringComparison.Ordinal);
        Assert.Null(Enrolment.JudgeSuccession(Enrolled(host: "other", at: 200), Enrolled(), null));
    }

    [Fact]
    public void JudgeSuccession_keepsAGpuWithItsOperatorWhileAVerdictCounts()
    {
        Assert.Contains("another operator", Enrolment.JudgeSuccession(Enrolled(account: s_account, at: 150), Enrolled(), null)!.Title, StringComparison.Ordinal);
        Assert.Null(Enrolment.JudgeSuccession(Enrolled(account: s_account, at: 200), Enrolled(), null));
    }

    [Fact]
    public void JudgeSuccession_letsARestartedMinerBringItsNewKey() => Assert.Null(Enrolment.JudgeSuccession(Enrolled(key: s_account, at: 150), Enrolled(), null));

    [Fact]
    public void JudgeSuccession_keepsAKeyWithItsGpu() =>
        Assert.Contains("another GPU", Enrolment.JudgeSuccession(Enrolled(at: 150), null, Enrolled())!.Title, StringComparison.Ordinal);
}
