using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ait.Attestation.X509;

namespace Ait.Attestation.Nvidia;

/// <summary>
/// OCSP about the certificates between a GPU's attestation key and its root: the device, its provisioner and the identity
/// of the chip. NVIDIA answers for those three; the attestation certificate changes with firmware and is not covered.
/// </summary>
public static class GpuRevocation
{
    /// <summary>Indices of the certificates asked about, in a path with the attestation certificate first.</summary>
    public static ImmutableArray<int> Covered { get; } = [1, 2, 3];

    private static readonly string[] s_names = ["attestation certificate", "device certificate", "provisioner CA", "identity CA", "device root CA"];

    /// <summary>The DER request about one certificate of a path.</summary>
    public static bool TryBuild(
        ImmutableArray<ReadOnlyMemory<byte>> certificates,
        int index,
        ReadOnlySpan<byte> nonce,
        [NotNullWhen(true)] out byte[]? request,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        request = null;
        if (!TryRead(certificates, index, out Certificate? certificate, out Certificate? issuer, out refusal))
        {
            return false;
        }

        request = OcspRequest.Encode(OcspCertificateId.Of(certificate, issuer), nonce);
        return true;
    }

    /// <summary>
    /// What an answer says about one certificate of a path, which must have been verified up to a pinned root before: when
    /// the answer has to be renewed, or why it does not count.
    /// </summary>
    /// <param name="certificates">The path, attestation certificate first, DER.</param>
    /// <param name="index">Which of them.</param>
    /// <param name="answer">The DER answer.</param>
    /// <param name="nonce">The nonce asked with; null for an answer kept since its nonce was checked.</param>
    /// <param name="at">The instant asked about.</param>
    /// <param name="nextUpdate">Until when the answer holds.</param>
    /// <param name="refusal">Why it does not count.</param>
    public static bool TryCheck(
        ImmutableArray<ReadOnlyMemory<byte>> certificates,
        int index,
        ReadOnlyMemory<byte> answer,
        ByteString? nonce,
        DateTimeOffset at,
        out DateTimeOffset nextUpdate,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        nextUpdate = default;
        if (!TryRead(certificates, index, out Certificate? certificate, out Certificate? issuer, out refusal)
            || !OcspResponse.TryParse(answer, out OcspResponse? response, out refusal))
        {
            return false;
        }

        refusal = response.Check(certificate, issuer, s_names[index], nonce, at);
        nextUpdate = response.NextUpdate;
        return refusal is null;
    }

    private static bool TryRead(
        ImmutableArray<ReadOnlyMemory<byte>> certificates,
        int index,
        [NotNullWhen(true)] out Certificate? certificate,
        [NotNullWhen(true)] out Certificate? issuer,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        certificate = null;
        issuer = null;
        if (certificates.Length != s_names.Length || !Covered.Contains(index))
        {
            refusal = new RefusalReason(Refusal.CertificateMissing, "certificates", $"{s_names.Length} and an index of 1 to 3", $"{certificates.Length} and {index}");
            return false;
        }

        return Certificate.TryParse(certificates[index], s_names[index], out certificate, out refusal)
            && Certificate.TryParse(certificates[index + 1], s_names[index + 1], out issuer, out refusal);
    }
}
