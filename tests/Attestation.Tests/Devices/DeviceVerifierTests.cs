using System.Collections.Immutable;
using System.Security.Cryptography;
using Ait.Attestation.Dcap;
using Ait.Attestation.Devices;
using Ait.Attestation.Nvidia;
using Ait.Attestation.SevSnp;
using Ait.Attestation.Tests.Nvidia;
using Ait.Emulation.Amd;
using Ait.Emulation.Intel;
using Ait.Emulation.Nvidia;

namespace Ait.Attestation.Tests.Devices;

/// <summary>A processor and its GPUs, one fact changed at a time.</summary>
public sealed class DeviceVerifierTests
{
    private static readonly byte[] s_binding = [.. Enumerable.Range(0x40, 32).Select(value => (byte)value)];
    private static readonly byte[] s_measurement = [.. Enumerable.Range(100, 48).Select(value => (byte)value)];
    private static readonly byte[] s_registers = [.. Enumerable.Range(10, 192).Select(value => (byte)value)];
    private static readonly EmulatedGpuVendor s_gpu = new();
    private static readonly EmulatedGpuReport s_asked = new() { Nonce = s_binding };
    private static readonly byte[] s_driver = s_gpu.Reference(EmulatedReference.Driver);
    private static readonly byte[] s_vbios = s_gpu.Reference(EmulatedReference.Vbios);
    private static readonly Scenario s_snp = Scenario.Good();
    private static readonly EmulatedIntelVendor s_intel = new(Scenario.Now.AddYears(-1));
    private static readonly EmulatedIntelPlatform s_platform = EmulatedIntelPlatform.Generate(s_intel, Scenario.Now.AddYears(-1), 7);
    private static readonly EmulatedIntelPlatform s_enclaves = EmulatedIntelPlatform.Generate(s_intel, Scenario.Now.AddYears(-1), 8, processor: true);
    private static readonly EmulatedCollateral s_collateral = new() { IssueDate = Scenario.Now.AddDays(-10), NextUpdate = Scenario.Now.AddDays(20) };

    private static readonly TrustRoots s_roots = new(
        s_snp.Roots.All,
        [new ByteString(s_intel.RootFingerprint)],
        [s_gpu.DeviceRoot],
        [s_gpu.ReferenceRoot]);

    private static readonly NvidiaEvidence s_evidence = Gpu(s_gpu, s_asked);

    [Fact]
    public void Verify_provesAGpuBehindSevSnp()
    {
        DeviceFacts facts = Accepted(Judge(Snp(s_evidence), s_evidence));
        Assert.Equal(TrustProfile.AttestedGpu, facts.Profile);
        VerifiedDevice device = Assert.Single(facts.Devices);
        Assert.Equal(TrustProfile.AttestedGpu, device.Profile);
        Assert.Equal(s_gpu.DeviceKey, device.DeviceKey);
        Assert.Equal(new ByteString(s_snp.Chip.HardwareId), device.ChipId);
        Assert.Equal(new ByteString(s_measurement), device.Program);
        Assert.Equal(new ByteString(s_binding), device.Binding);
        Assert.Equal(EmulatedGpuVendor.ReferencesEnd, facts.ExpiresAt);
        Assert.IsType<SnpFacts>(device.Host);
    }

    [Fact]
    public void Verify_provesAGpuBehindTdx()
    {
        DeviceFacts facts = Accepted(Judge(Tdx(s_evidence), s_evidence));
        Assert.Equal(TrustProfile.AttestedGpu, facts.Profile);
        VerifiedDevice device = Assert.Single(facts.Devices);
        Assert.Equal(new ByteString(s_platform.Ppid), device.ChipId);
        Assert.Equal(new ByteString([.. s_measurement, .. new byte[144], .. s_registers]), device.Program);
        Assert.Equal(s_collateral.NextUpdate, facts.ExpiresAt);
    }

    [Fact]
    public void Verify_provesNoMoreThanTheHostIfNoGpuHasEvidence()
    {
        Assert.Equal(TrustProfile.MeasuredHost, Alone(Snp()).Profile);
        Assert.Equal(TrustProfile.MeasuredHost, Alone(Tdx()).Profile);
        Assert.Equal(TrustProfile.SgxKeyedHost, Alone(Sgx()).Profile);
        static VerifiedDevice Alone(HostEvidence host)
        {
            VerifiedDevice device = Assert.Single(Accepted(Judge(host)).Devices);
            Assert.Null(device.Gpu);
            Assert.Null(device.DeviceKey);
            return device;
        }
    }

