using System.Collections.Immutable;

namespace Ait.Attestation.Fuzz.Formats;

/// <summary>Every format of evidence that this room reads.</summary>
internal static class FuzzFormats
{
    internal static ImmutableArray<FuzzFormat> All(Corpus corpus) =>
    [
        AmdFormats.Report(corpus), AmdFormats.Response(corpus), AmdFormats.Paravisor(corpus), AmdFormats.Certificates(corpus),
        X509Formats.Certificate(corpus), X509Formats.RevocationList(corpus), X509Formats.Ocsp(corpus),
        IntelFormats.Quote(corpus, 3), IntelFormats.Quote(corpus, 4), IntelFormats.Quote(corpus, 5), IntelFormats.Certificates(corpus),
        IntelFormats.Collateral(corpus), IntelFormats.TcbInfo(corpus), IntelFormats.QeIdentity(corpus),
        NvidiaFormats.Spdm(corpus), NvidiaFormats.Opaque(corpus), NvidiaFormats.Rim(corpus), NvidiaFormats.Certificates(corpus),
        DeviceFormats.Device(corpus), DeviceFormats.Manifest(corpus),
    ];

    /// <summary>The first of several verdicts that is genuine, or else the last.</summary>
    internal static Verdict First(params ReadOnlySpan<Verdict> verdicts)
    {
        foreach (Verdict verdict in verdicts)
        {
            if (verdict is Verdict.Genuine)
            {
                return verdict;
            }
        }

        return verdicts[^1];
    }
}
