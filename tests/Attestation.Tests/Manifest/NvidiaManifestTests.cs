using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ait.Attestation.Manifest;
using Ait.Attestation.Tests.Nvidia;
using Ait.Emulation.Nvidia;

namespace Ait.Attestation.Tests.Manifest;

/// <summary>Entries about GPUs that say too little, too much, or something else than evidence.</summary>
public sealed class NvidiaManifestTests
{
    private const string Rims = "{\"driver\":\"driver.xml\",\"vbios\":\"vbios.xml\"}";

    private static readonly EmulatedGpuVendor s_vendor = new();
    private static readonly Dictionary<string, byte[]> s_files = Files();

    [Fact]
    public void Judge_acceptsGoodEvidence()
    {
        ManifestJudgement judgement = Judge(Entry());
        Assert.IsType<Verdict.Genuine>(judgement.Verdict);
        using JsonDocument line = JsonDocument.Parse(JudgementJson.Line(judgement));
        Assert.Equal("nvidia-gpu", line.RootElement.GetProperty("platform").GetString());
        Assert.Equal(s_vendor.DeviceFingerprint.ToString(), line.RootElement.GetProperty("facts").GetProperty("chip_id").GetString());
    }

    [Theory]
    [InlineData("evidence", null, Refusal.ReportMissing)]
    [InlineData("cert_chain", null, Refusal.CertificateMissing)]
    [InlineData("evidence", "absent", Refusal.FileUnreadable)]
    [InlineData("cert_chain", "absent", Refusal.FileUnreadable)]
    [InlineData("cert_chain", "gpu.bin", Refusal.CertificateMalformed)]
    [InlineData("evidence", "../gpu.bin", Refusal.PathOutsideBase)]
    [InlineData("evidence_2", "gpu.bin", Refusal.CertificateMissing)]
    [InlineData("cert_chain_2", "gpu.pem", Refusal.ReportMissing)]
    [InlineData("cert_chain_16", "gpu.pem", Refusal.ReportMissing)]
    [InlineData("crl", "root.crl", Refusal.None)]
    [InlineData("crl", "gpu.bin", Refusal.RevocationListMalformed)]
    [InlineData("evidence_raw", "absent", Refusal.None)]
    public void Judge_refusesByFiles(string name, string? path, Refusal code)
    {
        JsonObject entry = Entry();
        entry["files"]![name] = path;
        AssertVerdict(entry, code);
    }

    [Theory]
    [InlineData("nonce", "\"00\"", Refusal.EntryMalformed)]
    [InlineData("nonce", "7", Refusal.EntryMalformed)]
    [InlineData("nonce", "null", Refusal.None)]
    [InlineData("nonce", "\"0000000000000000000000000000000000000000000000000000000000000000\"", Refusal.NonceMismatch)]
    [InlineData("verify_time", "\"soon\"", Refusal.EntryMalformed)]
    [InlineData("verify_time", "\"2021-01-01T00:00:00Z\"", Refusal.CertificateNotYetValid)]
    [InlineData("files", "null", Refusal.ReportMissing)]
    [InlineData("files", "[]", Refusal.EntryMalformed)]
    [InlineData("policy", "[]", Refusal.PolicyValueMalformed)]
    [InlineData("policy", "{\"expected_report_data\":\"00\"}", Refusal.PolicyKeyUnknown)]
    [InlineData("policy", "{\"Rims\":true}", Refusal.PolicyKeyUnknown)]
    [InlineData("policy", "{\"rims\":\"driver.xml\"}", Refusal.PolicyValueMalformed)]
    [InlineData("policy", "{\"rims\":true}", Refusal.ReferenceMissing)]
    [InlineData("policy", "{\"rims\":" + Rims + "}", Refusal.None)]
    [InlineData("policy", "{\"rims\":{\"driver\":7}}", Refusal.EntryMalformed)]
    [InlineData("policy", "{\"rims\":{\"driver\":\"empty\"}}", Refusal.ReferenceMalformed)]
    [InlineData("policy", "{\"claimed_gpu_count\":1}", Refusal.None)]
    [InlineData("policy", "{\"claimed_gpu_count\":8}", Refusal.DeviceCount)]
    [InlineData("policy", "{\"claimed_gpu_count\":0}", Refusal.PolicyValueMalformed)]
    [InlineData("policy", "{\"claimed_gpu_count\":1.5}", Refusal.PolicyValueMalformed)]
    [InlineData("policy", "{\"require_chip_id\":true}", Refusal.None)]
    [InlineData("policy", "{\"require_crl\":true}", Refusal.RevocationListMissing)]
    [InlineData("policy", "{\"expected_nonce\":\"0000000000000000000000000000000000000000000000000000000000000000\"}", Refusal.NonceMismatch)]
    [InlineData("policy", "{\"expected_nonce\":\"00\"}", Refusal.PolicyValueMalformed)]
    [InlineData("rims", "{\"driver\":\"absent\"}", Refusal.None)]
    public void Judge_refusesByFields(string name, string value, Refusal code)
    {
        JsonObject entry = Entry();
        entry[name] = JsonNode.Parse(value);
        AssertVerdict(entry, code);
    }