    [Fact]
    public void Verify_givesEachGpuAnIdentityOfItsOwn()
    {
        NvidiaEvidence second = Gpu(s_gpu.WithOtherDevice(), s_asked);
        DeviceFacts facts = Accepted(Judge(Snp(s_evidence, second), s_evidence, second));
        Assert.Equal(2, facts.Devices.Select(device => device.DeviceKey).Distinct().Count());
        Assert.Equal(s_gpu.DeviceKey, facts.Devices[0].DeviceKey);
        Assert.All(facts.Devices, device => Assert.Equal(new ByteString(SHA384.HashData(device.DeviceKey!.Value.Span)), device.Gpu!.ChipId));
    }

    [Fact]
    public void Verify_refusesGpusThatReportDataDoesNotName()
    {
        NvidiaEvidence other = Gpu(s_gpu.WithOtherDevice(), s_asked);
        Refuse(Judge(Snp(s_evidence), other), Refusal.ReportDataMismatch);
        Refuse(Judge(Tdx(s_evidence), other), Refusal.ReportDataMismatch);
        Refuse(Judge(Snp(), s_evidence), Refusal.ReportDataMismatch);
        Refuse(Judge(Snp(s_evidence)), Refusal.ReportDataMismatch); // left out, to pass for a class without evidence
        Refuse(Judge(Snp(s_evidence), s_evidence, other), Refusal.ReportDataMismatch);
        Refuse(Judge(Snp(s_evidence, other), other, s_evidence), Refusal.ReportDataMismatch);
        Refuse(Judge(Snp(s_evidence), Gpu(s_gpu, s_asked with { ResponderNonce = new byte[32] })), Refusal.ReportDataMismatch);
    }

    [Fact]
    public void Verify_refusesGpusThatAnsweredOverSomethingElse()
    {
        NvidiaEvidence old = Gpu(s_gpu, s_asked with { Nonce = new byte[32] });
        Refuse(Judge(Snp(old), old), Refusal.NonceMismatch);
        Refuse(Judge(Tdx(old), old), Refusal.NonceMismatch);
        NvidiaEvidence second = Gpu(s_gpu.WithOtherDevice(), s_asked with { Nonce = new byte[32] });
        Refuse(Judge(Snp(s_evidence, second), s_evidence, second), Refusal.NonceMismatch);
    }

    [Fact]
    public void Verify_refusesAnotherBinding()
    {
        DevicePolicy other = Policy() with { Binding = new ByteString(new byte[32]) };
        Refusal[] both = [.. Refused(Judge(Snp(s_evidence), other, s_evidence)).Select(reason => reason.Code)];
        Assert.Equal([Refusal.ReportDataMismatch, Refusal.NonceMismatch], both);
        Refuse(Judge(Sgx(), other), Refusal.ReportDataMismatch);
        Assert.Throws<ArgumentException>(() => Policy() with { Binding = new ByteString(new byte[31]) });
    }

    [Fact]
    public void Verify_refusesOneGpuTwice()
    {
        NvidiaEvidence again = Gpu(s_gpu.WithNewFirmware(), s_asked);
        Refuse(Judge(Snp(s_evidence, again), s_evidence, again), Refusal.DeviceRepeated);
    }

    [Fact]
    public void Verify_countsTheGpus()
    {
        Refuse(Judge(Snp(s_evidence), Policy() with { GpuCount = DeviceCountRule.Exactly(2) }, s_evidence), Refusal.DeviceCount);
        Refuse(Judge(Snp(), Policy() with { GpuCount = DeviceCountRule.Exactly(1) }), Refusal.DeviceCount);
        Accepted(Judge(Snp(), Policy() with { GpuCount = DeviceCountRule.Exactly(0) }));
        NvidiaEvidence[] many = [.. Enumerable.Repeat(s_evidence, DeviceVerifier.MaxGpus + 1)];
        Refuse(Judge(Snp(many), many), Refusal.DeviceCount);
    }

