using System.Collections.Immutable;
using Ait.Attestation;
using Ait.Attestation.Nvidia;
using Ait.Chain.Proving;

namespace Ait.Miner.Evidencing;

/// <summary>
/// Hints for the signatures of evidence, so that the contracts verify them at a fraction of the price. What cannot be taken apart
/// gets no bytes: the contract then verifies alone, and says what is wrong.
/// </summary>
internal static class SignatureHints
{
    internal static ReadOnlyMemory<byte> OfReport(ImmutableArray<byte> report, ImmutableArray<byte> vcek) =>
        P384Signature.TryOfReport(report.AsMemory(), vcek.AsMemory(), out P384Signature? signature) ? Prove(signature) : default;

    internal static ReadOnlyMemory<byte> OfReport(NvidiaReport report, ReadOnlyMemory<byte> attestationCertificate) =>
        P384Signature.TryOfReport(report, attestationCertificate, out P384Signature? signature) ? Prove(signature) : default;

    internal static ReadOnlyMemory<byte> OfCertificate(ReadOnlyMemory<byte> certificate, ReadOnlyMemory<byte> issuer) =>
        P384Signature.TryOfCertificate(certificate, issuer, out P384Signature? signature) ? Prove(signature) : default;

    /// <summary>Hints for both signatures of a quote, the first behind its length, as <c>IDcapVerifier.verify</c> takes them.</summary>
    internal static ReadOnlyMemory<byte> OfQuote(ReadOnlyMemory<byte> quote)
    {
        if (!P256Signature.TryOfQuote(quote, out P256Signature? ofQuotingEnclave, out P256Signature? ofQuote))
        {
            return default;
        }

        byte[] first = Prove(ofQuotingEnclave);
        byte[] second = Prove(ofQuote);
        byte[] hints = [(byte)(first.Length >> 8), (byte)first.Length, .. first, .. second];
        return hints;
    }

    private static byte[] Prove(P256Signature signature) =>
        P256HintProver.Prove(signature.PublicKey.Span, signature.Digest.Span, signature.Signature.Span);

    private static byte[] Prove(P384Signature signature) =>
        P384HintProver.Prove(signature.PublicKey.Span, signature.Digest.Span, signature.Signature.Span);
}
