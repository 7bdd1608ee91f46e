using Ait.Attestation.Fuzz.Mutating;
using Ait.Attestation.SevSnp;

namespace Ait.Attestation.Fuzz.Formats;

/// <summary>SEV-SNP reports, bare and wrapped, and files of AMD's certificates.</summary>
internal static class AmdFormats
{
    internal static FuzzFormat Report(Corpus corpus) => Wrapped("snp-report", corpus, Layouts.Report, isExact: true);

    /// <summary>MSG_REPORT_RSP.</summary>
    internal static FuzzFormat Response(Corpus corpus) => Wrapped("snp-response", corpus, Layouts.Response, isExact: false);

    /// <summary>Azure HCL.</summary>
    internal static FuzzFormat Paravisor(Corpus corpus) => Wrapped("snp-hcl", corpus, Layouts.Paravisor, isExact: false);

    /// <summary>Chains as PEM, in the reader of evidence and in that of fetched collateral.</summary>
    internal static FuzzFormat Certificates(Corpus corpus)
    {
        SnpEvidence good = corpus.Snp();
        byte[][][] seeds =
        [
            [good.Vek.ToArray(), good.Ask.ToArray(), good.Ark.ToArray()], [good.Ask.ToArray(), good.Ark.ToArray()],
            [corpus.File("turin-v5/vcek.der"), corpus.File("turin-v5/ask.der"), corpus.File("turin-v5/ark.der")],
        ];
        return new FuzzFormat
        {
            Name = "snp-certificates",
            Make = chance => PemMutator.Mutate(chance.Of<byte[][]>(seeds), chance),
            Read = input => SnpCertificates.TrySort([input], out _, out _),
            Judge = (input, cache) =>
            {
                _ = SnpCollateral.TryVerifyChain(input, SnpProduct.Genoa, corpus.Roots, Corpus.Instant, out _, out _, out _, out _);
                return SnpCertificates.TrySort([input], out SnpCertificates? sorted, out RefusalReason? refusal)
                    ? SnpVerifier.Verify(
                        new SnpEvidence { Report = good.Report, Vek = sorted.Vek, Ask = sorted.Ask, Ark = sorted.Ark, RevocationLists = [] },
                        corpus.Roots, SnpPolicy.Baseline, Corpus.Instant, cache)
                    : new Verdict.Refused([refusal]);
            },
            Sound = [Corpus.Pem(seeds[0])],
            IsExact = false,
        };
    }

    private static FuzzFormat Wrapped(string name, Corpus corpus, Func<byte[], List<Segment>> wrap, bool isExact)
    {
        List<byte[]> reports = [.. corpus.Files("report.bin").Where(file => file.Length == SnpReport.Length)];
        List<List<Segment>> seeds = [.. reports.Select(wrap)];
        SnpEvidence good = corpus.Snp();
        return new FuzzFormat
        {
            Name = name,
            Make = chance => LayoutMutator.Mutate(seeds[chance.Below(seeds.Count)], chance),
            Read = input => SnpReportEnvelope.TryOpen(input, out _, out _),
            Judge = (input, cache) => SnpVerifier.Verify(
                new SnpEvidence { Report = input, Vek = good.Vek, Ask = good.Ask, Ark = good.Ark, RevocationLists = [] },
                corpus.Roots, SnpPolicy.Baseline, Corpus.Instant, cache),
            Sound = [.. reports],
            IsExact = isExact,
        };
    }
}
