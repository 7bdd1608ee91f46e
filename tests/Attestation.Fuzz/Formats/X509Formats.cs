using System.Collections.Immutable;
using Ait.Attestation.Dcap;
using Ait.Attestation.Fuzz.Mutating;
using Ait.Attestation.Nvidia;
using Ait.Attestation.SevSnp;
using Ait.Attestation.X509;

namespace Ait.Attestation.Fuzz.Formats;

/// <summary>Certificates of all vendors with their extensions, revocation lists and OCSP answers.</summary>
internal static class X509Formats
{
    internal static FuzzFormat Certificate(Corpus corpus)
    {
        List<byte[]> seeds = corpus.Files(".der");
        seeds.AddRange(corpus.PckCertificates());
        seeds.RemoveAll(der => !X509.Certificate.TryParse(der, "seed", out _, out _));
        SnpEvidence good = corpus.Snp();
        NvidiaEvidence gpu = corpus.Gpu();
        return new FuzzFormat
        {
            Name = "certificate",
            Make = chance => DerMutator.Mutate(seeds[chance.Below(seeds.Count)], chance),
            Read = input => X509.Certificate.TryParse(input, "input", out Certificate? certificate, out _)
                && (EndorsementCertificate.TryRead(certificate, out _, out _) | PckCertificate.TryRead(certificate, out _, out _)
                    | FirmwareIdExtension.TryRead(certificate, out _, out _)),
            Judge = (input, cache) => FuzzFormats.First(
                SnpVerifier.Verify(
                    new SnpEvidence { Report = good.Report, Vek = input, Ask = good.Ask, Ark = good.Ark, RevocationLists = [] },
                    corpus.Roots, SnpPolicy.Baseline, Corpus.Instant, cache),
                SnpVerifier.Verify(
                    new SnpEvidence { Report = good.Report, Vek = good.Vek, Ask = input, Ark = good.Ark, RevocationLists = [] },
                    corpus.Roots, SnpPolicy.Baseline, Corpus.Instant, cache),
                NvidiaVerifier.Verify(
                    new NvidiaEvidence { Report = gpu.Report, Certificates = gpu.Certificates.SetItem(0, input) }, corpus.Roots, NvidiaPolicy.Baseline, Corpus.Instant, cache),
                NvidiaVerifier.Verify(
                    new NvidiaEvidence { Report = gpu.Report, Certificates = gpu.Certificates.SetItem(1, input) }, corpus.Roots, NvidiaPolicy.Baseline, Corpus.Instant, cache)),
            Sound = [good.Vek.ToArray(), good.Ask.ToArray(), gpu.Certificates[0].ToArray(), gpu.Certificates[1].ToArray()],
            IsExact = true,
        };
    }

    internal static FuzzFormat RevocationList(Corpus corpus)
    {
        ImmutableArray<byte[]> seeds =
        [
            Convert.FromHexString(corpus.CollateralText("root_ca_crl")), Convert.FromHexString(corpus.CollateralText("pck_crl")),
            Convert.FromHexString(Corpus.Parse(corpus.File("devices/tdx-v4-pck-revoked/collateral.json")).GetProperty("pck_crl").GetString()!), // a text there
        ];
        byte[] quote = corpus.File("devices/tdx-v4/quote.bin");
        DcapCollateral collateral = corpus.Collateral();
        return new FuzzFormat
        {
            Name = "revocation-list",
            Make = chance => DerMutator.Mutate(seeds[chance.Below(seeds.Length)], chance),
            Read = input => X509.RevocationList.TryParse(input, out _, out _) | (RevocationLists.TryRead(input, out _, out _) && false),
            Judge = (input, cache) => DcapVerifier.Verify(
                new DcapEvidence { Quote = quote, Collateral = collateral, RevocationLists = [input] }, corpus.Roots, DcapPolicy.Baseline, Corpus.Instant, cache),
            Sound = seeds,
            IsExact = true,
        };
    }

    internal static FuzzFormat Ocsp(Corpus corpus)
    {
        ImmutableArray<byte[]> seeds = [.. new[] { "good", "revoked", "unknown", "appointed" }.Select(name => corpus.File($"ocsp/{name}.der"))];
        ImmutableArray<ReadOnlyMemory<byte>> path = [.. Enumerable.Range(0, 5).Select(index => (ReadOnlyMemory<byte>)corpus.File($"ocsp/certificate-{index}.der"))];
        EvidenceFacts facts = ((Verdict.Genuine)NvidiaVerifier.Verify(corpus.Gpu(), corpus.Roots, NvidiaPolicy.Baseline, Corpus.Instant)).Facts;
        return new FuzzFormat
        {
            Name = "ocsp",
            Make = chance => DerMutator.Mutate(seeds[chance.Below(seeds.Length)], chance),
            Read = input => OcspResponse.TryParse(input, out _, out _),
            Judge = (input, _) => GpuRevocation.TryCheck(path, 1, input, nonce: null, Corpus.Instant, out DateTimeOffset _, out RefusalReason? refusal)
                ? new Verdict.Genuine(facts)
                : new Verdict.Refused([refusal]),
            Sound = seeds,
            IsExact = true,
        };
    }
}
