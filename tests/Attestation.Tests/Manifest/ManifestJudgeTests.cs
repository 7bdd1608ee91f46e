using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ait.Attestation.Manifest;
using Ait.Attestation.Tests.SevSnp;

namespace Ait.Attestation.Tests.Manifest;

/// <summary>Entries that say too little, too much, or something else than evidence.</summary>
public sealed class ManifestJudgeTests
{
    private readonly Scenario _good = Scenario.Good();

    [Fact]
    public void Judge_acceptsGoodEvidence()
    {
        ManifestJudgement judgement = Judge(Entry());
        Assert.IsType<Verdict.Genuine>(judgement.Verdict);
        using JsonDocument line = JsonDocument.Parse(JudgementJson.Line(judgement));
        Assert.Equal("one", line.RootElement.GetProperty("id").GetString());
        Assert.Equal("genuine", line.RootElement.GetProperty("verdict").GetString());
        Assert.Equal(JsonValueKind.Null, line.RootElement.GetProperty("refusal").ValueKind);
        Assert.Equal(_good.Chip.HardwareId, Convert.FromHexString(line.RootElement.GetProperty("facts").GetProperty("chip_id").GetString()!));
    }

    [Theory]
    [InlineData("[\"ask.der\",\"ark.der\"]")]
    [InlineData("[\"ark.der\",\"ask.der\"]")]
    [InlineData("[\"both.pem\"]")]
    [InlineData("[\"./sub/../ask.der\",\"ark.der\"]")]
    public void Judge_takesAskAndArkFromTheChain(string chain)
    {
        JsonObject entry = Entry();
        entry["files"]!.AsObject().Remove("ask");
        entry["files"]!.AsObject().Remove("ark");
        entry["chain"] = JsonNode.Parse(chain);
        AssertGenuine(entry);
    }

    [Fact]
    public void Judge_readsPemCertificates()
    {
        JsonObject entry = Entry();
        entry["files"]!["vek"] = "vek.pem";
        AssertGenuine(entry);
    }

    [Fact]
    public void Judge_ignoresOtherFieldsAndFiles()
    {
        JsonObject entry = Entry();
        entry["note"] = "anything";
        entry["expected"] = new JsonObject { ["verdict"] = "refused" };
        entry["files"]!["runtime_data"] = 7;
        entry["files"]!["vek_2"] = "absent.der";
        AssertGenuine(entry);
    }

    [Theory]
    [Refuses(Refusal.ReportMissing)]
    [Refuses(Refusal.CertificateMissing)]
    [InlineData("report", Refusal.ReportMissing)]
    [InlineData("vek", Refusal.CertificateMissing)]
    [InlineData("ask", Refusal.CertificateMissing)]
    [InlineData("ark", Refusal.CertificateMissing)]
    public void Judge_refusesIfAFileIsNotNamed(string key, Refusal code)
    {
        JsonObject entry = Entry();
        entry["files"]!.AsObject().Remove(key);
        AssertRefused(entry, code);
        entry["files"]![key] = null;
        AssertRefused(entry, code);
    }

    [Theory]
    [Refuses(Refusal.PathOutsideBase)]
    [InlineData("../report.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/../../report.bin")]
    [InlineData("sub/../../base/report.bin")]
    [InlineData("C:report.bin")]
    [InlineData("..\\report.bin")]
    [InlineData("report.bin\u0000")]
    [InlineData("")]
    [InlineData(".")]
    public void Judge_refusesPathsThatLeaveTheBase(string path)
    {
        JsonObject entry = Entry();
        entry["files"]!["report"] = path;
        AssertRefused(entry, Refusal.PathOutsideBase);
    }

    [Fact]
    [Refuses(Refusal.FileUnreadable)]
    public void Judge_refusesAnUnreadableFile()
    {
        JsonObject entry = Entry();
        entry["files"]!["ark"] = "absent.der";
        AssertRefused(entry, Refusal.FileUnreadable);
    }

