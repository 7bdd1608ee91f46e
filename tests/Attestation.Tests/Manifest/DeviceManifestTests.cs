using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ait.Attestation.Manifest;
using Ait.Attestation.SevSnp;

namespace Ait.Attestation.Tests.Manifest;

/// <summary>Entries about whole devices: the project's own vectors with one field changed.</summary>
public sealed class DeviceManifestTests
{
    private static readonly string s_folder = Path.Combine(Repository.Root, "vectors", "evidence");
    private static readonly JsonObject s_manifest = JsonNode.Parse(File.ReadAllBytes(Path.Combine(s_folder, "devices", "manifest.json")))!.AsObject();

    [Theory]
    [InlineData("snp-h100", "amd-snp")]
    [InlineData("tdx-h100", "intel-dcap")]
    public void Judge_acceptsWholeDevices(string id, string host)
    {
        ManifestJudgement judgement = Judge(Entry(id));
        Assert.IsType<Verdict.Genuine>(judgement.Verdict);
        using JsonDocument line = JsonDocument.Parse(JudgementJson.Line(judgement));
        JsonElement facts = line.RootElement.GetProperty("facts");
        Assert.Equal("AttestedGpu", facts.GetProperty("profile").GetString());
        Assert.Equal(host == "amd-snp" ? "Genoa" : null, facts.GetProperty("host").TryGetProperty("product", out JsonElement product) ? product.GetString() : null);
        Assert.Equal("GH100", Assert.Single(facts.GetProperty("gpus").EnumerateArray()).GetProperty("chip").GetString());
    }

    [Theory]
    [InlineData("binding", null, Refusal.EntryMalformed)]
    [InlineData("binding", "\"00\"", Refusal.EntryMalformed)]
    [InlineData("binding", "\"0000000000000000000000000000000000000000000000000000000000000000\"", Refusal.ReportDataMismatch)]
    [InlineData("rims", null, Refusal.ReferenceMissing)]
    [InlineData("rims", "7", Refusal.EntryMalformed)]
    [InlineData("files", null, Refusal.ReportMissing)]
    [InlineData("policy", "[]", Refusal.PolicyValueMalformed)]
    [InlineData("policy", "{}", Refusal.None)]
    [InlineData("policy", "{\"accepted_profiles\":[\"AttestedGpu\"]}", Refusal.None)]
    [InlineData("policy", "{\"accepted_profiles\":[\"MeasuredHost\",\"SgxKeyedHost\"]}", Refusal.ProfileNotAccepted)]
    [InlineData("policy", "{\"accepted_profiles\":[\"AttestedGPU\"]}", Refusal.PolicyValueMalformed)]
    [InlineData("policy", "{\"accepted_profiles\":[\"AttestedGpu\",\"AttestedGpu\"]}", Refusal.PolicyValueMalformed)]
    [InlineData("policy", "{\"accepted_profiles\":\"AttestedGpu\"}", Refusal.PolicyValueMalformed)]
    [InlineData("policy", "{\"allowed_programs\":[]}", Refusal.MeasurementNotAllowed)]
    [InlineData("policy", "{\"allowed_programs\":[\"00\"]}", Refusal.PolicyValueMalformed)]
    [InlineData("policy", "{\"claimed_gpu_count\":1}", Refusal.None)]
    [InlineData("policy", "{\"claimed_gpu_count\":0}", Refusal.DeviceCount)]
    [InlineData("policy", "{\"claimed_gpu_count\":-1}", Refusal.PolicyValueMalformed)]
    [InlineData("policy", "{\"min_tcb\":{\"snp\":255}}", Refusal.TcbBelowFloor)]
    [InlineData("policy", "{\"min_tcb\":{\"snp\":256}}", Refusal.PolicyValueMalformed)]
    [InlineData("policy", "{\"require_chip_id\":true}", Refusal.None)]
    [InlineData("policy", "{\"require_crl\":true}", Refusal.RevocationListMissing)]
    [InlineData("policy", "{\"require_crl\":1}", Refusal.PolicyValueMalformed)]
    [InlineData("policy", "{\"expected_nonce\":\"00\"}", Refusal.PolicyKeyUnknown)]
    public void Judge_refusesByFields(string name, string? value, Refusal code)
    {
        JsonObject entry = Entry("snp-h100");
        _ = entry.Remove(name);
        if (value is not null)
        {
            entry[name] = JsonNode.Parse(value);
        }

        AssertVerdict(entry, code);
    }

    [Theory]
    [InlineData("evidence", null, Refusal.ReportDataMismatch)]
    [InlineData("cert_chain", null, Refusal.CertificateMissing)]
    [InlineData("report", null, Refusal.ReportMissing)]
    [InlineData("evidence", "devices/h100/evidence.bin", Refusal.ReportSignature)]
    [InlineData("cert_chain", "devices/h100/cert_chain.pem", Refusal.ReportSignature)]
    [InlineData("vek", "genoa-v3-sibling-chip/vcek.der", Refusal.ReportSignature)]
    public void Judge_refusesByFiles(string name, string? path, Refusal code)
    {
        JsonObject entry = Entry("snp-h100");
        entry["files"]![name] = path;
        AssertVerdict(entry, code);
    }

    private static JsonObject Entry(string id) =>
        s_manifest["vectors"]!.AsArray().Single(entry => entry!["id"]!.GetValue<string>() == id)!.DeepClone().AsObject();

    private static ManifestJudgement Judge(JsonObject entry)
    {
        JsonNode roots = s_manifest["roots"]!;
        ByteString Root(string name) => ByteString.FromHex(roots[name]!.GetValue<string>());
        Assert.True(EvidenceManifest.TryParse(Encoding.UTF8.GetBytes($"[{entry.ToJsonString()}]"), out EvidenceManifest? manifest, out _));
        return ManifestJudge.Judge(
            manifest.Entries[0],
            new TrustRoots([new TrustRoot(SnpProduct.Genoa, Root("Genoa"))], [Root("intel")], [Root("nvidiaDevice")], [Root("nvidiaReference")]),
            path => File.ReadAllBytes(Path.Combine(s_folder, path)));
    }

    private static void AssertVerdict(JsonObject entry, Refusal expected)
    {
        ManifestJudgement judgement = Judge(entry);
        Refusal found = judgement.Verdict is Verdict.Refused refused ? refused.Reason.Code : Refusal.None;
        Assert.True(expected == found, $"expected {expected}, found {JudgementJson.Line(judgement)}");
    }
}