    [Theory]
    [InlineData(Rims, Refusal.None)]
    [InlineData("{\"driver\":\"absent\"}", Refusal.FileUnreadable)]
    [InlineData("{\"vbios\":\"driver.xml\"}", Refusal.ReferenceMismatch)]
    [InlineData("[]", Refusal.EntryMalformed)]
    public void Judge_comparesRimsIfTheEntryNamesAnInstant(string rims, Refusal code)
    {
        JsonObject entry = Entry();
        entry["rims"] = JsonNode.Parse(rims);
        entry["verify_time"] = "2026-11-22T12:00:00Z";
        AssertVerdict(entry, code);
    }

    [Fact]
    public void Judge_acceptsTheNonceOfThePolicyAlone()
    {
        JsonObject entry = Entry();
        string nonce = entry["nonce"]!.GetValue<string>();
        entry["policy"] = new JsonObject { ["expected_nonce"] = nonce };
        AssertVerdict(entry, Refusal.None);
        entry["nonce"] = null;
        AssertVerdict(entry, Refusal.None);
    }

    [Fact]
    public void Judge_requiresListsOfBothAuthorities()
    {
        JsonObject entry = Entry();
        entry["policy"] = new JsonObject { ["require_crl"] = true };
        entry["files"]!["crl"] = "root.crl";
        AssertVerdict(entry, Refusal.RevocationListMissing);
        entry["files"]!["crl"] = new JsonArray("root.crl", "identity.crl");
        AssertVerdict(entry, Refusal.None);
    }

    private static JsonObject Entry() => new()
    {
        ["id"] = "one",
        ["platform"] = "nvidia-gpu",
        ["nonce"] = Convert.ToHexStringLower(new EmulatedGpuReport().Nonce),
        ["files"] = new JsonObject { ["evidence"] = "gpu.bin", ["cert_chain"] = "gpu.pem" },
    };

    private static Dictionary<string, byte[]> Files()
    {
        var gpu = new EmulatedGpuReport();
        string pem = string.Join('\n', s_vendor.Certificates(gpu).Select(der => PemEncoding.WriteString("CERTIFICATE", der.Span)));
        return new Dictionary<string, byte[]>
        {
            ["gpu.bin"] = s_vendor.Report(gpu),
            ["gpu.pem"] = Encoding.ASCII.GetBytes(pem),
            ["driver.xml"] = s_vendor.Reference(new OddReference()),
            ["vbios.xml"] = s_vendor.Reference(new OddReference { Version = "96.00.9F.00.01", Golden = new Dictionary<int, byte[]> { [0] = [1] } }),
            ["root.crl"] = s_vendor.RevocationList(4, revokesNext: false, Scenario.Now.AddDays(5)),
            ["identity.crl"] = s_vendor.RevocationList(3, revokesNext: false, Scenario.Now.AddDays(5)),
            ["empty"] = [],
        };
    }

    private static ManifestJudgement Judge(JsonNode entry)
    {
        Assert.True(EvidenceManifest.TryParse(Encoding.UTF8.GetBytes($"[{entry.ToJsonString()}]"), out EvidenceManifest? manifest, out _));
        return ManifestJudge.Judge(manifest.Entries[0], s_vendor.Roots, path => s_files.GetValueOrDefault(path));
    }

    private static void AssertVerdict(JsonNode entry, Refusal expected)
    {
        ManifestJudgement judgement = Judge(entry);
        Refusal found = judgement.Verdict is Verdict.Refused refused ? refused.Reason.Code : Refusal.None;
        Assert.True(expected == found, $"expected {expected}, found {JudgementJson.Line(judgement)}");
    }
}
