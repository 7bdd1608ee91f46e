using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Ait.Attestation;
using Ait.Attestation.Dcap;
using Ait.Attestation.Nvidia;
using Ait.Attestation.SevSnp;

namespace Ait.Coordinator.Fetching;

/// <summary>Makes items out of content that verifies under the pinned roots and is what its key says; nothing else is kept or used.</summary>
internal sealed class CollateralVerifier
{
    private readonly TrustRoots _roots;

    internal CollateralVerifier(TrustRoots roots) => _roots = roots;

    /// <param name="key">What it must be.</param>
    /// <param name="content">What was answered.</param>
    /// <param name="fetchedAt">When.</param>
    /// <param name="at">The instant it must hold at.</param>
    /// <param name="nonce">The nonce an OCSP answer must carry; null for one kept since.</param>
    /// <param name="item">The verified item.</param>
    /// <param name="refusal">Why there is none.</param>
    internal bool TryVerify(
        CollateralKey key,
        CollateralContent content,
        DateTimeOffset fetchedAt,
        DateTimeOffset at,
        ByteString? nonce,
        [NotNullWhen(true)] out CollateralItem? item,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        item = null;
        (string Subject, DateTimeOffset End)? facts = Verify(key, content, at, nonce, out refusal);
        if (facts is not { } found)
        {
            refusal ??= new RefusalReason(Refusal.CollateralMalformed, key.Text, "content of this kind", "something else");
            return false;
        }

        item = new CollateralItem(key, content, found.Subject, fetchedAt, found.End);
        refusal = null;
        return true;
    }

    private (string Subject, DateTimeOffset End)? Verify(CollateralKey key, CollateralContent content, DateTimeOffset at, ByteString? nonce, out RefusalReason? refusal)
    {
        CollateralFacts? facts;
        switch (key.Kind)
        {
            case CollateralKind.AmdChain:
                SnpCollateral.TryVerifyChain(content.Body, key.Product, _roots, at, out _, out _, out facts, out refusal);
                break;
            case CollateralKind.AmdVcek:
                SnpCollateral.TryVerifyVcek(content.Body, content.Companion, key.Product, key.HardwareId, key.Tcb, _roots, at, out facts, out refusal);
                break;
            case CollateralKind.AmdRevocation:
                SnpCollateral.TryVerifyRevocationList(content.Body, content.Companion, key.Product, _roots, at, out facts, out refusal);
                break;
            case CollateralKind.IntelTcbInfo:
                facts = VerifyTcbInfo(key, content, at, out refusal);
                break;
            case CollateralKind.IntelQeIdentity:
                facts = VerifyQeIdentity(key, content, at, out refusal);
                break;
            case CollateralKind.IntelPckRevocation:
                IntelCollateral.TryVerifyPckRevocationList(content.Body, content.Companion, key.ByPlatformAuthority, _roots, at, out facts, out refusal);
                break;
            case CollateralKind.IntelRootRevocation:
                IntelCollateral.TryVerifyRootRevocationList(content.Body, content.Companion, _roots, at, out facts, out refusal);
                break;
            case CollateralKind.NvidiaManifest:
                NvidiaCollateral.TryVerifyManifest(content.Body, key.ManifestVersion, _roots, at, out facts, out refusal);
                break;
            default:
                return VerifyAnswer(key, content, at, nonce, out refusal);
        }

        return facts is null ? null : (facts.Subject, facts.ExpiresAt);
    }

    private CollateralFacts? VerifyTcbInfo(CollateralKey key, CollateralContent content, DateTimeOffset at, out RefusalReason? refusal)
    {
        refusal = null;
        CollateralFacts? facts = null;
        return SignedAnswer.TryRead(content.Body, "tcbInfo", out SignedAnswer? answer)
            && IntelCollateral.TryVerifyTcbInfo(answer.Text, answer.Signature, content.Companion, key.Tee, key.Fmspc, _roots, at, out facts, out refusal)
                ? facts
                : null;
    }

    private CollateralFacts? VerifyQeIdentity(CollateralKey key, CollateralContent content, DateTimeOffset at, out RefusalReason? refusal)
    {
        refusal = null;
        CollateralFacts? facts = null;
        return SignedAnswer.TryRead(content.Body, "enclaveIdentity", out SignedAnswer? answer)
            && IntelCollateral.TryVerifyQeIdentity(answer.Text, answer.Signature, content.Companion, key.Tee, _roots, at, out facts, out refusal)
                ? facts
                : null;
    }

    private (string Subject, DateTimeOffset End)? VerifyAnswer(CollateralKey key, CollateralContent content, DateTimeOffset at, ByteString? nonce, out RefusalReason? refusal)
    {
        if (!NvidiaEvidence.TryReadCertificates(content.Companion, out ImmutableArray<ReadOnlyMemory<byte>> path, out refusal)
            || !NvidiaCollateral.TryVerifyPath(path, _roots, at, out refusal))
        {
            return null;
        }

        if (DigestOf(path) != key.PathDigest)
        {
            refusal = new RefusalReason(Refusal.RevocationAnswerMismatch, key.Text, key.PathDigest, DigestOf(path));
            return null;
        }

        return GpuRevocation.TryCheck(path, key.PathIndex, content.Body, nonce, at, out DateTimeOffset next, out refusal)
            ? ($"OCSP answer about certificate {key.PathIndex} of GPU path {key.PathDigest[..16]}…", next)
            : null;
    }

    /// <summary>Names a certificate path: SHA-256 over its certificates, one after the other.</summary>
    internal static string DigestOf(ImmutableArray<ReadOnlyMemory<byte>> path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ReadOnlyMemory<byte> certificate in path)
        {
            hash.AppendData(certificate.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
