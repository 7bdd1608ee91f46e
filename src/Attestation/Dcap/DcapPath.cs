using System.Diagnostics.CodeAnalysis;
using Ait.Attestation.X509;

namespace Ait.Attestation.Dcap;

/// <summary>PCK ← Platform or Processor CA ← pinned root, and TCB signing ← pinned root, with both revocation lists.</summary>
internal sealed class DcapPath
{
    private const SignatureScheme Scheme = SignatureScheme.EcdsaP256Sha256;

    private DcapPath(PckCertificate pck, DateTimeOffset expiresAt)
    {
        Pck = pck;
        ExpiresAt = expiresAt;
    }

    internal PckCertificate Pck { get; }

    internal DateTimeOffset ExpiresAt { get; private set; }

    internal static bool TryVerify(
        DcapQuote quote,
        DcapEvidence evidence,
        TrustRoots roots,
        DateTimeOffset at,
        CertificateCache? cache,
        [NotNullWhen(true)] out DcapPath? path,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        path = null;
        DcapCollateral collateral = evidence.Collateral;
        if (!CertificateCache.TryParse(cache, quote.Certificates[0], "PCK", out Certificate? leaf, out refusal)
            || !PckCertificate.TryRead(leaf, out PckCertificate? pck, out refusal)
            || !TryIssuer([quote.Certificates[1], quote.Certificates[2]], "PCK CA", roots, at, cache, out Issuer? authority, out refusal)
            || !TryIssuer(collateral.PckIssuerChain, "PCK CRL issuer", roots, at, cache, out Issuer? listIssuer, out refusal)
            || !CertificateCache.TryParse(cache, collateral.RootRevocationList, out RevocationList? rootList, out refusal)
            || !CertificateCache.TryParse(cache, collateral.PckRevocationList, out RevocationList? pckList, out refusal))
        {
            return false;
        }

        refusal = CheckAuthorityName(authority.Certificate)
            ?? CertificatePath.CheckAuthority(authority.Certificate, "PCK CA", certificatesBelow: 0, Scheme)
            ?? CertificatePath.CheckLink(leaf, "PCK", authority.Certificate, "PCK CA", Scheme)
            ?? CertificatePath.CheckValidity(leaf, "PCK", at)
            ?? CertificatePath.CheckAuthority(listIssuer.Certificate, "PCK CRL issuer", certificatesBelow: 0, Scheme)
            ?? CertificatePath.CheckRevocationList(rootList, "root CRL", authority.Root, "root CA", Scheme, at)
            ?? CheckSameIssuer(listIssuer.Certificate, authority.Certificate)
            ?? CertificatePath.CheckRevocationList(pckList, "PCK CRL", authority.Certificate, "PCK CA", Scheme, at)
            ?? CertificatePath.CheckRevoked(rootList, authority.Certificate, "PCK CA")
            ?? CertificatePath.CheckRevoked(rootList, listIssuer.Certificate, "PCK CRL issuer")
            ?? CertificatePath.CheckRevoked(pckList, leaf, "PCK");
        if (refusal is not null)
        {
            return false;
        }

        var verified = new DcapPath(pck, leaf.NotAfter);
        verified.Limit(authority);
        verified.Limit(listIssuer);
        verified.Limit(rootList.NextUpdate);
        verified.Limit(pckList.NextUpdate);
        List<RevocationList> rootLists = [rootList];
        foreach (ReadOnlyMemory<byte> der in evidence.RevocationLists)
        {
            if (!verified.TryFurtherList(der, leaf, authority, rootLists, at, cache, out refusal))
            {
                return false;
            }
        }

        foreach (SignedJson signed in (ReadOnlySpan<SignedJson>)[collateral.TcbInfo, collateral.QeIdentity])
        {
            if (!verified.TryVerifySigned(signed, rootLists, roots, at, cache, out refusal))
            {
                return false;
            }
        }

        cache?.Keep(leaf);
        cache?.Keep(rootList);
        cache?.Keep(pckList);
        path = verified;
        return true;
    }

    internal void Limit(DateTimeOffset end) => ExpiresAt = end < ExpiresAt ? end : ExpiresAt;

    private void Limit(Issuer issuer)
    {
        Limit(issuer.Certificate.NotAfter);
        Limit(issuer.Root.NotAfter);
    }