    [Fact]
    public void Verify_refusesGpusWithoutBothManifests()
    {
        NvidiaEvidence driverOnly = s_gpu.Evidence(s_asked, s_driver);
        NvidiaEvidence vbiosOnly = s_gpu.Evidence(s_asked, null, s_vbios);
        Refuse(Judge(Snp(driverOnly), driverOnly), Refusal.ReferenceMissing);
        Refuse(Judge(Snp(vbiosOnly), vbiosOnly), Refusal.ReferenceMissing);
        NvidiaEvidence developer = Gpu(s_gpu, s_asked.WithBlock(31, 0xEE));
        Refuse(Judge(Snp(developer), developer), Refusal.ReferenceDiffers);
    }

    [Fact]
    public void Verify_refusesGpusInAModeThatIsNotConfidential()
    {
        NvidiaEvidence open = Gpu(s_gpu, s_asked.With(36, [2, 0]).With(21, [0xAA]));
        Refuse(Judge(Snp(open), open), Refusal.ModeNotAccepted);
        NvidiaEvidence silent = Gpu(s_gpu, s_asked.With(36, null).With(34, null));
        Refuse(Judge(Snp(silent), silent), Refusal.ModeNotAccepted);
        NvidiaEvidence several = Gpu(s_gpu, s_asked.With(36, [1, 0]));
        Refuse(Judge(Snp(several), several), Refusal.ModeNotAccepted);
        NvidiaEvidence second = Gpu(s_gpu.WithOtherDevice(), s_asked.With(36, [1, 0]));
        Accepted(Judge(Snp(several, second), several, second));
    }

    [Fact]
    [Refuses(Refusal.EnclaveWithGpu)]
    public void Verify_refusesAGpuBehindAnEnclave() => Refuse(Judge(Sgx(s_evidence), s_evidence), Refusal.EnclaveWithGpu);

    [Fact]
    [Refuses(Refusal.ProfileNotAccepted)]
    public void Verify_refusesAProfileThatIsTooWeak()
    {
        DevicePolicy attested = Policy(TrustProfile.AttestedGpu);
        Accepted(Judge(Snp(s_evidence), attested, s_evidence));
        Refuse(Judge(Snp(), attested), Refusal.ProfileNotAccepted);
        Refuse(Judge(Tdx(), attested), Refusal.ProfileNotAccepted);
        Refuse(Judge(Sgx(), attested), Refusal.ProfileNotAccepted);
        Refuse(Judge(Sgx(), Policy(TrustProfile.AttestedGpu, TrustProfile.MeasuredHost)), Refusal.ProfileNotAccepted);
        Refuse(Judge(Snp(s_evidence), Policy(TrustProfile.MeasuredHost), s_evidence), Refusal.ProfileNotAccepted);
        Refuse(Judge(Snp(s_evidence), Policy() with { AcceptedProfiles = [] }, s_evidence), Refusal.ProfileNotAccepted);
    }

    [Fact]
    public void Verify_refusesOtherPrograms()
    {
        ByteString program = new(s_measurement);
        Accepted(Judge(Snp(s_evidence), Policy() with { Program = ProgramRule.OneOf([program]) }, s_evidence));
        Accepted(Judge(Snp(s_evidence), Policy() with { Program = ProgramRule.Where(each => each == program) }, s_evidence));
        Refuse(Judge(Snp(s_evidence), Policy() with { Program = ProgramRule.OneOf([]) }, s_evidence), Refusal.MeasurementNotAllowed);
        var domain = new ByteString([.. s_measurement, .. new byte[144], .. s_registers]);
        DevicePolicy one = Policy() with { Program = ProgramRule.OneOf([domain]) };
        Accepted(Judge(Tdx(s_evidence), one, s_evidence));
        byte[] another = [.. s_registers];
        another[^1] ^= 1;
        Refuse(Judge(Tdx(quote => quote with { RuntimeMeasurements = another }, s_evidence), one, s_evidence), Refusal.MeasurementNotAllowed);
    }

