using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ait.Attestation.X509;

namespace Ait.Attestation.SevSnp;

/// <summary>Verifies what AMD's key distribution service hands out, piece by piece and before it is kept.</summary>
public static class SnpCollateral
{
    private const SignatureScheme Scheme = SignatureScheme.RsaPssSha384;

    /// <summary>Whose vendor files belong to a report: by the processor it names, else by its certificate; null if neither tells. Read, not verified.</summary>
    public static SnpProduct? ProductOf(SnpReport report, ReadOnlyMemory<byte> vek)
    {
        ArgumentNullException.ThrowIfNull(report);
        return report.NamesProcessor ? SnpProducts.FromProcessor(report.ProcessorFamily, report.ProcessorModel)
            : Certificate.TryParse(vek, "VEK", out Certificate? leaf, out _) && EndorsementCertificate.TryRead(leaf, out EndorsementCertificate? endorsement, out _) ? endorsement.Product
            : null;
    }

    /// <summary>ASK (or ASVK) and ARK of a product, in either order, DER or PEM.</summary>
    public static bool TryVerifyChain(
        ReadOnlyMemory<byte> file,
        SnpProduct product,
        TrustRoots roots,
        DateTimeOffset at,
        out ReadOnlyMemory<byte> ask,
        out ReadOnlyMemory<byte> ark,
        [NotNullWhen(true)] out CollateralFacts? facts,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        ArgumentNullException.ThrowIfNull(roots);
        (ask, ark, facts) = (default, default, null);
        if (!SnpCertificates.TryReadFile(file, "certificate chain", out ImmutableArray<ReadOnlyMemory<byte>> found, out refusal))
        {
            return false;
        }

        Certificate? intermediate = null;
        Certificate? root = null;
        foreach (ReadOnlyMemory<byte> der in found)
        {
            if (!Certificate.TryParse(der, "certificate chain", out Certificate? certificate, out refusal))
            {
                return false;
            }

            ref Certificate? place = ref root;
            if (!certificate.Subject.CommonName.StartsWith("ARK-", StringComparison.Ordinal))
            {
                place = ref intermediate;
            }

            if (place is not null)
            {
                refusal = new RefusalReason(Refusal.CertificateAmbiguous, "certificate chain", "one ASK and one ARK", certificate.Subject.CommonName);
                return false;
            }

            place = certificate;
        }

        if (intermediate is null || root is null)
        {
            refusal = new RefusalReason(Refusal.CertificateMissing, "certificate chain", "one ASK and one ARK", $"{found.Length} certificates");
            return false;
        }

        refusal = CheckNames(intermediate, root, product) ?? CheckChain(intermediate, root, product, roots, at);
        if (refusal is not null)
        {
            return false;
        }

        (ask, ark) = (intermediate.Encoded.Span.ToArray(), root.Encoded.Span.ToArray());
        facts = new CollateralFacts($"{intermediate.Subject.CommonName} by {root.Subject.CommonName}", Earliest(intermediate.NotAfter, root.NotAfter));
        return true;
    }

