using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Ait.Attestation.Nvidia;
using Ait.Attestation.SevSnp;
using Ait.Attestation.X509;

namespace Ait.Attestation;

/// <summary>
/// One ECDSA signature of a P-384 key inside evidence, taken apart: what a prover of hints needs to know. Taking it apart proves nothing.
/// </summary>
public sealed class P384Signature
{
    private const int CoordinateLength = 48;

    private P384Signature(ByteString publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        PublicKey = publicKey;
        Digest = new ByteString(SHA384.HashData(message));
        Signature = new ByteString(signature);
    }

    /// <summary>x then y, 48 bytes each, big-endian.</summary>
    public ByteString PublicKey { get; }

    /// <summary>SHA-384 of what is signed.</summary>
    public ByteString Digest { get; }

    /// <summary>r then s, 48 bytes each, big-endian.</summary>
    public ByteString Signature { get; }

    /// <summary>The signature of a SEV-SNP report under its endorsement certificate (DER); false if either is malformed.</summary>
    public static bool TryOfReport(ReadOnlyMemory<byte> report, ReadOnlyMemory<byte> endorsement, [NotNullWhen(true)] out P384Signature? signature)
    {
        signature = null;
        if (!SnpReport.TryParse(report.Span, out SnpReport? read, out _) || !TryKey(endorsement, out ByteString key))
        {
            return false;
        }

        Span<byte> pair = stackalloc byte[2 * CoordinateLength];
        read.CopySignature(pair);
        signature = new P384Signature(key, read.SignedBytes.Span, pair);
        return true;
    }

    /// <summary>The signature of a GPU's report under its attestation certificate (DER); false if the certificate is malformed.</summary>
    public static bool TryOfReport(NvidiaReport report, ReadOnlyMemory<byte> attestationCertificate, [NotNullWhen(true)] out P384Signature? signature)
    {
        ArgumentNullException.ThrowIfNull(report);
        signature = TryKey(attestationCertificate, out ByteString key) ? new P384Signature(key, report.SignedBytes.Span, report.Signature.Span) : null;
        return signature is not null;
    }

    /// <summary>The signature of a certificate under its issuer's (both DER); false if either is malformed or of another kind of key.</summary>
    public static bool TryOfCertificate(ReadOnlyMemory<byte> certificate, ReadOnlyMemory<byte> issuer, [NotNullWhen(true)] out P384Signature? signature)
    {
        signature = null;
        Span<byte> pair = stackalloc byte[2 * CoordinateLength];
        if (!Certificate.TryParse(certificate, "certificate", out Certificate? child, out _)
            || !TryKey(issuer, out ByteString key)
            || !SubjectPublicKey.TryReadEcdsa(child.Signature, pair, CoordinateLength))
        {
            return false;
        }

        signature = new P384Signature(key, child.SignedBytes.Span, pair);
        return true;
    }

    private static bool TryKey(ReadOnlyMemory<byte> certificate, out ByteString key)
    {
        key = default;
        return Certificate.TryParse(certificate, "certificate", out Certificate? read, out _) && read.PublicKey.TryReadP384(out key);
    }
}
