using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ait.Attestation.Dcap;
using Ait.Attestation.Devices;
using Ait.Attestation.Fuzz.Mutating;
using Ait.Attestation.Manifest;
using Ait.Attestation.Nvidia;
using Ait.Attestation.SevSnp;
using Ait.Attestation.X509;

namespace Ait.Attestation.Fuzz.Formats;

/// <summary>Every format of evidence that this room reads.</summary>
internal static class FuzzFormats
{
    internal static ImmutableArray<FuzzFormat> All(Corpus corpus) =>
    [
        SnpReport(corpus), Certificate(corpus), RevocationList(corpus), DcapQuote(corpus), DcapCollateralFile(corpus), TcbInfo(corpus), QeIdentity(corpus),
        Spdm(corpus), Rim(corpus), Pem(corpus), Manifest(corpus), Device(corpus),
    ];

    private static FuzzFormat SnpReport(Corpus corpus)
    {
        List<List<Segment>> seeds = [];
        foreach (byte[] report in corpus.Files("report.bin").Where(file => file.Length == SevSnp.SnpReport.Length))
        {
            seeds.AddRange([Layouts.Report(report), Layouts.Report(report), Layouts.Response(report), Layouts.Paravisor(report)]);
        }

        SnpEvidence good = corpus.Snp();
        return new FuzzFormat(
            "snp-report",
            chance => LayoutMutator.Mutate(seeds[chance.Below(seeds.Count)], chance),
            input => SnpReportEnvelope.TryOpen(input, out _, out _),
            input => SnpVerifier.Verify(
                new SnpEvidence { Report = input, Vek = good.Vek, Ask = good.Ask, Ark = good.Ark, RevocationLists = [] }, corpus.Roots, SnpPolicy.Baseline, Corpus.Instant),
            FuzzFormat.OneOf([good.Report.ToArray()]));
    }

    private static FuzzFormat Certificate(Corpus corpus)
    {
        List<byte[]> seeds = corpus.Files(".der");
        seeds.RemoveAll(der => !X509.Certificate.TryParse(der, "seed", out _, out _));
        SnpEvidence good = corpus.Snp();
        NvidiaEvidence gpu = corpus.Gpu();
        return new FuzzFormat(
            "certificate",
            chance => DerMutator.Mutate(seeds[chance.Below(seeds.Count)], chance),
            input => X509.Certificate.TryParse(input, "input", out Certificate? certificate, out _)
                && (EndorsementCertificate.TryRead(certificate, out _, out _) | PckCertificate.TryRead(certificate, out _, out _)
                    | FirmwareIdExtension.TryRead(certificate, out _, out _) | SnpCertificates.TrySort([input, good.Ask, good.Ark], out _, out _)),
            input => Refused(
                SnpVerifier.Verify(
                    new SnpEvidence { Report = good.Report, Vek = input, Ask = good.Ask, Ark = good.Ark, RevocationLists = [] }, corpus.Roots, SnpPolicy.Baseline, Corpus.Instant),
                SnpVerifier.Verify(
                    new SnpEvidence { Report = good.Report, Vek = good.Vek, Ask = input, Ark = good.Ark, RevocationLists = [] }, corpus.Roots, SnpPolicy.Baseline, Corpus.Instant),
                NvidiaVerifier.Verify(
                    new NvidiaEvidence { Report = gpu.Report, Certificates = gpu.Certificates.SetItem(1, input) }, corpus.Roots, NvidiaPolicy.Baseline, Corpus.Instant)),
            FuzzFormat.OneOf([good.Vek.ToArray(), good.Ask.ToArray(), gpu.Certificates[1].ToArray()]));
    }

    private static FuzzFormat RevocationList(Corpus corpus)
    {
        List<byte[]> seeds =
        [
            Convert.FromHexString(corpus.CollateralText("root_ca_crl")), Convert.FromHexString(corpus.CollateralText("pck_crl")),
            Convert.FromHexString(Corpus.Parse(corpus.File("devices/tdx-v4-pck-revoked/collateral.json")).GetProperty("pck_crl").GetString()!),
            .. corpus.Files(".der").Where(der => X509.RevocationList.TryParse(der, out _, out _)),
        ];
        DcapEvidence good = new() { Quote = corpus.File("devices/tdx-v4/quote.bin"), Collateral = corpus.Collateral() };
        return new FuzzFormat(
            "revocation-list",
            chance => DerMutator.Mutate(seeds[chance.Below(seeds.Count)], chance),
            input => X509.RevocationList.TryParse(input, out _, out _) | (RevocationLists.TryRead(input, out _, out _) && false),
            input => DcapVerifier.Verify(
                new DcapEvidence { Quote = good.Quote, Collateral = good.Collateral, RevocationLists = [input] }, corpus.Roots, DcapPolicy.Baseline, Corpus.Instant),
            FuzzFormat.OneOf(seeds));
    }