    [Fact]
    [Refuses(Refusal.FileTooLarge)]
    public void Judge_refusesAHugeFile()
    {
        JsonObject entry = Entry();
        entry["files"]!["report"] = "huge.bin";
        AssertRefused(entry, Refusal.FileTooLarge);
    }

    [Theory]
    [Refuses(Refusal.NotSupported)]
    [InlineData("intel-sgx-2")]
    [InlineData("AMD-SNP")]
    [InlineData("")]
    public void Judge_refusesOtherPlatforms(string platform)
    {
        JsonObject entry = Entry();
        entry["platform"] = platform;
        AssertRefused(entry, Refusal.NotSupported);
    }

    [Theory]
    [Refuses(Refusal.EntryMalformed)]
    [InlineData("platform", "7")]
    [InlineData("platform", "null")]
    [InlineData("files", "\"report.bin\"")]
    [InlineData("files", "{\"report\":[\"report.bin\"]}")]
    [InlineData("chain", "\"ask.der\"")]
    [InlineData("chain", "[7]")]
    [InlineData("verify_time", "1700000000")]
    [InlineData("verify_time", "\"yesterday\"")]
    [InlineData("verify_time", "\"2026-11-22\"")]
    [InlineData("id", "7")]
    public void Judge_refusesFieldsOfTheWrongKind(string field, string json)
    {
        JsonObject entry = Entry();
        entry[field] = JsonNode.Parse(json);
        AssertRefused(entry, Refusal.EntryMalformed);
    }

    [Theory]
    [InlineData("{\"id\":\"one\",\"id\":\"one\",\"platform\":\"amd-snp\"}")]
    [InlineData("{\"id\":\"one\",\"platform\":\"amd-snp\",\"files\":{\"report\":\"a\",\"report\":\"b\"}}")]
    [InlineData("{\"id\":\"one\",\"platform\":\"amd-snp\",\"note\":[{\"a\":1,\"a\":1}]}")]
    [InlineData("{\"id\":\"\\ud800\",\"platform\":\"amd-snp\"}")]
    [InlineData("{\"id\":\"one\",\"platform\":\"amd-snp\",\"\\ud800\":1}")]
    [InlineData("7")]
    [InlineData("null")]
    public void Judge_refusesEntriesThatTwoReadersCouldReadDifferently(string json)
    {
        ManifestJudgement judgement = Assert.Single(JudgeText($"[{json}]"));
        Assert.Equal(Refusal.EntryMalformed, Assert.IsType<Verdict.Refused>(judgement.Verdict).Reason.Code);
    }

    [Theory]
    [Refuses(Refusal.PolicyKeyUnknown)]
    [InlineData("{\"allow_debug\":true}", "allow_debug")]
    [InlineData("{\"require_crl\":false,\"Require_crl\":false}", "Require_crl")]
    [InlineData("{\"min_tcb\":{\"spl9\":1}}", "min_tcb.spl9")]
    public void Judge_refusesUnknownPolicyKeysByName(string policy, string name)
    {
        JsonObject entry = Entry();
        entry["policy"] = JsonNode.Parse(policy);
        Assert.Equal(name, AssertRefused(entry, Refusal.PolicyKeyUnknown).What);
    }

