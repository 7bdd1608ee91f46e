using System.Collections.Immutable;
using Ait.Attestation;
using Ait.Attestation.Nvidia;
using Ait.Chain.Proving;

namespace Ait.Miner.Evidencing;

/// <summary>
/// Hints for the P-384 signatures of evidence, so that the contracts verify them at a fraction of the price. What cannot be taken apart
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

    private static byte[] Prove(P384Signature signature) =>
        P384HintProver.Prove(signature.PublicKey.Span, signature.Digest.Span, signature.Signature.Span);
}
