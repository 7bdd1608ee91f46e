using System.Diagnostics.CodeAnalysis;
using Ait.Attestation.X509;

namespace Ait.Attestation.Dcap;

/// <summary>Verifies what Intel's provisioning certification service hands out, piece by piece and before it is kept.</summary>
public static class IntelCollateral
{
    private const SignatureScheme Scheme = SignatureScheme.EcdsaP256Sha256;

    /// <summary>TCB info of one processor family.</summary>
    /// <param name="json">The exact bytes of the signed object.</param>
    /// <param name="signature">r‖s.</param>
    /// <param name="issuerChain">TCB signing and root, PEM.</param>
    /// <param name="tee">Whose levels they must be.</param>
    /// <param name="fmspc">The family expected.</param>
    /// <param name="roots">What is pinned.</param>
    /// <param name="at">The instant asked about.</param>
    /// <param name="facts">What it says.</param>
    /// <param name="refusal">Why it does not count.</param>
    public static bool TryVerifyTcbInfo(
        ReadOnlyMemory<byte> json,
        ReadOnlyMemory<byte> signature,
        ReadOnlyMemory<byte> issuerChain,
        DcapTee tee,
        ByteString fmspc,
        TrustRoots roots,
        DateTimeOffset at,
        [NotNullWhen(true)] out CollateralFacts? facts,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        facts = null;
        if (!TryVerifySigned(json, signature, issuerChain, "tcb_info", roots, at, out DateTimeOffset end, out refusal)
            || !CollateralJson.TryReadTcbInfo(json, out TcbInfo? info, out refusal))
        {
            return false;
        }

        string id = tee == DcapTee.Tdx ? "TDX" : "SGX";
        refusal = CheckDates("tcb_info", info.IssueDate, info.NextUpdate, at)
            ?? (info.Id == id ? null : new RefusalReason(Refusal.CollateralMismatch, "tcb_info id", id, info.Id))
            ?? (info.Fmspc == fmspc ? null : new RefusalReason(Refusal.CollateralMismatch, "tcb_info fmspc", $"{fmspc}", $"{info.Fmspc}"));
        facts = refusal is null ? new CollateralFacts($"{id} TCB info of {fmspc}, evaluation {info.EvaluationNumber}", Earliest(end, info.NextUpdate)) : null;
        return facts is not null;
    }

    /// <summary>Identity of the quoting enclave of one TEE; parameters as in <see cref="TryVerifyTcbInfo"/>.</summary>
    public static bool TryVerifyQeIdentity(
        ReadOnlyMemory<byte> json,
        ReadOnlyMemory<byte> signature,
        ReadOnlyMemory<byte> issuerChain,
        DcapTee tee,
        TrustRoots roots,
        DateTimeOffset at,
        [NotNullWhen(true)] out CollateralFacts? facts,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        facts = null;
        if (!TryVerifySigned(json, signature, issuerChain, "qe_identity", roots, at, out DateTimeOffset end, out refusal)
            || !CollateralJson.TryReadQeIdentity(json, out QeIdentity? identity, out refusal))
        {
            return false;
        }

        string id = tee == DcapTee.Tdx ? "TD_QE" : "QE";
        refusal = CheckDates("qe_identity", identity.IssueDate, identity.NextUpdate, at)
            ?? (identity.Id == id ? null : new RefusalReason(Refusal.CollateralMismatch, "qe_identity id", id, identity.Id));
        facts = refusal is null ? new CollateralFacts($"{id} identity, evaluation {identity.EvaluationNumber}", Earliest(end, identity.NextUpdate)) : null;
        return facts is not null;
    }

    /// <summary>The revocation list of a PCK authority.</summary>
    /// <param name="list">DER.</param>
    /// <param name="issuerChain">The authority and the root, PEM.</param>
    /// <param name="platform">True for the Platform CA, false for the Processor CA.</param>
    /// <param name="roots">What is pinned.</param>
    /// <param name="at">The instant asked about.</param>
    /// <param name="facts">What it says.</param>
    /// <param name="refusal">Why it does not count.</param>
    public static bool TryVerifyPckRevocationList(
        ReadOnlyMemory<byte> list,
        ReadOnlyMemory<byte> issuerChain,
        bool platform,
        TrustRoots roots,
        DateTimeOffset at,
        [NotNullWhen(true)] out CollateralFacts? facts,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        facts = null;
        if (!TryReadChain(issuerChain, "PCK CA", roots, at, out Certificate? authority, out _, out refusal)
            || !RevocationList.TryParse(list, out RevocationList? read, out refusal))
        {
            return false;
        }

        string name = platform ? "Intel SGX PCK Platform CA" : "Intel SGX PCK Processor CA";
        refusal = (authority.Subject.CommonName == name ? null : new RefusalReason(Refusal.CertificateRole, "PCK CA", $"subject CN {name}", authority.Subject.CommonName))
            ?? CertificatePath.CheckAuthority(authority, "PCK CA", certificatesBelow: 0, Scheme)
            ?? CertificatePath.CheckRevocationList(read, "PCK CRL", authority, "PCK CA", Scheme, at);
        facts = refusal is null ? new CollateralFacts($"revocation list of {name}", Earliest(read.NextUpdate, authority.NotAfter)) : null;
        return facts is not null;
    }