    [Fact]
    public void Verify_holdsTheHostToTheRuleForDevices()
    {
        Refuse(Judge(Snp(said => said with { Debug = true }, s_evidence), s_evidence), Refusal.DebugEnabled);
        Refuse(Judge(Snp(said => said with { MigrationAgent = true }, s_evidence), s_evidence), Refusal.MigrationAgentAllowed);
        Refuse(Judge(Snp(said => said with { MaskChip = true }, s_evidence), s_evidence), Refusal.ChipIdMasked);
        Refuse(Judge(Snp(said => said with { Vmpl = 1 }, s_evidence), s_evidence), Refusal.PrivilegeLevel);
        Accepted(Judge(Snp(said => said with { Vmpl = 1 }, s_evidence), Policy() with { MaximumVmpl = 1 }, s_evidence));
        DevicePolicy high = Policy() with { MinimumTcb = TcbFloors.Uniform(TcbFloor.AnyVersion with { Snp = 255 }) };
        Refuse(Judge(Snp(s_evidence), high, s_evidence), Refusal.TcbBelowFloor);
        Refuse(Judge(Snp(), Policy() with { Revocation = RevocationRule.Required }), Refusal.RevocationListMissing);
        Refuse(Judge(Tdx(quote => quote with { Attributes = 1 }, s_evidence), s_evidence), Refusal.DebugEnabled);
        Refuse(Judge(Tdx(quote => quote with { Version = 5, BodyType = 3, MrServiceTd = [1, .. new byte[47]] }, s_evidence), s_evidence), Refusal.ServiceDomain);
        Refuse(Judge(Tdx(quote => quote, s_collateral with { PlatformStatus = "OutOfDate" }, s_evidence), s_evidence), Refusal.TcbStatus);
        Refuse(Judge(Tdx(s_evidence), Policy() with { MinimumEvaluationNumber = 18 }, s_evidence), Refusal.CollateralRolledBack);
    }

    [Fact]
    public void Verify_refusesAVersionedKey()
    {
        byte[] vlek = s_snp.Root.IssueByAsk(s_snp.Chip.VlekRecipe(Scenario.Now.AddDays(-30)));
        byte[] report = s_snp.Chip.Report(Scenario.Said with { ReportData = ReportData(s_evidence), Measurement = s_measurement, LoadedKey = true });
        var host = new HostEvidence.Amd(new SnpEvidence
        {
            Report = report, Vek = vlek, Ask = s_snp.Root.IssueByArk(s_snp.Root.AsvkRecipe), Ark = s_snp.Ark, RevocationLists = [],
        });
        Refusal[] found = [.. Refused(Judge(host, s_evidence)).Select(reason => reason.Code)];
        Assert.Equal([Refusal.VersionedKeyNotAllowed, Refusal.ChipIdMasked], found);
    }

    [Fact]
    public void Verify_reportsTheFirstCryptographicFailureAlone()
    {
        byte[] forged = s_evidence.Report.ToArray();
        forged[^1] ^= 1;
        var bad = new NvidiaEvidence
        {
            Report = forged, Certificates = s_evidence.Certificates, DriverReference = s_driver, VbiosReference = s_vbios,
        };
        Assert.Equal([Refusal.ReportSignature], Refused(Judge(Snp(said => said with { Debug = true }, bad), bad)).Select(reason => reason.Code));
        Assert.Equal(
            [Refusal.RootNotPinned],
            Refused(DeviceVerifier.Verify(Evidence(Snp(s_evidence), s_evidence), TrustRoots.Production, Policy(), Scenario.Now)).Select(reason => reason.Code));
        var strangers = new TrustRoots(s_snp.Roots.All, [], [], []);
        Assert.Equal(
            [Refusal.RootNotPinned], Refused(DeviceVerifier.Verify(Evidence(Snp(s_evidence), s_evidence), strangers, Policy(), Scenario.Now)).Select(reason => reason.Code));
    }

    [Fact]
    public void Verify_reportsEveryFailureOfThePolicy()
    {
        NvidiaEvidence old = Gpu(s_gpu, s_asked.WithBlock(31, 0xEE) with { Nonce = new byte[32] });
        Refusal[] found =
            [.. Refused(Judge(Snp(said => said with { Debug = true }, old), Policy(TrustProfile.MeasuredHost), old)).Select(reason => reason.Code)];
        Assert.Equal([Refusal.DebugEnabled, Refusal.NonceMismatch, Refusal.ReferenceDiffers, Refusal.ProfileNotAccepted], found);
    }

