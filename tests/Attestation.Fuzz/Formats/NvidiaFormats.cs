using System.Buffers.Binary;
using System.Collections.Immutable;
using Ait.Attestation.Fuzz.Mutating;
using Ait.Attestation.Nvidia;
using Ait.Attestation.X509;

namespace Ait.Attestation.Fuzz.Formats;

/// <summary>SPDM evidence, the opaque fields inside, reference manifests and certificates of GPUs.</summary>
internal static class NvidiaFormats
{
    internal static FuzzFormat Spdm(Corpus corpus)
    {
        ImmutableArray<byte[]> sound = [.. corpus.Files("evidence.bin").Where(file => SpdmEvidence.TryParse(file, out _, out _))];
        List<List<Segment>> seeds = [.. sound.Select(Layouts.Spdm)];
        NvidiaEvidence good = corpus.Gpu();
        return new FuzzFormat
        {
            Name = "spdm",
            Make = chance => LayoutMutator.Mutate(seeds[chance.Below(seeds.Count)], chance),
            Read = input => SpdmEvidence.TryParse(input, out SpdmEvidence? evidence, out _) && GpuFields.TryRead(evidence.Opaque, out _, out _),
            Judge = (input, cache) => NvidiaVerifier.Verify(
                new NvidiaEvidence { Report = input, Certificates = good.Certificates, DriverReference = good.DriverReference, VbiosReference = good.VbiosReference },
                corpus.Roots, NvidiaPolicy.Baseline, Corpus.Instant, cache),
            Sound = sound,
            IsExact = true,
        };
    }

    /// <summary>The opaque data alone; judged inside a report whose length field follows.</summary>
    internal static FuzzFormat Opaque(Corpus corpus)
    {
        NvidiaEvidence good = corpus.Gpu();
        byte[] report = good.Report.ToArray();
        int at = 45 + (55 * report[41]) + 32;
        int end = at + 2 + BinaryPrimitives.ReadUInt16LittleEndian(report.AsSpan(at));
        List<Segment> layout = Layouts.Fields(report.AsSpan()[(at + 2)..end]);
        return new FuzzFormat
        {
            Name = "opaque",
            Make = chance => LayoutMutator.Mutate(layout, chance),
            Read = input => OpaqueData.TryParse(input, 0, out OpaqueData? data, out _) && GpuFields.TryRead(data, out _, out _),
            Judge = (input, cache) => NvidiaVerifier.Verify(
                new NvidiaEvidence
                {
                    Report = (byte[])[.. report[..at], (byte)input.Length, (byte)(input.Length >> 8), .. input, .. report[end..]],
                    Certificates = good.Certificates,
                },
                corpus.Roots, NvidiaPolicy.Baseline, Corpus.Instant, cache),
            Sound = [report[(at + 2)..end]],
            IsExact = true,
        };
    }

    internal static FuzzFormat Rim(Corpus corpus)
    {
        ImmutableArray<byte[]> sound = [.. corpus.Files("driver.xml", "vbios.xml", ".swidtag", "550.144.03.xml")];
        List<List<string>> seeds = [.. sound.Select(TokenMutator.Xml.Split)];
        NvidiaEvidence good = corpus.Gpu();
        return new FuzzFormat
        {
            Name = "rim",
            Make = chance => TokenMutator.Xml.Mutate(seeds[chance.Below(seeds.Count)], chance),
            Read = input => ReferenceManifest.TryRead(input, "input", out _, out _, out _),
            Judge = (input, cache) => NvidiaVerifier.Verify(
                new NvidiaEvidence { Report = good.Report, Certificates = good.Certificates, DriverReference = input },
                corpus.Roots, NvidiaPolicy.Baseline, Corpus.Instant, cache),
            Sound = sound,
            IsExact = false,
        };
    }

    internal static FuzzFormat Certificates(Corpus corpus)
    {
        NvidiaEvidence good = corpus.Gpu();
        byte[][] path = [.. good.Certificates.Select(der => der.ToArray())];
        return new FuzzFormat
        {
            Name = "gpu-certificates",
            Make = chance => PemMutator.Mutate(path, chance),
            Read = input => NvidiaEvidence.TryReadCertificates(input, out ImmutableArray<ReadOnlyMemory<byte>> certificates, out _)
                && certificates.All(der => Certificate.TryParse(der, "input", out _, out _)),
            Judge = (input, cache) => NvidiaEvidence.TryReadCertificates(input, out ImmutableArray<ReadOnlyMemory<byte>> certificates, out RefusalReason? refusal)
                ? NvidiaVerifier.Verify(
                    new NvidiaEvidence { Report = good.Report, Certificates = certificates }, corpus.Roots, NvidiaPolicy.Baseline, Corpus.Instant, cache)
                : new Verdict.Refused([refusal]),
            Sound = [Corpus.Pem(path)],
            IsExact = false,
        };
    }
}