    private bool TryFurtherList(
        ReadOnlyMemory<byte> der,
        Certificate leaf,
        Issuer authority,
        List<RevocationList> rootLists,
        DateTimeOffset at,
        CertificateCache? cache,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        if (!CertificateCache.TryParse(cache, der, out RevocationList? list, out refusal))
        {
            return false;
        }

        bool ofRoot = list.Issuer.Encoded == authority.Root.Subject.Encoded;
        refusal = ofRoot
            ? CertificatePath.CheckRevocationList(list, "CRL", authority.Root, "root CA", Scheme, at) ?? CertificatePath.CheckRevoked(list, authority.Certificate, "PCK CA")
            : CertificatePath.CheckRevocationList(list, "CRL", authority.Certificate, "PCK CA", Scheme, at) ?? CertificatePath.CheckRevoked(list, leaf, "PCK");
        if (ofRoot)
        {
            rootLists.Add(list);
        }

        Limit(list.NextUpdate);
        return refusal is null;
    }

    private bool TryVerifySigned(
        SignedJson signed,
        List<RevocationList> rootLists,
        TrustRoots roots,
        DateTimeOffset at,
        CertificateCache? cache,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        string name = signed.Name + " issuer";
        if (!TryIssuer(signed.IssuerChain, name, roots, at, cache, out Issuer? issuer, out refusal))
        {
            return false;
        }

        refusal = issuer.Certificate.Subject.CommonName != "Intel SGX TCB Signing"
            ? new RefusalReason(Refusal.CertificateRole, name, "subject CN Intel SGX TCB Signing", issuer.Certificate.Subject.CommonName)
            : null;
        foreach (RevocationList list in rootLists)
        {
            refusal ??= CertificatePath.CheckRevoked(list, issuer.Certificate, name);
        }

        if (refusal is null && !signed.IsSignedBy(issuer.Certificate.PublicKey))
        {
            refusal = new RefusalReason(Refusal.CollateralSignature, signed.Name, "a signature by Intel SGX TCB Signing", "a signature that does not verify");
        }

        Limit(issuer);
        return refusal is null;
    }

    /// <summary>Issuer and pinned root of a two-certificate chain, both valid now.</summary>
    private static bool TryIssuer(
        IReadOnlyList<ReadOnlyMemory<byte>> chain,
        string name,
        TrustRoots roots,
        DateTimeOffset at,
        CertificateCache? cache,
        [NotNullWhen(true)] out Issuer? issuer,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        issuer = null;
        if (!CertificateCache.TryParse(cache, chain[0], name, out Certificate? certificate, out refusal)
            || !CertificateCache.TryParse(cache, chain[1], "root CA", out Certificate? root, out refusal))
        {
            return false;
        }

        refusal = (roots.ContainsIntel(root.PublicKey.Fingerprint)
                ? null
                : new RefusalReason(Refusal.RootNotPinned, "root CA", "a pinned Intel key", $"SHA-384(SPKI) {root.PublicKey.Fingerprint}"))
            ?? CertificatePath.CheckAuthority(root, "root CA", certificatesBelow: 1, Scheme)
            ?? CertificatePath.CheckLink(root, "root CA", root, "root CA", Scheme)
            ?? CertificatePath.CheckLink(certificate, name, root, "root CA", Scheme)
            ?? CertificatePath.CheckValidity(root, "root CA", at)
            ?? CertificatePath.CheckValidity(certificate, name, at);
        if (refusal is not null)
        {
            return false;
        }

        cache?.Keep(certificate);
        cache?.Keep(root);
        issuer = new Issuer(certificate, root);
        return true;
    }

    private static RefusalReason? CheckAuthorityName(Certificate authority) =>
        authority.Subject.CommonName is "Intel SGX PCK Platform CA" or "Intel SGX PCK Processor CA"
            ? null
            : new RefusalReason(Refusal.CertificateRole, "PCK CA", "subject CN Intel SGX PCK Platform CA or Processor CA", authority.Subject.CommonName);

    private static RefusalReason? CheckSameIssuer(Certificate listIssuer, Certificate authority) =>
        listIssuer.PublicKey.Fingerprint == authority.PublicKey.Fingerprint
            ? null
            : new RefusalReason(Refusal.RevocationListIssuer, "PCK CRL", authority.Subject.CommonName, listIssuer.Subject.CommonName);

    private sealed record Issuer(Certificate Certificate, Certificate Root);
}
