using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ait.Attestation.Devices;
using Ait.Attestation.Fuzz.Mutating;
using Ait.Attestation.Manifest;
using Ait.Attestation.Nvidia;
using Ait.Attestation.SevSnp;

namespace Ait.Attestation.Fuzz.Formats;

/// <summary>A host and its GPU together, and manifests of evidence with their policies.</summary>
internal static class DeviceFormats
{
    /// <summary>Host and GPU evidence side by side; what binds them is judged.</summary>
    internal static FuzzFormat Device(Corpus corpus)
    {
        byte[] report = corpus.File("devices/snp-h100/report.bin");
        byte[] evidence = corpus.File("devices/snp-h100/evidence.bin");
        List<Segment> layout = [.. Layouts.Report(report), .. Layouts.Spdm(evidence)];
        ImmutableArray<ReadOnlyMemory<byte>> path = [.. Enumerable.Range(0, 5).Select(index => (ReadOnlyMemory<byte>)corpus.File($"devices/snp-h100/certificate-{index}.der"))];
        SnpEvidence good = corpus.Snp();
        NvidiaEvidence gpu = corpus.Gpu();
        DevicePolicy policy = DevicePolicy.For(new ByteString([.. Enumerable.Range(1, 32).Select(value => (byte)value)]), ProgramRule.DangerouslyAny, TrustProfile.AttestedGpu);
        DeviceEvidence Take(byte[] input)
        {
            int split = Math.Min(input.Length, SnpReport.Length);
            return new DeviceEvidence
            {
                Host = new HostEvidence.Amd(new SnpEvidence { Report = input.AsMemory(0, split), Vek = good.Vek, Ask = good.Ask, Ark = good.Ark, RevocationLists = [] }),
                Gpus = [new NvidiaEvidence { Report = input.AsMemory(split), Certificates = path, DriverReference = gpu.DriverReference, VbiosReference = gpu.VbiosReference }],
            };
        }

        return new FuzzFormat
        {
            Name = "device",
            Make = chance => LayoutMutator.Mutate(layout, chance),
            Read = input =>
            {
                DeviceEvidence taken = Take(input);
                return DeviceVerifier.ReportData(policy.Binding, taken.Gpus).Length == 64
                    && SnpReportEnvelope.TryOpen(((HostEvidence.Amd)taken.Host).Evidence.Report.Span, out _, out _)
                    && SpdmEvidence.TryParse(taken.Gpus[0].Report, out _, out _);
            },
            Judge = (input, cache) => DeviceVerifier.Verify(Take(input), corpus.Roots, policy, Corpus.Instant, cache),
            Sound = [[.. report, .. evidence]],
            IsExact = true,
        };
    }

    /// <summary>Whole manifests are long: each entry alone, as a manifest of its own, with a policy of every key.</summary>
    internal static FuzzFormat Manifest(Corpus corpus)
    {
        List<List<string>> seeds = [];
        foreach (byte[] manifest in corpus.Files("manifest.json"))
        {
            foreach (JsonElement entry in Corpus.Parse(manifest).GetProperty("vectors").EnumerateArray())
            {
                seeds.Add(TokenMutator.Json.Split(Corpus.Utf8($"{{\"vectors\":[{WithPolicy(entry)}]}}")));
            }
        }

        return new FuzzFormat
        {
            Name = "manifest",
            Make = chance => TokenMutator.Json.Mutate(seeds[chance.Below(seeds.Count)], chance),
            Read = input => EvidenceManifest.TryParse(input, out EvidenceManifest? manifest, out _) && JudgeAll(manifest, corpus.Roots, _ => null) is not null,
            Judge = (input, _) => EvidenceManifest.TryParse(input, out EvidenceManifest? manifest, out RefusalReason? refusal)
                ? JudgeAll(manifest, corpus.Roots, corpus.Find) ?? new Verdict.Refused([new RefusalReason(Refusal.ManifestMalformed, "manifest", "entries", "none")])
                : new Verdict.Refused([refusal]),
            Sound = [],
            IsExact = false,
        };
    }

    private static string WithPolicy(JsonElement entry)
    {
        JsonObject node = JsonNode.Parse(entry.GetRawText())!.AsObject();
        _ = node.Remove("fields");
        string key = entry.GetProperty("platform").GetString() switch
        {
            "amd-snp" => "{\"expected_report_data\":\"00\",\"min_tcb\":{\"snp\":1},\"require_chip_id\":true,\"require_crl\":false,\"allowed_measurements\":[]}",
            "intel-dcap" => "{\"allowed_mrtd\":[],\"allow_service_td\":true,\"require_crl\":true,\"allowed_measurements\":[]}",
            "nvidia-gpu" => "{\"expected_nonce\":\"00\",\"claimed_gpu_count\":1,\"rims\":{\"driver\":\"a\"}}",
            _ => "{\"accepted_profiles\":[\"AttestedGpu\"],\"allowed_programs\":[],\"claimed_gpu_count\":1}",
        };
        node["policy"] = JsonNode.Parse(key);
        return node.ToJsonString();
    }

    private static Verdict? JudgeAll(EvidenceManifest manifest, TrustRoots roots, EvidenceFileReader read)
    {
        Verdict? last = null;
        foreach (ManifestEntry entry in manifest.Entries)
        {
            ManifestJudgement judgement = ManifestJudge.Judge(entry, roots, read);
            _ = JudgementJson.Line(judgement);
            last = judgement.Verdict;
        }

        return last;
    }
}