    [Fact]
    public void VerifiedDevice_isMadeHereOnly() => Assert.All(
        new[] { typeof(VerifiedDevice), typeof(DeviceFacts) },
        type =>
        {
            Assert.Empty(type.GetConstructors());
            Assert.True(type.IsSealed);
            Assert.DoesNotContain(type.GetMethods(), method => method.Name == "<Clone>$");
        });

    private static NvidiaEvidence Gpu(EmulatedGpuVendor vendor, EmulatedGpuReport report) => vendor.Evidence(report, s_driver, s_vbios);

    private static byte[] ReportData(params NvidiaEvidence[] gpus) =>
        [.. s_binding, .. gpus.Length == 0 ? new byte[32] : SHA256.HashData([.. gpus.SelectMany(gpu => gpu.Report.ToArray())])];

    private static HostEvidence.Amd Snp(params NvidiaEvidence[] gpus) => Snp(said => said, gpus);

    private static HostEvidence.Amd Snp(Func<EmulatedReport, EmulatedReport> change, params NvidiaEvidence[] gpus) => new(new SnpEvidence
    {
        Report = s_snp.Chip.Report(change(Scenario.Said with { ReportData = ReportData(gpus), Measurement = s_measurement })),
        Vek = s_snp.Vek,
        Ask = s_snp.Ask,
        Ark = s_snp.Ark,
        RevocationLists = [],
    });

    private static HostEvidence.Intel Tdx(params NvidiaEvidence[] gpus) => Tdx(quote => quote, gpus);

    private static HostEvidence.Intel Tdx(Func<EmulatedQuote, EmulatedQuote> change, params NvidiaEvidence[] gpus) => Tdx(change, s_collateral, gpus);

    private static HostEvidence.Intel Tdx(Func<EmulatedQuote, EmulatedQuote> change, EmulatedCollateral collateral, params NvidiaEvidence[] gpus) => Intel(
        s_platform.Quote(change(new EmulatedQuote { ReportData = ReportData(gpus), Measurement = s_measurement, RuntimeMeasurements = s_registers })), collateral);

    private static HostEvidence.Intel Sgx(params NvidiaEvidence[] gpus) => Intel(
        s_enclaves.Quote(new EmulatedQuote { Version = 3, Tdx = false, ReportData = ReportData(gpus), Measurement = s_measurement }),
        s_collateral with { TcbId = "SGX", QeId = "QE", ProcessorAuthority = true });

    private static HostEvidence.Intel Intel(byte[] quote, EmulatedCollateral published)
    {
        Assert.True(DcapCollateral.TryParse(s_intel.Collateral(published), out DcapCollateral? collateral, out RefusalReason? refusal), refusal?.ToString());
        return new HostEvidence.Intel(new DcapEvidence { Quote = quote, Collateral = collateral });
    }

    private static DevicePolicy Policy(params TrustProfile[] accepted) => DevicePolicy.For(
        new ByteString(s_binding), ProgramRule.DangerouslyAny, accepted.Length == 0 ? [.. Enum.GetValues<TrustProfile>()] : [.. accepted]);

    private static DeviceEvidence Evidence(HostEvidence host, params NvidiaEvidence[] gpus) => new() { Host = host, Gpus = [.. gpus] };

    private static Verdict Judge(HostEvidence host, params NvidiaEvidence[] gpus) => Judge(host, Policy(), gpus);

    private static Verdict Judge(HostEvidence host, DevicePolicy policy, params NvidiaEvidence[] gpus) =>
        DeviceVerifier.Verify(Evidence(host, gpus), s_roots, policy, Scenario.Now);

    private static DeviceFacts Accepted(Verdict verdict)
    {
        Assert.True(verdict is Verdict.Genuine, verdict is Verdict.Refused refused ? string.Join('\n', refused.Reasons) : null);
        return Assert.IsType<DeviceFacts>(((Verdict.Genuine)verdict).Facts);
    }

    private static ImmutableArray<RefusalReason> Refused(Verdict verdict) => Assert.IsType<Verdict.Refused>(verdict).Reasons;

    /// <summary>Refused for this reason and for no other.</summary>
    private static void Refuse(Verdict verdict, Refusal code) =>
        Assert.True(Refused(verdict).All(reason => reason.Code == code), $"expected {code} alone, found {string.Join('\n', Refused(verdict))}");
}
