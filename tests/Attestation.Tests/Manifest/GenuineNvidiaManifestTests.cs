using System.Text.Json;
using System.Text.Json.Nodes;
using Ait.Attestation.Manifest;
using Ait.Attestation.Nvidia;

namespace Ait.Attestation.Tests.Manifest;

/// <summary>Every entry of the manifest of genuine GPU evidence gets the verdict it records, with the facts it records.</summary>
public sealed class GenuineNvidiaManifestTests
{
    private const string InForce = "2024-06-01T00:00:00Z";

    private static readonly Dictionary<string, Refusal> s_refused = new()
    {
        ["nvswitch-ls10"] = Refusal.NotAGpu,
        ["neg-invalid-signature"] = Refusal.FirmwareIdMismatch,
        ["neg-chain-swapped"] = Refusal.IssuerMismatch,
    };

    [Fact]
    public void Judge_givesTheVerdictOfEveryEntry()
    {
        JsonArray entries = Entries();
        Assert.Equal(16, entries.Count);
        foreach (JsonNode? entry in entries)
        {
            string id = entry!["id"]!.GetValue<string>();
            bool accepts = entry["expected"]!["recommended_policy"]!.GetValue<string>() == "accept";
            Assert.Equal(accepts, !s_refused.ContainsKey(id));
            AssertVerdict(entry, s_refused.GetValueOrDefault(id));
        }
    }

    [Fact]
    public void Judge_reportsTheFactsThatTheManifestRecords()
    {
        foreach (JsonNode? entry in Entries())
        {
            if (s_refused.ContainsKey(entry!["id"]!.GetValue<string>()))
            {
                continue;
            }

            using JsonDocument line = JsonDocument.Parse(JudgementJson.Line(Judge(entry)));
            JsonElement facts = line.RootElement.GetProperty("facts");
            JsonNode fields = entry["fields"]!;
            Assert.Equal(entry["product"]!.GetValue<string>(), facts.GetProperty("chip").GetString());
            Assert.Equal(entry["nonce"]!.GetValue<string>(), facts.GetProperty("nonce").GetString());
            Assert.Equal(fields["driver"]!.GetValue<string>(), facts.GetProperty("driver").GetString());
            Assert.Equal(fields["vbios"]!.GetValue<string>(), facts.GetProperty("vbios").GetString());
            Assert.Equal(fields["brom_spki_sha384"]!.GetValue<string>(), facts.GetProperty("chip_id").GetString());
            Assert.Equal(fields["leaf_spki_sha384"]!.GetValue<string>(), facts.GetProperty("attestation_key").GetString());
            Assert.Equal(fields["feature_flag"]!.GetValue<string>() switch
            {
                "0000" => nameof(NvidiaMode.SinglePassThrough),
                "0200" => nameof(NvidiaMode.ProtectedPcie),
                _ => nameof(NvidiaMode.NotStated),
            }, facts.GetProperty("mode").GetString());
        }
    }

    [Fact]
    public void Differences_areThoseThatTheManifestRecords()
    {
        int compared = 0;
        foreach (JsonNode? entry in Entries())
        {
            if (entry!["expected"]!["rim_compare"] is not { } expected)
            {
                continue;
            }

            Assert.True(SpdmEvidence.TryParse(Vectors.Read(entry["files"]!["evidence"]!.GetValue<string>()), out SpdmEvidence? report, out _));
            Assert.True(GpuFields.TryRead(report.Opaque, out GpuFields? fields, out _));
            List<string> found = [];
            int active = 0;
            foreach ((string slot, string name) in (ReadOnlySpan<(string, string)>)[("driver", "drv"), ("vbios", "vbios")])
            {
                if (entry["rims"]![slot]?.GetValue<string>() is { } path)
                {
                    Assert.True(ReferenceManifest.TryRead(Vectors.Read(path), slot, out ReferenceManifest? manifest, out _, out RefusalReason? refusal), refusal?.ToString());
                    active += manifest.Golden.Count;
                    found.AddRange(GoldenComparison.Differences(manifest, report.Blocks, fields.NvdecIsOff).Select(index => $"{index} {name}"));
                }
            }

            Assert.Equal(expected["active_golden"]!.GetValue<int>(), active);
            Assert.Equal(expected["mismatch_with_nvdec_rule"]!.AsArray().Select(pair => $"{pair![0]} {pair[1]}"), found);
            compared++;
        }

        Assert.Equal(4, compared);
    }

    [Theory]
    [InlineData("h100-545.00-fullrim", InForce, Refusal.None)]
    [InlineData("h100-545.00-fullrim", "2026-11-22T12:00:00Z", Refusal.CertificateExpired)]
    [InlineData("h100-545.00-fullrim", "2023-01-01T00:00:00Z", Refusal.CertificateNotYetValid)]
    [InlineData("h100-580.159.03", InForce, Refusal.ReferenceDiffers)]
    [InlineData("h100-580.95.05-coco", InForce, Refusal.ReferenceDiffers)]
    [InlineData("h100-535.86.09-nofwid", "2025-06-01T00:00:00Z", Refusal.ReferenceSignature)]
    public void Judge_comparesRimsAtTheEntrysInstant(string id, string at, Refusal code)
    {
        JsonNode entry = Entry(id);
        entry["verify_time"] = at;
        AssertVerdict(entry, code);
    }