    /// <summary>The revocation list of the root, under the root of any verified issuer chain.</summary>
    public static bool TryVerifyRootRevocationList(
        ReadOnlyMemory<byte> list,
        ReadOnlyMemory<byte> issuerChain,
        TrustRoots roots,
        DateTimeOffset at,
        [NotNullWhen(true)] out CollateralFacts? facts,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        facts = null;
        if (!TryReadChain(issuerChain, "issuer", roots, at, out _, out Certificate? root, out refusal)
            || !RevocationList.TryParse(list, out RevocationList? read, out refusal))
        {
            return false;
        }

        refusal = CertificatePath.CheckRevocationList(read, "root CRL", root, "root CA", Scheme, at);
        facts = refusal is null ? new CollateralFacts($"revocation list of {root.Subject.CommonName}", read.NextUpdate) : null;
        return facts is not null;
    }

    private static bool TryVerifySigned(
        ReadOnlyMemory<byte> json,
        ReadOnlyMemory<byte> signature,
        ReadOnlyMemory<byte> issuerChain,
        string name,
        TrustRoots roots,
        DateTimeOffset at,
        out DateTimeOffset end,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        end = default;
        if (!TryReadChain(issuerChain, name + " issuer", roots, at, out Certificate? issuer, out Certificate? root, out refusal))
        {
            return false;
        }

        refusal = issuer.Subject.CommonName != "Intel SGX TCB Signing"
            ? new RefusalReason(Refusal.CertificateRole, name + " issuer", "subject CN Intel SGX TCB Signing", issuer.Subject.CommonName)
            : issuer.PublicKey.VerifiesEcdsa(json.Span, signature.Span)
                ? null
                : new RefusalReason(Refusal.CollateralSignature, name, "a signature by Intel SGX TCB Signing", "a signature that does not verify");
        end = Earliest(issuer.NotAfter, root.NotAfter);
        return refusal is null;
    }

    private static bool TryReadChain(
        ReadOnlyMemory<byte> pem,
        string name,
        TrustRoots roots,
        DateTimeOffset at,
        [NotNullWhen(true)] out Certificate? issuer,
        [NotNullWhen(true)] out Certificate? root,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        ArgumentNullException.ThrowIfNull(roots);
        issuer = null;
        root = null;
        if (!PemReader.TryRead(pem, "CERTIFICATE", out List<ReadOnlyMemory<byte>>? chain) || chain.Count != 2)
        {
            refusal = new RefusalReason(Refusal.CollateralMalformed, name, "PEM of an issuer and the root", "something else");
            return false;
        }

        if (!Certificate.TryParse(chain[0], name, out issuer, out refusal) || !Certificate.TryParse(chain[1], "root CA", out root, out refusal))
        {
            return false;
        }

        refusal = (roots.ContainsIntel(root.PublicKey.Fingerprint)
                ? null
                : new RefusalReason(Refusal.RootNotPinned, "root CA", "a pinned Intel key", $"SHA-384(SPKI) {root.PublicKey.Fingerprint}"))
            ?? CertificatePath.CheckAuthority(root, "root CA", certificatesBelow: 1, Scheme)
            ?? CertificatePath.CheckLink(root, "root CA", root, "root CA", Scheme)
            ?? CertificatePath.CheckLink(issuer, name, root, "root CA", Scheme)
            ?? CertificatePath.CheckValidity(root, "root CA", at)
            ?? CertificatePath.CheckValidity(issuer, name, at);
        return refusal is null;
    }

    private static RefusalReason? CheckDates(string name, DateTimeOffset issued, DateTimeOffset next, DateTimeOffset at) =>
        at < issued ? new RefusalReason(Refusal.CollateralNotYetValid, name, $"issueDate <= {at:O}", $"{issued:O}")
        : at > next ? new RefusalReason(Refusal.CollateralStale, name, $"nextUpdate >= {at:O}", $"{next:O}")
        : null;

    private static DateTimeOffset Earliest(DateTimeOffset left, DateTimeOffset right) => left < right ? left : right;
}