    private static FuzzFormat DcapQuote(Corpus corpus)
    {
        List<List<Segment>> seeds = [.. corpus.Files("quote.bin").Select(Layouts.Quote)];
        DcapCollateral collateral = corpus.Collateral();
        return new FuzzFormat(
            "dcap-quote",
            chance => LayoutMutator.Mutate(seeds[chance.Below(seeds.Count)], chance),
            input => Dcap.DcapQuote.TryParse(input, out _, out _),
            input => DcapVerifier.Verify(new DcapEvidence { Quote = input, Collateral = collateral }, corpus.Roots, DcapPolicy.Baseline, Corpus.Instant),
            FuzzFormat.SpeltInSeveralWays);
    }

    private static FuzzFormat DcapCollateralFile(Corpus corpus)
    {
        List<List<string>> seeds = [.. corpus.Files("collateral.json").Select(TokenMutator.Json.Split)];
        byte[] quote = corpus.File("devices/tdx-v4/quote.bin");
        return new FuzzFormat(
            "dcap-collateral",
            chance => TokenMutator.Json.Mutate(seeds[chance.Below(seeds.Count)], chance),
            input => DcapCollateral.TryParse(input, out _, out _),
            input => DcapCollateral.TryParse(input, out DcapCollateral? collateral, out RefusalReason? refusal)
                ? DcapVerifier.Verify(new DcapEvidence { Quote = quote, Collateral = collateral }, corpus.Roots, DcapPolicy.Baseline, Corpus.Instant)
                : new Verdict.Refused([refusal]),
            FuzzFormat.SpeltInSeveralWays);
    }

    private static FuzzFormat TcbInfo(Corpus corpus) => SignedText(
        "tcb-info", corpus, "tcb_info", input => CollateralJson.TryReadTcbInfo(input, out _, out _));

    private static FuzzFormat QeIdentity(Corpus corpus) => SignedText(
        "qe-identity", corpus, "qe_identity", input => CollateralJson.TryReadQeIdentity(input, out _, out _));

    private static FuzzFormat SignedText(string name, Corpus corpus, string field, Func<byte[], bool> read)
    {
        List<List<string>> seeds =
        [
            .. corpus.Files("collateral.json").Select(file => TokenMutator.Json.Split(Corpus.Utf8(Corpus.Parse(file).GetProperty(field).GetString()!))),
        ];
        byte[] quote = corpus.File("devices/tdx-v4/quote.bin");
        string collateral = System.Text.Encoding.UTF8.GetString(corpus.File("devices/tdx-v4/collateral.json"));
        return new FuzzFormat(
            name,
            chance => TokenMutator.Json.Mutate(seeds[chance.Below(seeds.Count)], chance),
            read,
            input =>
            {
                JsonNode file = JsonNode.Parse(collateral)!;
                file[field] = System.Text.Encoding.UTF8.GetString(input);
                return DcapCollateral.TryParse(Corpus.Utf8(file.ToJsonString()), out DcapCollateral? parsed, out RefusalReason? refusal)
                    ? DcapVerifier.Verify(new DcapEvidence { Quote = quote, Collateral = parsed }, corpus.Roots, DcapPolicy.Baseline, Corpus.Instant)
                    : new Verdict.Refused([refusal]);
            },
            FuzzFormat.SpeltInSeveralWays);
    }

    private static FuzzFormat Spdm(Corpus corpus)
    {
        List<List<Segment>> seeds = [.. corpus.Files("evidence.bin").Where(file => SpdmEvidence.TryParse(file, out _, out _)).Select(Layouts.Spdm)];
        NvidiaEvidence good = corpus.Gpu();
        return new FuzzFormat(
            "spdm",
            chance => LayoutMutator.Mutate(seeds[chance.Below(seeds.Count)], chance),
            input => SpdmEvidence.TryParse(input, out SpdmEvidence? evidence, out _) && GpuFields.TryRead(evidence.Opaque, out _, out _),
            input => NvidiaVerifier.Verify(
                new NvidiaEvidence { Report = input, Certificates = good.Certificates, DriverReference = good.DriverReference, VbiosReference = good.VbiosReference },
                corpus.Roots, NvidiaPolicy.Baseline, Corpus.Instant),
            FuzzFormat.OneOf([good.Report.ToArray()]));
    }

    private static FuzzFormat Rim(Corpus corpus)
    {
        List<List<string>> seeds = [.. corpus.Files("driver.xml", "vbios.xml", ".swidtag", "550.144.03.xml").Select(TokenMutator.Xml.Split)];
        NvidiaEvidence good = corpus.Gpu();
        return new FuzzFormat(
            "rim",
            chance => TokenMutator.Xml.Mutate(seeds[chance.Below(seeds.Count)], chance),
            input => ReferenceManifest.TryRead(input, "input", out _, out _, out _),
            input => NvidiaVerifier.Verify(
                new NvidiaEvidence { Report = good.Report, Certificates = good.Certificates, DriverReference = input }, corpus.Roots, NvidiaPolicy.Baseline, Corpus.Instant),
            FuzzFormat.SpeltInSeveralWays);
    }

