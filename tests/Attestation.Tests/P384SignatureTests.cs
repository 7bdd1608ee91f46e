using System.Security.Cryptography;
using Ait.Attestation.Nvidia;

namespace Ait.Attestation.Tests;

public sealed class P384SignatureTests
{
    private static readonly string s_folder = Path.Combine(Repository.Root, "vectors", "evidence");

    [Fact]
    public void TryOfReport_takesASnpReportApart()
    {
        Assert.True(P384Signature.TryOfReport(Read("genoa-v3/report.bin"), Read("genoa-v3/vcek.der"), out P384Signature? signature));
        AssertVerifies(signature);
        Assert.True(P384Signature.TryOfReport(Read("genoa-v3/report.bin"), Read("genoa-v3-sibling-chip/vcek.der"), out signature));
        Assert.False(Verifies(signature), "another chip's key");
    }

    [Fact]
    public void TryOfReport_takesAGpusReportApart()
    {
        var evidence = new NvidiaEvidence
        {
            Report = Read("devices/h100/evidence.bin"),
            Certificates = [.. Enumerable.Range(0, 5).Select(place => (ReadOnlyMemory<byte>)Read($"devices/h100/certificate-{place}.der"))],
        };
        Assert.True(NvidiaReport.TryRead(evidence, out NvidiaReport? report, out _));
        Assert.Equal("550.90.07", report.DriverVersion);
        Assert.Equal("96.00.9f.00.01", report.VbiosVersion);
        Assert.Equal("GH100", report.Chip);
        Assert.True(P384Signature.TryOfReport(report, evidence.Certificates[0], out P384Signature? signature));
        AssertVerifies(signature);
    }

    [Fact]
    public void TryOfCertificate_takesEachCertificateOfAGpusPathApart()
    {
        for (int place = 0; place < 5; place++)
        {
            byte[] issuer = Read($"devices/h100/certificate-{Math.Min(place + 1, 4)}.der");
            Assert.True(P384Signature.TryOfCertificate(Read($"devices/h100/certificate-{place}.der"), issuer, out P384Signature? signature));
            AssertVerifies(signature);
        }
    }

    [Fact]
    public void Try_refusesWhatIsMalformedOrOfAnotherKind()
    {
        Assert.False(P384Signature.TryOfReport(Read("genoa-v3/report.bin").AsMemory(1), Read("genoa-v3/vcek.der"), out _));
        Assert.False(P384Signature.TryOfReport(Read("genoa-v3/report.bin"), Read("genoa-v3/ask.der"), out _), "an RSA key");
        Assert.False(P384Signature.TryOfCertificate(Read("genoa-v3/vcek.der"), Read("genoa-v3/ask.der"), out _), "an RSA signature");
        Assert.False(P384Signature.TryOfCertificate(Read("genoa-v3/vcek.der"), Read("devices/h100/certificate-1.der"), out _), "an RSA signature");
        Assert.False(P384Signature.TryOfCertificate(ReadOnlyMemory<byte>.Empty, Read("devices/h100/certificate-1.der"), out _));
    }

    private static byte[] Read(string path) => File.ReadAllBytes(Path.Combine(s_folder, path));

    private static void AssertVerifies(P384Signature signature) => Assert.True(Verifies(signature));

    private static bool Verifies(P384Signature signature)
    {
        using ECDsa key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP384,
            Q = new ECPoint { X = signature.PublicKey.Span[..48].ToArray(), Y = signature.PublicKey.Span[48..].ToArray() },
        });
        return key.VerifyHash(signature.Digest.Span, signature.Signature.Span, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}