    [Theory]
    [Refuses(Refusal.PolicyValueMalformed)]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("{\"expected_report_data\":\"00\"}")]
    [InlineData("{\"expected_report_data\":null}")]
    [InlineData("{\"allowed_measurements\":\"00\"}")]
    [InlineData("{\"allowed_measurements\":[\"zz\"]}")]
    [InlineData("{\"min_tcb\":7}")]
    [InlineData("{\"min_tcb\":{\"snp\":256}}")]
    [InlineData("{\"min_tcb\":{\"snp\":\"1\"}}")]
    [InlineData("{\"min_tcb\":{\"snp\":-1}}")]
    [InlineData("{\"require_chip_id\":1}")]
    [InlineData("{\"require_crl\":\"true\"}")]
    public void Judge_refusesPolicyValuesOfAnotherForm(string policy)
    {
        JsonObject entry = Entry();
        entry["policy"] = JsonNode.Parse(policy);
        AssertRefused(entry, Refusal.PolicyValueMalformed);
    }

    [Theory]
    [InlineData("{\"min_tcb\":{\"bl\":10,\"tee\":0,\"snp\":23,\"ucode\":84,\"rsv\":\"00000000\"}}", Refusal.None)]
    [InlineData("{\"min_tcb\":{\"fmc\":null,\"snp\":24}}", Refusal.TcbBelowFloor)]
    [InlineData("{\"require_chip_id\":true}", Refusal.None)]
    [InlineData("{\"require_crl\":true}", Refusal.RevocationListMissing)]
    [InlineData("{\"allowed_measurements\":[]}", Refusal.MeasurementNotAllowed)]
    [InlineData("null", Refusal.None)]
    [InlineData("{}", Refusal.None)]
    public void Judge_appliesTheEntrysPolicy(string policy, Refusal code)
    {
        JsonObject entry = Entry();
        entry["policy"] = JsonNode.Parse(policy);
        AssertCode(entry, code);
    }

    [Fact]
    public void Judge_comparesReportDataAndMeasurement()
    {
        JsonObject entry = Entry();
        string data = Convert.ToHexString(Scenario.Said.ReportData);
        string measurement = Convert.ToHexString(Scenario.Said.Measurement);
        entry["policy"] = new JsonObject { ["expected_report_data"] = "0x" + data, ["allowed_measurements"] = new JsonArray(measurement) };
        AssertGenuine(entry);
        entry["policy"]!["expected_report_data"] = new string('0', 128);
        AssertRefused(entry, Refusal.ReportDataMismatch);
    }

    [Theory]
    [InlineData("\"crl.der\"")]
    [InlineData("[\"crl.der\"]")]
    [InlineData("\"crl.pem\"")]
    public void Judge_readsRevocationLists(string path)
    {
        JsonObject entry = Entry();
        entry["policy"] = new JsonObject { ["require_crl"] = true };
        entry["files"]!["crl"] = JsonNode.Parse(path);
        AssertGenuine(entry);
        entry["verify_time"] = "2027-11-22T12:00:00Z";
        AssertRefused(entry, Refusal.RevocationListStale);
    }

    [Theory]
    [InlineData("ask", "ark.der", Refusal.ProductMismatch)]
    [InlineData("vek", "ask.der", Refusal.CertificateRole)]
    [InlineData("vek", "both.pem", Refusal.CertificateAmbiguous)]
    [InlineData("vek", "report.bin", Refusal.CertificateMalformed)]
    [InlineData("report", "vek.der", Refusal.ReportLength)]
    public void Judge_refusesFilesUnderTheWrongName(string key, string path, Refusal code)
    {
        JsonObject entry = Entry();
        entry["files"]![key] = path;
        AssertRefused(entry, code);
    }

    [Fact]
    public void Judge_refusesIfChainAndFilesNameDifferentCertificates()
    {
        JsonObject entry = Entry();
        entry["chain"] = new JsonArray("other-ask.der", "ark.der");
        AssertRefused(entry, Refusal.CertificateAmbiguous);
    }

    [Theory]
    [InlineData("2026-11-22T12:00Z", Refusal.None)]
    [InlineData("2026-11-22T12:00:00.5+02:00", Refusal.None)]
    [InlineData("2026-11-22T12:00:00", Refusal.None)]
    [InlineData("2036-11-22T12:00:00Z", Refusal.CertificateExpired)]
    [InlineData("2020-11-22T12:00:00Z", Refusal.CertificateNotYetValid)]
    public void Judge_judgesAtTheEntrysInstant(string time, Refusal code)
    {
        JsonObject entry = Entry();
        entry["verify_time"] = time;
        AssertCode(entry, code);
    }

    [Fact]
    public void Judge_neverLetsOneEntryStopTheOthers()
    {
        List<ManifestJudgement> judgements = JudgeText($"{{\"vectors\":[{Entry()},17,{{\"id\":\"two\"}},{Entry()}]}}");
        Assert.Equal(["one", "#1", "two", "one"], judgements.Select(judgement => judgement.Id));
        Assert.Equal([true, false, false, true], judgements.Select(judgement => judgement.Verdict is Verdict.Genuine));
    }

    [Theory]
    [Refuses(Refusal.ManifestMalformed)]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("17")]
    [InlineData("{}")]
    [InlineData("{\"vectors\":{}}")]
    [InlineData("{\"vectors\":[],\"vectors\":[]}")]
    [InlineData("[] []")]
    public void TryParse_refusesWhatIsNoManifest(string json)
    {
        Assert.False(EvidenceManifest.TryParse(Encoding.UTF8.GetBytes(json), out _, out RefusalReason? refusal));
        Assert.Equal(Refusal.ManifestMalformed, refusal.Code);
    }

    [Fact]
    public void TryParse_refusesDeepNesting()
    {
        string deep = new string('[', 10_000) + new string(']', 10_000);
        Assert.False(EvidenceManifest.TryParse(Encoding.UTF8.GetBytes(deep), out _, out RefusalReason? refusal));
        Assert.Equal(Refusal.ManifestMalformed, refusal.Code);
    }

    private static JsonObject Entry() => new()
    {
        ["id"] = "one",
        ["platform"] = "amd-snp",
        ["files"] = new JsonObject { ["report"] = "report.bin", ["vek"] = "vek.der", ["ask"] = "ask.der", ["ark"] = "ark.der" },
    };

    private ManifestJudgement Judge(JsonObject entry) => Assert.Single(JudgeText($"[{entry.ToJsonString()}]"));

    private List<ManifestJudgement> JudgeText(string json)
    {
        Assert.True(EvidenceManifest.TryParse(Encoding.UTF8.GetBytes(json), out EvidenceManifest? manifest, out RefusalReason? refusal), refusal?.ToString());
        return [.. manifest.Entries.Select(entry => ManifestJudge.Judge(entry, _good.Roots, Read))];
    }

    private byte[]? Read(string path) => path switch
    {
        "report.bin" => _good.Report,
        "vek.der" => _good.Vek,
        "vek.pem" => SnpCertificatesTests.Pem(_good.Vek),
        "ask.der" => _good.Ask,
        "other-ask.der" => Scenario.OtherRoot(_good.Root.Product).Ask,
        "ark.der" => _good.Ark,
        "both.pem" => SnpCertificatesTests.Pem(_good.Ask, _good.Ark),
        "crl.der" => List(),
        "crl.pem" => Encoding.ASCII.GetBytes(System.Security.Cryptography.PemEncoding.WriteString("X509 CRL", List())),
        "huge.bin" => new byte[(1024 * 1024) + 1],
        _ => null,
    };

    private byte[] List() => _good.Root.IssueRevocationList(Scenario.Now.AddDays(-1), Scenario.Now.AddDays(1));

    private void AssertGenuine(JsonObject entry) => AssertCode(entry, Refusal.None);

    private void AssertCode(JsonObject entry, Refusal code)
    {
        if (code != Refusal.None)
        {
            AssertRefused(entry, code);
            return;
        }

        ManifestJudgement judgement = Judge(entry);
        Assert.True(judgement.Verdict is Verdict.Genuine, JudgementJson.Line(judgement));
    }

    private RefusalReason AssertRefused(JsonObject entry, Refusal code)
    {
        ManifestJudgement judgement = Judge(entry);
        Verdict.Refused refused = Assert.IsType<Verdict.Refused>(judgement.Verdict);
        Assert.True(code == refused.Reason.Code, $"expected {code}, found {refused.Reason}");
        return refused.Reason;
    }
}