    private static FuzzFormat Pem(Corpus corpus)
    {
        List<byte[]> seeds = corpus.Files(".pem");
        NvidiaEvidence good = corpus.Gpu();
        return new FuzzFormat(
            "pem",
            chance => ByteMutator.Mutate(chance.OneIn(3) ? ByteMutator.Mutate(seeds[chance.Below(seeds.Count)], chance) : seeds[chance.Below(seeds.Count)], chance),
            input => NvidiaEvidence.TryReadCertificates(input, out _, out _) | (RevocationLists.TryRead(input, out _, out _) && false),
            input => NvidiaEvidence.TryReadCertificates(input, out ImmutableArray<ReadOnlyMemory<byte>> certificates, out RefusalReason? refusal)
                ? NvidiaVerifier.Verify(new NvidiaEvidence { Report = good.Report, Certificates = certificates }, corpus.Roots, NvidiaPolicy.Baseline, Corpus.Instant)
                : new Verdict.Refused([refusal]),
            FuzzFormat.SpeltInSeveralWays);
    }

    private static FuzzFormat Manifest(Corpus corpus)
    {
        // Whole manifests are long: each entry alone, as a manifest of its own, with a policy of every key.
        List<List<string>> seeds = [];
        foreach (byte[] manifest in corpus.Files("manifest.json"))
        {
            foreach (JsonElement entry in Corpus.Parse(manifest).GetProperty("vectors").EnumerateArray())
            {
                seeds.Add(TokenMutator.Json.Split(Corpus.Utf8($"{{\"vectors\":[{WithPolicy(entry)}]}}")));
            }
        }

        byte[] file = corpus.File("devices/manifest.json");
        return new FuzzFormat(
            "manifest",
            chance => TokenMutator.Json.Mutate(seeds[chance.Below(seeds.Count)], chance),
            input => EvidenceManifest.TryParse(input, out EvidenceManifest? manifest, out _) && JudgeAll(manifest, corpus.Roots, _ => null) is not null,
            input => EvidenceManifest.TryParse(input, out EvidenceManifest? manifest, out RefusalReason? refusal)
                ? JudgeAll(manifest, corpus.Roots, _ => file) ?? new Verdict.Refused([new RefusalReason(Refusal.ManifestMalformed, "manifest", "entries", "none")])
                : new Verdict.Refused([refusal]),
            FuzzFormat.SpeltInSeveralWays);
    }

    private static FuzzFormat Device(Corpus corpus)
    {
        // Host and GPU evidence side by side; what binds them is judged, so every input is read and few get further.
        List<Segment> report = Layouts.Report(corpus.File("devices/snp-h100/report.bin"));
        List<Segment> evidence = Layouts.Spdm(corpus.File("devices/snp-h100/evidence.bin"));
        byte[][] path = [.. Enumerable.Range(0, 5).Select(index => corpus.File($"devices/snp-h100/certificate-{index}.der"))];
        SnpEvidence good = corpus.Snp();
        NvidiaEvidence gpu = corpus.Gpu();
        DevicePolicy policy = DevicePolicy.For(new ByteString([.. Enumerable.Range(1, 32).Select(value => (byte)value)]), ProgramRule.DangerouslyAny, TrustProfile.AttestedGpu);
        DeviceEvidence Take(byte[] input)
        {
            int split = Math.Min(input.Length, SevSnp.SnpReport.Length);
            return new DeviceEvidence
            {
                Host = new HostEvidence.Amd(new SnpEvidence { Report = input.AsMemory(0, split), Vek = good.Vek, Ask = good.Ask, Ark = good.Ark, RevocationLists = [] }),
                Gpus = [new NvidiaEvidence
                {
                    Report = input.AsMemory(split), Certificates = [.. path.Select(der => (ReadOnlyMemory<byte>)der)],
                    DriverReference = gpu.DriverReference, VbiosReference = gpu.VbiosReference,
                }],
            };
        }

        return new FuzzFormat(
            "device",
            chance => LayoutMutator.Mutate([.. report, .. evidence], chance),
            input =>
            {
                DeviceEvidence taken = Take(input);
                return DeviceVerifier.ReportData(policy.Binding, taken.Gpus).Length == 64
                    && SnpReportEnvelope.TryOpen(((HostEvidence.Amd)taken.Host).Evidence.Report.Span, out _, out _)
                    && SpdmEvidence.TryParse(taken.Gpus[0].Report, out _, out _);
            },
            input => DeviceVerifier.Verify(Take(input), corpus.Roots, policy, Corpus.Instant),
            FuzzFormat.OneOf([[.. corpus.File("devices/snp-h100/report.bin"), .. corpus.File("devices/snp-h100/evidence.bin")]]));
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

    /// <summary>The first of several verdicts that is genuine, or else the last.</summary>
    private static Verdict Refused(params ReadOnlySpan<Verdict> verdicts)
    {
        Verdict answer = verdicts[^1];
        foreach (Verdict verdict in verdicts)
        {
            answer = verdict is Verdict.Genuine ? verdict : answer;
        }

        return answer;
    }
}
