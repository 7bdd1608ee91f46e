using System.Diagnostics.CodeAnalysis;
using Ait.Attestation.X509;

namespace Ait.Attestation.SevSnp;

/// <summary>VEK ← ASK ← pinned ARK: the one path shape AMD issues, verified from the root down.</summary>
internal sealed class SnpCertificatePath
{
    private const SignatureScheme Scheme = SignatureScheme.RsaPssSha384;

    private SnpCertificatePath(EndorsementCertificate vek, DateTimeOffset expiresAt)
    {
        Vek = vek;
        ExpiresAt = expiresAt;
    }

    internal EndorsementCertificate Vek { get; }

    internal DateTimeOffset ExpiresAt { get; }

    internal static bool TryVerify(
        SnpEvidence evidence,
        TrustRoots roots,
        DateTimeOffset at,
        CertificateCache? cache,
        [NotNullWhen(true)] out SnpCertificatePath? path,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        path = null;
        if (!CertificateCache.TryParse(cache, evidence.Vek, "VEK", out Certificate? leaf, out refusal)
            || !EndorsementCertificate.TryRead(leaf, out EndorsementCertificate? vek, out refusal)
            || !CertificateCache.TryParse(cache, evidence.Ask, "ASK", out Certificate? ask, out refusal)
            || !CertificateCache.TryParse(cache, evidence.Ark, "ARK", out Certificate? ark, out refusal))
        {
            return false;
        }

        refusal = CheckRoles(vek, ask, ark, roots)
            ?? CertificatePath.CheckAuthority(ark, "ARK", certificatesBelow: 1, Scheme)
            ?? CertificatePath.CheckLink(ark, "ARK", ark, "ARK", Scheme)
            ?? CertificatePath.CheckAuthority(ask, "ASK", certificatesBelow: 0, Scheme)
            ?? CertificatePath.CheckLink(ask, "ASK", ark, "ARK", Scheme)
            ?? CertificatePath.CheckLink(leaf, "VEK", ask, "ASK", Scheme)
            ?? CertificatePath.CheckValidity(ark, "ARK", at)
            ?? CertificatePath.CheckValidity(ask, "ASK", at)
            ?? CertificatePath.CheckValidity(leaf, "VEK", at);
        if (refusal is not null)
        {
            return false;
        }

        DateTimeOffset expiresAt = Earliest(leaf.NotAfter, Earliest(ask.NotAfter, ark.NotAfter));
        foreach (ReadOnlyMemory<byte> encoded in evidence.RevocationLists)
        {
            if (!CertificateCache.TryParse(cache, encoded, out RevocationList? list, out refusal))
            {
                return false;
            }

            // AMD's lists name ASK serials; every VCEK and VLEK has serial 0, so leaves cannot be listed.
            refusal = CertificatePath.CheckRevocationList(list, "CRL", ark, "ARK", Scheme, at)
                ?? CertificatePath.CheckRevoked(list, ask, "ASK")
                ?? CertificatePath.CheckRevoked(list, ark, "ARK");
            if (refusal is not null)
            {
                return false;
            }

            expiresAt = Earliest(expiresAt, list.NextUpdate);
            cache?.Keep(list);
        }

        cache?.Keep(ark);
        cache?.Keep(ask);
        cache?.Keep(leaf);
        path = new SnpCertificatePath(vek, expiresAt);
        return true;
    }

    private static RefusalReason? CheckRoles(EndorsementCertificate vek, Certificate ask, Certificate ark, TrustRoots roots)
    {
        string askName = (vek.Kind == SnpSigningKey.Vlek ? "SEV-VLEK-" : "SEV-") + vek.Product;
        if (ask.Subject.CommonName != askName)
        {
            return new RefusalReason(Refusal.ProductMismatch, "ASK", $"subject CN {askName}", ask.Subject.CommonName);
        }

        string arkName = "ARK-" + vek.Product;
        if (ark.Subject.CommonName != arkName)
        {
            return new RefusalReason(Refusal.ProductMismatch, "ARK", $"subject CN {arkName}", ark.Subject.CommonName);
        }

        return roots.Contains(vek.Product, ark.PublicKey.Fingerprint)
            ? null
            : new RefusalReason(Refusal.RootNotPinned, "ARK", $"a key pinned for {vek.Product}", $"SHA-384(SPKI) {ark.PublicKey.Fingerprint}");
    }

    private static DateTimeOffset Earliest(DateTimeOffset left, DateTimeOffset right) => left < right ? left : right;
}
