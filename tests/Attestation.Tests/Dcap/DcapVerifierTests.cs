using System.Text;
using System.Text.Json.Nodes;
using Ait.Attestation.Dcap;
using Ait.Attestation.SevSnp;
using Ait.Emulation.Intel;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Attestation.Tests.Dcap;

/// <summary>Quotes of an emulated Intel, one fact changed at a time.</summary>
public sealed class DcapVerifierTests
{
    private const int PckSerial = 4;

    private static readonly DateTimeOffset s_now = Scenario.Now;
    private static readonly EmulatedIntelVendor s_vendor = new(s_now.AddYears(-1));
    private static readonly EmulatedIntelPlatform s_platform = EmulatedIntelPlatform.Generate(s_vendor, s_now.AddYears(-1), PckSerial);
    private static readonly EmulatedQuote s_quote = new();
    private static readonly EmulatedCollateral s_collateral = new() { IssueDate = s_now.AddDays(-10), NextUpdate = s_now.AddDays(20) };
    private static readonly EmulatedQuote s_enclave = new() { Version = 3, Tdx = false, Measurement = new byte[32] };
    private static readonly EmulatedCollateral s_enclaveCollateral = s_collateral with { TcbId = "SGX", QeId = "QE" };

    [Theory]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    [InlineData(5, 3)]
    [InlineData(5, 4)]
    public void Verify_acceptsTrustDomains(int version, int bodyType)
    {
        DcapFacts facts = Accepted(Judge(s_quote with { Version = version, BodyType = bodyType }, s_collateral));
        Assert.Equal(DcapTee.Tdx, facts.Tee);
        Assert.Equal(new ByteString(s_platform.Ppid), facts.ChipId);
        Assert.Equal(4, facts.RuntimeMeasurements.Length);
        Assert.Equal(s_collateral.NextUpdate, facts.ExpiresAt);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Verify_acceptsEnclaves(int version) =>
        Assert.Equal(DcapTee.Sgx, Accepted(Judge(s_enclave with { Version = version }, s_enclaveCollateral)).Tee);

    [Theory]
    [InlineData(1)]
    [InlineData(3000)]
    public void Verify_ignoresPadding(int padding) => Accepted(Judge(s_quote with { Padding = padding }, s_collateral));

    [Theory]
    [Refuses(Refusal.QuoteMalformed)]
    [InlineData(1)]
    [InlineData(200)]
    [InlineData(4000)]
    public void Verify_refusesATruncatedQuote(int cut)
    {
        byte[] quote = s_platform.Quote(s_quote);
        AssertRefused(Judge(quote[..^Math.Min(cut, quote.Length)], s_vendor.Collateral(s_collateral)), Refusal.QuoteMalformed);
    }

    [Theory]
    [Refuses(Refusal.QuoteVersion)]
    [InlineData(2)]
    [InlineData(6)]
    public void Verify_refusesOtherVersions(int version) => Refuse(s_quote with { Version = version }, Refusal.QuoteVersion);

    [Fact]
    [Refuses(Refusal.QuoteKeyType)]
    public void Verify_refusesOtherKeyTypes() => Refuse(s_quote with { KeyType = 3 }, Refusal.QuoteKeyType);

    [Fact]
    [Refuses(Refusal.QuoteTee)]
    public void Verify_refusesOtherEnvironments() => Refuse(s_quote with { TeeType = 1 }, Refusal.QuoteTee);

    [Fact]
    [Refuses(Refusal.QuoteVendor)]
    public void Verify_refusesOtherVendors() => Refuse(s_quote with { ForeignVendor = true }, Refusal.QuoteVendor);

    [Fact]
    public void Verify_refusesABodyOfAnotherType() => Refuse(s_quote with { Version = 5, BodyType = 1 }, Refusal.QuoteMalformed);

    [Theory]
    [InlineData("root")]
    [InlineData("none")]
    public void Verify_refusesUnderOtherRoots(string roots)
    {
        Verdict verdict = DcapVerifier.Verify(
            Evidence(s_platform.Quote(s_quote), s_vendor.Collateral(s_collateral)),
            roots == "root" ? TrustRoots.Production : new TrustRoots([]), DcapPolicy.Baseline, s_now);
        AssertRefused(verdict, Refusal.RootNotPinned);
    }

    [Fact]
    public void Verify_refusesCollateralOfAnotherVendor()
    {
        using var other = new EmulatedIntelVendor(s_now.AddYears(-1));
        AssertRefused(Judge(s_platform.Quote(s_quote), other.Collateral(s_collateral)), Refusal.RootNotPinned);
    }

    [Theory]
    [InlineData(EmulatedIntelVendor.PlatformAuthoritySerial, 0)]
    [InlineData(EmulatedIntelVendor.SigningSerial, 0)]
    [InlineData(0, PckSerial)]
    public void Verify_refusesRevokedCertificates(int byRoot, int byAuthority) =>
        AssertRefused(Judge(s_quote, s_collateral with { RevokedByRoot = [99, byRoot], RevokedByAuthority = [99, byAuthority] }), Refusal.CertificateRevoked);

    [Fact]
    [Refuses(Refusal.QuotingEnclaveBinding)]
    public void Verify_refusesIfTheQuotingEnclaveCommitsToAnotherKey() => Refuse(s_quote with { BreaksBinding = true }, Refusal.QuotingEnclaveBinding);

    [Fact]
    [Refuses(Refusal.QuotingEnclaveSignature)]
    public void Verify_refusesAChangedQuotingEnclaveReport() =>
        AssertRefused(Judge(Flip(48 + 584 + 4 + 128 + 6 + 10), s_vendor.Collateral(s_collateral)), Refusal.QuotingEnclaveSignature);

    [Theory]
    [InlineData(30)]
    [InlineData(48 + 136)]
    [InlineData(48 + 584 + 4)]
    public void Verify_refusesAChangedQuote(int offset) =>
        AssertRefused(Judge(Flip(offset), s_vendor.Collateral(s_collateral)), Refusal.ReportSignature);

    [Theory]
    [Refuses(Refusal.CollateralSignature)]
    [InlineData("tcb_info", "UpToDate", "OutOfDat")]
    [InlineData("tcb_info", "\"version\":3", "\"version\": 3")]
    [InlineData("qe_identity", "\"isvprodid\":2", "\"isvprodid\":3")]
    public void Verify_refusesChangedSignedText(string name, string from, string to)
    {
        JsonNode json = JsonNode.Parse(s_vendor.Collateral(s_collateral))!;
        json[name] = json[name]!.GetValue<string>().Replace(from, to, StringComparison.Ordinal);
        AssertRefused(Judge(s_platform.Quote(s_quote), Encoding.UTF8.GetBytes(json.ToJsonString())), Refusal.CollateralSignature);
    }

    [Theory]
    [Refuses(Refusal.CollateralMissing)]
    [Refuses(Refusal.CollateralMalformed)]
    [InlineData("tcb_info", null, Refusal.CollateralMissing)]
    [InlineData("qe_identity_signature", null, Refusal.CollateralMissing)]
    [InlineData("pck_crl", null, Refusal.CollateralMissing)]
    [InlineData("root_ca_crl", "zz", Refusal.CollateralMalformed)]
    [InlineData("tcb_info_issuer_chain", "-----", Refusal.CollateralMalformed)]
    public void TryParse_refusesIfAPartIsMissingOrMalformed(string name, string? value, Refusal code)
    {
        JsonNode json = JsonNode.Parse(s_vendor.Collateral(s_collateral))!;
        json[name] = value;
        Assert.False(DcapCollateral.TryParse(Encoding.UTF8.GetBytes(json.ToJsonString()), out _, out RefusalReason? refusal));
        Assert.Equal(code, refusal.Code);
    }

    [Theory]
    [InlineData("Splendid", "UpToDate", "UpToDate")]
    [InlineData("0", "UpToDate", "UpToDate")]
    [InlineData("TDRelaunchAdvised", "UpToDate", "UpToDate")]
    [InlineData("UpToDate", "SWHardeningNeeded", "UpToDate")]
    [InlineData("UpToDate", "UpToDate", "ConfigurationNeeded")]
    public void Verify_refusesStatusesThatIntelGivesNobodyThere(string platform, string enclave, string module) => AssertRefused(
        Judge(s_quote, s_collateral with { PlatformStatus = platform, QeStatus = enclave, ModuleStatus = module }), Refusal.CollateralMalformed);

    [Theory]
    [InlineData(true, EmulatedIntelVendor.PlatformAuthoritySerial)]
    [InlineData(true, EmulatedIntelVendor.SigningSerial)]
    [InlineData(false, PckSerial)]
    public void Verify_refusesByAListBesideTheCollateral(bool ofRoot, int serial)
    {
        byte[] quote = s_platform.Quote(s_quote);
        Verdict JudgeWith(byte[] list)
        {
            DcapEvidence bare = Evidence(quote, s_vendor.Collateral(s_collateral));
            var evidence = new DcapEvidence { Quote = bare.Quote, Collateral = bare.Collateral, RevocationLists = [list] };
            return DcapVerifier.Verify(evidence, Roots(), DcapPolicy.Baseline, s_now);
        }

        EmulatedCollateral sooner = s_collateral with { NextUpdate = s_now.AddDays(2) };
        Assert.Equal(sooner.NextUpdate, Accepted(JudgeWith(s_vendor.RevocationList(ofRoot, sooner, 99))).ExpiresAt);
        AssertRefused(JudgeWith(s_vendor.RevocationList(ofRoot, sooner, 99, serial)), Refusal.CertificateRevoked);
        AssertRefused(JudgeWith(s_vendor.RevocationList(ofRoot, sooner with { NextUpdate = s_now.AddDays(-1) }, 99)), Refusal.RevocationListStale);
        using var other = new EmulatedIntelVendor(s_now.AddYears(-1));
        AssertRefused(JudgeWith(other.RevocationList(ofRoot, sooner, 99)), Refusal.RevocationListIssuer);
        AssertRefused(JudgeWith([.. s_vendor.RevocationList(ofRoot, sooner, 99), 0]), Refusal.RevocationListMalformed);
    }

    [Fact]
    public void Verify_refusesABodyLongerThanItsType()
    {
        byte[] quote = s_platform.Quote(s_quote with { Version = 5, BodyType = 4 });
        AssertRefused(Judge(Bytes.Flip(quote, 48, 4 ^ 3), s_vendor.Collateral(s_collateral)), Refusal.QuoteMalformed);
    }

    [Theory]
    [Refuses(Refusal.CollateralStale)]
    [Refuses(Refusal.CollateralNotYetValid)]
    [InlineData(-10, Refusal.None)]
    [InlineData(20, Refusal.None)]
    [InlineData(-11, Refusal.RevocationListNotYetValid)]
    [InlineData(21, Refusal.RevocationListStale)]
    public void Verify_judgesAtTheInstant(int days, Refusal code)
    {
        Verdict verdict = DcapVerifier.Verify(
            Evidence(s_platform.Quote(s_quote), s_vendor.Collateral(s_collateral)), Roots(), DcapPolicy.Baseline, s_now.AddDays(days));
        if (code == Refusal.None)
        {
            Accepted(verdict);
        }
        else
        {
            AssertRefused(verdict, code);
        }
    }

    [Theory]
    [InlineData(-5, 5, Refusal.None)]
    [InlineData(-5, -1, Refusal.CollateralStale)]
    [InlineData(1, 5, Refusal.CollateralNotYetValid)]
    public void Verify_refusesSignedTextThatIsNotCurrent(int from, int to, Refusal code)
    {
        // Lists of one file, signed text of another: each is good by itself.
        JsonNode json = JsonNode.Parse(s_vendor.Collateral(s_collateral))!;
        JsonNode other = JsonNode.Parse(s_vendor.Collateral(s_collateral with { IssueDate = s_now.AddDays(from), NextUpdate = s_now.AddDays(to) }))!;
        json["tcb_info"] = other["tcb_info"]!.GetValue<string>();
        json["tcb_info_signature"] = other["tcb_info_signature"]!.GetValue<string>();
        Verdict verdict = Judge(s_platform.Quote(s_quote), Encoding.UTF8.GetBytes(json.ToJsonString()));
        if (code == Refusal.None)
        {
            Accepted(verdict);
        }
        else
        {
            AssertRefused(verdict, code);
        }
    }

    [Fact]
    [Refuses(Refusal.CollateralMismatch)]
    public void Verify_refusesCollateralOfAnotherKind()
    {
        AssertRefused(Judge(s_quote, s_collateral with { Fmspc = "90C06F000001" }), Refusal.CollateralMismatch);
        AssertRefused(Judge(s_quote, s_collateral with { PceId = "0001" }), Refusal.CollateralMismatch);
        AssertRefused(Judge(s_quote, s_collateral with { TcbId = "SGX" }), Refusal.CollateralMismatch);
        AssertRefused(Judge(s_quote, s_collateral with { QeId = "QE" }), Refusal.CollateralMismatch);
        AssertRefused(Judge(s_enclave, s_collateral), Refusal.CollateralMismatch);
    }

    [Fact]
    [Refuses(Refusal.QuotingEnclaveIdentity)]
    public void Verify_refusesAnotherQuotingEnclave()
    {
        Refuse(s_quote with { QeMrSigner = 0xDD }, Refusal.QuotingEnclaveIdentity);
        Refuse(s_quote with { QeIsvProdId = 1 }, Refusal.QuotingEnclaveIdentity);
        Refuse(s_quote with { QeMiscSelect = 1 }, Refusal.QuotingEnclaveIdentity);
        Refuse(s_quote with { QeAttributes = 0x13 }, Refusal.QuotingEnclaveIdentity);
        Accepted(Judge(s_quote with { QeAttributes = 0x15 }, s_collateral)); // bit 2 is outside the mask
    }

    [Fact]
    [Refuses(Refusal.ModuleIdentity)]
    public void Verify_refusesAnotherModule()
    {
        Refuse(s_quote with { MrSignerSeam = [1, .. new byte[47]] }, Refusal.ModuleIdentity);
        Refuse(s_quote with { SeamAttributes = [1, .. new byte[7]] }, Refusal.ModuleIdentity);
        Refuse(s_quote with { TeeTcbSvn = [5, 2, 2, .. new byte[13]] }, Refusal.ModuleIdentity);
    }

    [Fact]
    [Refuses(Refusal.TcbNotSupported)]
    public void Verify_refusesLevelsBelowEveryListedOne()
    {
        AssertRefused(Judge(s_quote, s_collateral with { SgxSvn = 6 }), Refusal.TcbNotSupported);
        AssertRefused(Judge(s_quote, s_collateral with { PceSvn = 14 }), Refusal.TcbNotSupported);
        AssertRefused(Judge(s_quote, s_collateral with { QeIsvSvn = 5 }), Refusal.TcbNotSupported);
        AssertRefused(Judge(s_quote, s_collateral with { ModuleIsvSvn = 6 }), Refusal.TcbNotSupported);
        Refuse(s_quote with { TeeTcbSvn = [5, 1, 1, .. new byte[13]] }, Refusal.TcbNotSupported);
    }

    [Fact]
    public void Verify_skipsTheModulesLevelsOnlyIfItHasAnIdentity()
    {
        EmulatedCollateral high = s_collateral with { TdxSvn = [9, 9, 2, .. new int[13]] };
        Accepted(Judge(s_quote, high));
        AssertRefused(Judge(s_quote with { TeeTcbSvn = [5, 0, 2, .. new byte[13]] }, high), Refusal.TcbNotSupported);
    }

    [Theory]
    [Refuses(Refusal.TcbStatus)]
    [InlineData("OutOfDate", "UpToDate", "UpToDate", "OutOfDate")]
    [InlineData("SWHardeningNeeded", "UpToDate", "UpToDate", "SWHardeningNeeded")]
    [InlineData("UpToDate", "OutOfDate", "UpToDate", "OutOfDate")]
    [InlineData("UpToDate", "UpToDate", "OutOfDate", "OutOfDate")]
    [InlineData("SWHardeningNeeded", "UpToDate", "OutOfDate", "OutOfDate")]
    [InlineData("ConfigurationNeeded", "OutOfDate", "UpToDate", "OutOfDateConfigurationNeeded")]
    [InlineData("ConfigurationAndSWHardeningNeeded", "UpToDate", "OutOfDate", "OutOfDateConfigurationNeeded")]
    [InlineData("OutOfDateConfigurationNeeded", "OutOfDate", "UpToDate", "OutOfDateConfigurationNeeded")]
    [InlineData("UpToDate", "Revoked", "UpToDate", "Revoked")]
    [InlineData("UpToDate", "UpToDate", "Revoked", "Revoked")]
    [InlineData("Revoked", "UpToDate", "UpToDate", "Revoked")]
    public void Verify_convergesStatuses(string platform, string enclave, string module, string expected)
    {
        EmulatedCollateral collateral = s_collateral with { PlatformStatus = platform, QeStatus = enclave, ModuleStatus = module };
        Assert.Equal(expected, AssertRefused(Judge(s_quote, collateral), Refusal.TcbStatus).Found);
        DcapPolicy allowed = DcapPolicy.Baseline with { AcceptedStatuses = [Enum.Parse<DcapTcbStatus>(expected)] };
        Accepted(Judge(s_platform.Quote(s_quote), s_vendor.Collateral(collateral), allowed));
    }

    [Fact]
    [Refuses(Refusal.CollateralRolledBack)]
    public void Verify_refusesCollateralBelowTheFloor()
    {
        DcapPolicy policy = DcapPolicy.Baseline with { MinimumEvaluationNumber = 17 };
        Accepted(Judge(s_platform.Quote(s_quote), s_vendor.Collateral(s_collateral), policy));
        AssertRefused(
            Judge(s_platform.Quote(s_quote), s_vendor.Collateral(s_collateral with { EvaluationNumber = 16 }), policy), Refusal.CollateralRolledBack);
    }

    [Fact]
    [Refuses(Refusal.ServiceDomain)]
    public void Verify_refusesABoundServiceDomain()
    {
        EmulatedQuote bound = s_quote with { Version = 5, BodyType = 3, MrServiceTd = [1, .. new byte[47]] };
        Refuse(bound, Refusal.ServiceDomain);
        DcapPolicy any = DcapPolicy.Baseline with { ServiceDomain = ServiceDomainRule.DangerouslyAny };
        Accepted(Judge(s_platform.Quote(bound), s_vendor.Collateral(s_collateral), any));
    }

    [Fact]
    public void Verify_refusesDebug()
    {
        Refuse(s_quote with { Attributes = 1 }, Refusal.DebugEnabled);
        Refuse(s_quote with { Attributes = 0x80 }, Refusal.DebugEnabled);
        AssertRefused(Judge(s_enclave with { Attributes = 2 }, s_enclaveCollateral), Refusal.DebugEnabled);
    }

    [Fact]
    [Refuses(Refusal.VirtualizationExceptions)]
    public void Verify_refusesVirtualizationExceptionsIfThePolicyForbidsThem()
    {
        DcapPolicy policy = DcapPolicy.Baseline with { SeptVeDisable = SeptVeDisableRule.MustBeSet };
        byte[] collateral = s_vendor.Collateral(s_collateral);
        Accepted(Judge(s_platform.Quote(s_quote), collateral, policy));
        AssertRefused(Judge(s_platform.Quote(s_quote with { Attributes = 0 }), collateral, policy), Refusal.VirtualizationExceptions);
        Accepted(Judge(s_platform.Quote(s_quote with { Attributes = 0 }), collateral));
        Accepted(Judge(s_platform.Quote(s_enclave with { Attributes = 0 }), s_vendor.Collateral(s_enclaveCollateral), policy));
    }

    [Fact]
    public void Verify_comparesReportDataAndMeasurement()
    {
        byte[] data = [.. Enumerable.Range(0, 64).Select(value => (byte)value)];
        byte[] measurement = [7, .. new byte[47]];
        byte[] quote = s_platform.Quote(s_quote with { ReportData = data, Measurement = measurement });
        byte[] collateral = s_vendor.Collateral(s_collateral);
        DcapPolicy right = DcapPolicy.Baseline with
        {
            ReportData = ReportDataRule.Exactly(new ByteString(data)),
            Measurement = DcapMeasurementRule.OneOf([new ByteString(measurement)]),
        };
        Accepted(Judge(quote, collateral, right));
        AssertRefused(Judge(quote, collateral, right with { Measurement = DcapMeasurementRule.OneOf([]) }), Refusal.MeasurementNotAllowed);
        AssertRefused(
            Judge(quote, collateral, right with { ReportData = ReportDataRule.Exactly(new ByteString(new byte[64])) }), Refusal.ReportDataMismatch);
    }

    // One listed level: reached now and not at launch would be unsupported, so the module's status tells the two apart.
    [Theory]
    [InlineData("OutOfDate", "UpToDate", "TDRelaunchAdvised")]
    [InlineData("OutOfDate", "SWHardeningNeeded", "TDRelaunchAdvised")]
    [InlineData("OutOfDate", "ConfigurationNeeded", "TDRelaunchAdvisedConfigurationNeeded")]
    [InlineData("OutOfDate", "ConfigurationAndSWHardeningNeeded", "TDRelaunchAdvisedConfigurationNeeded")]
    [InlineData("OutOfDateConfigurationNeeded", "UpToDate", "TDRelaunchAdvisedConfigurationNeeded")]
    [InlineData("OutOfDateConfigurationNeeded", "ConfigurationNeeded", "TDRelaunchAdvisedConfigurationNeeded")]
    [InlineData("OutOfDate", "OutOfDate", "OutOfDate")]
    [InlineData("OutOfDate", "Revoked", "OutOfDate")]
    [InlineData("OutOfDateConfigurationNeeded", "OutOfDate", "OutOfDateConfigurationNeeded")]
    [InlineData("UpToDate", "UpToDate", "UpToDate")]
    [InlineData("UpToDate", "OutOfDate", "UpToDate")]
    [InlineData("UpToDate", "ConfigurationNeeded", "UpToDate")]
    [InlineData("ConfigurationNeeded", "UpToDate", "ConfigurationNeeded")]
    [InlineData("SWHardeningNeeded", "Revoked", "SWHardeningNeeded")]
    [InlineData("Revoked", "UpToDate", "Revoked")]
    public void Relaunch_isAdvisedIfOnlyTheLaunchIsOld(string launch, string current, string status) => Assert.Equal(
        Enum.Parse<DcapTcbStatus>(status), TcbEvaluation.Relaunch(Enum.Parse<DcapTcbStatus>(launch), Enum.Parse<DcapTcbStatus>(current)));

    [Fact]
    public void Verify_refusesEveryChangedByteOfAQuote()
    {
        byte[] quote = s_platform.Quote(s_quote);
        byte[] collateral = s_vendor.Collateral(s_collateral);
        Accepted(Judge(quote, collateral));
        // PEM may change its line breaks without changing a certificate; everything before it is signed or counted.
        int pem = quote.AsSpan().IndexOf("-----BEGIN"u8);
        Arbitrary<(int Offset, int Bits)> change = Arb.From(
            from offset in Gen.Choose(0, pem - 1)
            from bits in Gen.Choose(1, 255)
            select (offset, bits));
        Prop.ForAll(change, at => Judge(Bytes.Flip(quote, at.Offset, at.Bits), collateral) is Verdict.Refused)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Fact]
    public void Verify_neverThrowsOnAnyQuoteOrCollateral()
    {
        byte[] quote = s_platform.Quote(s_quote);
        byte[] collateral = s_vendor.Collateral(s_collateral);
        Prop.ForAll<byte[], int>((noise, place) =>
        {
            byte[] garbled = [.. quote];
            int start = (int)((uint)place % quote.Length);
            noise.AsSpan(0, Math.Min(noise.Length, quote.Length - start)).CopyTo(garbled.AsSpan(start));
            _ = Judge(garbled, collateral);
            _ = Judge(noise, collateral);
            byte[] text = [.. collateral];
            noise.AsSpan(0, Math.Min(noise.Length, 64)).CopyTo(text.AsSpan(start));
            _ = DcapCollateral.TryParse(text, out _, out _);
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    private static byte[] Flip(int offset) => Bytes.Flip(s_platform.Quote(s_quote), offset, 1);

    private static TrustRoots Roots() => new([], [new ByteString(s_vendor.RootFingerprint)]);

    private static DcapEvidence Evidence(byte[] quote, byte[] text)
    {
        Assert.True(DcapCollateral.TryParse(text, out DcapCollateral? collateral, out RefusalReason? refusal), refusal?.ToString());
        return new DcapEvidence { Quote = quote, Collateral = collateral };
    }

    private static Verdict Judge(EmulatedQuote quote, EmulatedCollateral collateral) => Judge(s_platform.Quote(quote), s_vendor.Collateral(collateral));

    private static Verdict Judge(byte[] quote, byte[] collateral, DcapPolicy? policy = null) =>
        DcapVerifier.Verify(Evidence(quote, collateral), Roots(), policy ?? DcapPolicy.Baseline, s_now);

    private static DcapFacts Accepted(Verdict verdict)
    {
        Assert.True(verdict is Verdict.Genuine, verdict is Verdict.Refused refused ? refused.Reason.ToString() : null);
        return Assert.IsType<DcapFacts>(((Verdict.Genuine)verdict).Facts);
    }

    private static void Refuse(EmulatedQuote quote, Refusal code) => AssertRefused(Judge(quote, s_collateral), code);

    private static RefusalReason AssertRefused(Verdict verdict, Refusal code)
    {
        Verdict.Refused refused = Assert.IsType<Verdict.Refused>(verdict);
        Assert.True(code == refused.Reason.Code, $"expected {code}, found {refused.Reason}");
        return refused.Reason;
    }
}