    [Theory]
    [InlineData("true", Refusal.CertificateExpired)]
    [InlineData("false", Refusal.None)]
    [InlineData("{\"driver\":\"nvidia-gpu/rims/NV_GPU_DRIVER_GH100_550.144.03.xml\"}", Refusal.ReferenceMismatch)]
    [InlineData("{\"driver\":\"nvidia-gpu/rims/incorrect_signature_driver_rim.xml\"}", Refusal.ReferenceSignature)]
    [InlineData("{\"driver\":\"nvidia-gpu/rims/incorrect_cert_chain_driver_rim.xml\"}", Refusal.IssuerMismatch)]
    [InlineData("{\"driver\":\"nvidia-gpu/rims/absent.xml\"}", Refusal.FileUnreadable)]
    [InlineData("{\"divers\":\"nvidia-gpu/rims/absent.xml\"}", Refusal.PolicyKeyUnknown)]
    [InlineData("{}", Refusal.ReferenceMissing)]
    public void Judge_comparesTheRimsOfThePolicy(string rims, Refusal code)
    {
        JsonNode entry = Entry("h100-545.00-fullrim");
        entry["policy"] = new JsonObject { ["rims"] = JsonNode.Parse(rims) };
        AssertVerdict(entry, code);
    }

    [Fact]
    public void Judge_refusesTheByteBehindTheSignature()
    {
        JsonNode entry = Entry("h100-580.95.05-coco");
        entry["files"]!["evidence"] = entry["files"]!["evidence_raw"]!.GetValue<string>();
        AssertVerdict(entry, Refusal.SpdmMalformed);
    }

    [Theory]
    [InlineData("hgx-h100-590.12-gpu1", Refusal.None)]
    [InlineData("hgx-h100-590.12-gpu0", Refusal.DeviceRepeated)]
    [InlineData("ppcie-h100-590.12-gpu0", Refusal.DeviceRepeated)]
    [InlineData("ppcie-h100-590.12-gpu3", Refusal.NonceMismatch)]
    [InlineData("nvswitch-ls10", Refusal.NotAGpu)]
    public void Judge_judgesSeveralGpusTogether(string second, Refusal code)
    {
        JsonNode entry = Entry("hgx-h100-590.12-gpu0");
        JsonNode other = Entry(second)["files"]!;
        entry["files"]!["evidence_2"] = other["evidence"]!.GetValue<string>();
        entry["files"]!["cert_chain_2"] = other["cert_chain"]!.GetValue<string>();
        entry["policy"] = new JsonObject { ["claimed_gpu_count"] = 2 };
        AssertVerdict(entry, code);
    }

    [Theory]
    [InlineData("hgx-h100-590.12-gpu0", "ppcie-h100-590.12-gpu0", true)]
    [InlineData("h100-535.86.09-nofwid", "neg-invalid-signature", true)]
    [InlineData("hgx-h100-590.12-gpu0", "hgx-h100-590.12-gpu1", false)]
    public void Path_tellsPhysicalGpusApart(string first, string second, bool same) =>
        Assert.Equal(same, Path(first).Device.PublicKey.Fingerprint == Path(second).Device.PublicKey.Fingerprint);

    private static GpuPath Path(string id)
    {
        Assert.True(NvidiaEvidence.TryReadCertificates(Vectors.Read(Entry(id)["files"]!["cert_chain"]!.GetValue<string>()), out var certificates, out _));
        var evidence = new NvidiaEvidence { Report = default, Certificates = certificates };
        Assert.True(GpuPath.TryVerify(
            evidence, TrustRoots.Production, Ait.Attestation.SevSnp.RevocationRule.CheckWhatIsGiven, ManifestJudge.DefaultInstant, cache: null, out GpuPath? path, out RefusalReason? refusal), refusal?.ToString());
        return path;
    }

    private static JsonArray Entries() => JsonNode.Parse(Vectors.Read("nvidia-gpu/manifest.json"))!["vectors"]!.AsArray();

    private static JsonNode Entry(string id) => Entries().Single(entry => entry!["id"]!.GetValue<string>() == id)!;

    private static ManifestJudgement Judge(JsonNode entry)
    {
        byte[] json = System.Text.Encoding.UTF8.GetBytes($"[{entry.ToJsonString()}]");
        Assert.True(EvidenceManifest.TryParse(json, out EvidenceManifest? manifest, out _));
        return ManifestJudge.Judge(manifest.Entries[0], TrustRoots.Production, Vectors.TryRead);
    }

    private static void AssertVerdict(JsonNode entry, Refusal expected)
    {
        ManifestJudgement judgement = Judge(entry);
        Refusal found = judgement.Verdict is Verdict.Refused refused ? refused.Reason.Code : Refusal.None;
        Assert.True(expected == found, $"expected {expected}, found {JudgementJson.Line(judgement)}");
    }
}