    /// <summary>A VCEK under a verified chain, of exactly this chip and patch level.</summary>
    /// <param name="vcek">DER.</param>
    /// <param name="chain">ASK and ARK, DER or PEM.</param>
    /// <param name="product">The product expected.</param>
    /// <param name="hardwareId">The chip asked for: 64 bytes, 8 on Turin.</param>
    /// <param name="tcb">The patch level asked for, as the report packs it.</param>
    /// <param name="roots">What is pinned.</param>
    /// <param name="at">The instant asked about.</param>
    /// <param name="facts">What it says.</param>
    /// <param name="refusal">Why it does not count.</param>
    public static bool TryVerifyVcek(
        ReadOnlyMemory<byte> vcek,
        ReadOnlyMemory<byte> chain,
        SnpProduct product,
        ByteString hardwareId,
        TcbVersion tcb,
        TrustRoots roots,
        DateTimeOffset at,
        [NotNullWhen(true)] out CollateralFacts? facts,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        facts = null;
        if (!TryVerifyChain(chain, product, roots, at, out ReadOnlyMemory<byte> ask, out _, out CollateralFacts? above, out refusal)
            || !Certificate.TryParse(ask, "ASK", out Certificate? issuer, out refusal)
            || !Certificate.TryParse(vcek, "VCEK", out Certificate? leaf, out refusal)
            || !EndorsementCertificate.TryRead(leaf, out EndorsementCertificate? endorsement, out refusal))
        {
            return false;
        }

        refusal = CertificatePath.CheckLink(leaf, "VCEK", issuer, "ASK", Scheme)
            ?? CertificatePath.CheckValidity(leaf, "VCEK", at)
            ?? (endorsement.Product == product ? null : new RefusalReason(Refusal.ProductMismatch, "VCEK", $"{product}", $"{endorsement.Product}"))
            ?? (endorsement.HardwareId == hardwareId ? null : new RefusalReason(Refusal.ChipIdMismatch, "VCEK", $"{hardwareId}", endorsement.HardwareId?.ToString() ?? "none"))
            ?? (endorsement.Tcb == tcb ? null : new RefusalReason(Refusal.TcbMismatch, "VCEK", $"{tcb}", $"{endorsement.Tcb}"));
        if (refusal is not null)
        {
            return false;
        }

        facts = new CollateralFacts($"VCEK of {product} chip {hardwareId}", Earliest(leaf.NotAfter, above.ExpiresAt));
        return true;
    }

    /// <summary>A revocation list of the product's ARK that does not name the chain's ASK.</summary>
    public static bool TryVerifyRevocationList(
        ReadOnlyMemory<byte> list,
        ReadOnlyMemory<byte> chain,
        SnpProduct product,
        TrustRoots roots,
        DateTimeOffset at,
        [NotNullWhen(true)] out CollateralFacts? facts,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        facts = null;
        if (!TryVerifyChain(chain, product, roots, at, out ReadOnlyMemory<byte> ask, out ReadOnlyMemory<byte> ark, out _, out refusal)
            || !Certificate.TryParse(ask, "ASK", out Certificate? intermediate, out refusal)
            || !Certificate.TryParse(ark, "ARK", out Certificate? root, out refusal)
            || !RevocationList.TryParse(list, out RevocationList? read, out refusal))
        {
            return false;
        }

        refusal = CertificatePath.CheckRevocationList(read, "CRL", root, "ARK", Scheme, at) ?? CertificatePath.CheckRevoked(read, intermediate, "ASK");
        facts = refusal is null ? new CollateralFacts($"revocation list of {root.Subject.CommonName}", read.NextUpdate) : null;
        return facts is not null;
    }

    private static RefusalReason? CheckNames(Certificate ask, Certificate ark, SnpProduct product) =>
        ask.Subject.CommonName != $"SEV-{product}" && ask.Subject.CommonName != $"SEV-VLEK-{product}"
            ? new RefusalReason(Refusal.ProductMismatch, "ASK", $"subject CN SEV-{product} or SEV-VLEK-{product}", ask.Subject.CommonName)
            : ark.Subject.CommonName != $"ARK-{product}"
                ? new RefusalReason(Refusal.ProductMismatch, "ARK", $"subject CN ARK-{product}", ark.Subject.CommonName)
                : null;

    private static RefusalReason? CheckChain(Certificate ask, Certificate ark, SnpProduct product, TrustRoots roots, DateTimeOffset at) =>
        (roots.Contains(product, ark.PublicKey.Fingerprint)
            ? null
            : new RefusalReason(Refusal.RootNotPinned, "ARK", $"a key pinned for {product}", $"SHA-384(SPKI) {ark.PublicKey.Fingerprint}"))
        ?? CertificatePath.CheckAuthority(ark, "ARK", certificatesBelow: 1, Scheme)
        ?? CertificatePath.CheckLink(ark, "ARK", ark, "ARK", Scheme)
        ?? CertificatePath.CheckAuthority(ask, "ASK", certificatesBelow: 0, Scheme)
        ?? CertificatePath.CheckLink(ask, "ASK", ark, "ARK", Scheme)
        ?? CertificatePath.CheckValidity(ark, "ARK", at)
        ?? CertificatePath.CheckValidity(ask, "ASK", at);

    private static DateTimeOffset Earliest(DateTimeOffset left, DateTimeOffset right) => left < right ? left : right;
}
