namespace Ait.Attestation.X509;

/// <summary>
/// The steps of path validation (RFC 5280 §6.1) that the vendors' fixed paths need. Each answers null or the one
/// refusal; none reads a clock or fetches anything.
/// </summary>
internal static class CertificatePath
{
    /// <summary>Is <paramref name="issuer"/> an authority of the scheme that may sign certificates?</summary>
    internal static RefusalReason? CheckAuthority(Certificate issuer, string name, int certificatesBelow, SignatureScheme scheme)
    {
        (bool fits, string kind) = scheme switch
        {
            SignatureScheme.RsaPssSha384 => (issuer.PublicKey.IsRsa4096, "RSA-4096"),
            SignatureScheme.EcdsaP256Sha256 => (issuer.PublicKey.IsP256, "EC P-256"),
            _ => (issuer.PublicKey.IsP384, "EC P-384"),
        };
        if (!fits)
        {
            return new RefusalReason(Refusal.CertificateKey, name, kind, issuer.PublicKey.Kind);
        }

        if (!issuer.IsAuthority)
        {
            return new RefusalReason(Refusal.NotAnAuthority, name, "BasicConstraints cA TRUE", "not an authority");
        }

        if (issuer.KeyUsage is not { } usage || !usage.HasFlag(X509KeyUsage.KeyCertSign))
        {
            return new RefusalReason(Refusal.NotAnAuthority, name, "KeyUsage keyCertSign", issuer.KeyUsage?.ToString() ?? "no KeyUsage");
        }

        return issuer.PathLength < certificatesBelow
            ? new RefusalReason(Refusal.PathLength, name, $"at least {certificatesBelow}", $"{issuer.PathLength}")
            : null;
    }

    /// <summary>Names, key identifiers, algorithm and signature of one link.</summary>
    internal static RefusalReason? CheckLink(
        Certificate child, string childName, Certificate issuer, string issuerName, SignatureScheme scheme)
    {
        if (child.UnknownCriticalExtension is { } oid)
        {
            return new RefusalReason(Refusal.CertificateExtension, childName, "no unknown critical extension", oid);
        }

        if (child.Issuer.Encoded != issuer.Subject.Encoded)
        {
            return new RefusalReason(
                Refusal.IssuerMismatch, childName, $"issuer = subject of {issuerName} ({issuer.Subject.CommonName})", child.Issuer.CommonName);
        }

        if (child.AuthorityKeyIdentifier is { } wanted && issuer.SubjectKeyIdentifier is { } identifier && wanted != identifier)
        {
            return new RefusalReason(Refusal.KeyIdentifierMismatch, childName, $"{identifier}", $"{wanted}");
        }

        if (child.Algorithm.Scheme != scheme)
        {
            return new RefusalReason(Refusal.CertificateAlgorithm, childName, Describe(scheme), $"{child.Algorithm.Encoded}");
        }

        return child.IsSignedBy(issuer.PublicKey)
            ? null
            : new RefusalReason(Refusal.CertificateSignature, childName, $"a signature by {issuerName}", "a signature that does not verify");
    }

    /// <summary>Both ends of the validity are part of it (RFC 5280 §4.1.2.5).</summary>
    internal static RefusalReason? CheckValidity(Certificate certificate, string name, DateTimeOffset at)
    {
        if (at < certificate.NotBefore)
        {
            return new RefusalReason(Refusal.CertificateNotYetValid, name, $"notBefore <= {at:O}", $"{certificate.NotBefore:O}");
        }

        return at > certificate.NotAfter
            ? new RefusalReason(Refusal.CertificateExpired, name, $"notAfter >= {at:O}", $"{certificate.NotAfter:O}")
            : null;
    }

    /// <summary>Issuer, signature and freshness of a revocation list by <paramref name="issuer"/>.</summary>
    internal static RefusalReason? CheckRevocationList(
        RevocationList list, string name, Certificate issuer, string issuerName, SignatureScheme scheme, DateTimeOffset at)
    {
        if (list.Issuer.Encoded != issuer.Subject.Encoded
            || (list.AuthorityKeyIdentifier is { } wanted && issuer.SubjectKeyIdentifier is { } identifier && wanted != identifier))
        {
            return new RefusalReason(Refusal.RevocationListIssuer, name, issuer.Subject.CommonName, list.Issuer.CommonName);
        }

        if (issuer.KeyUsage is not { } usage || !usage.HasFlag(X509KeyUsage.CrlSign))
        {
            return new RefusalReason(Refusal.NotAnAuthority, issuerName, "KeyUsage cRLSign", issuer.KeyUsage?.ToString() ?? "no KeyUsage");
        }

        if (list.Algorithm.Scheme != scheme)
        {
            return new RefusalReason(Refusal.CertificateAlgorithm, name, Describe(scheme), $"{list.Algorithm.Encoded}");
        }

        if (!list.IsSignedBy(issuer.PublicKey))
        {
            return new RefusalReason(Refusal.RevocationListSignature, name, $"a signature by {issuerName}", "a signature that does not verify");
        }

        if (at < list.ThisUpdate)
        {
            return new RefusalReason(Refusal.RevocationListNotYetValid, name, $"thisUpdate <= {at:O}", $"{list.ThisUpdate:O}");
        }

        return at > list.NextUpdate
            ? new RefusalReason(Refusal.RevocationListStale, name, $"nextUpdate >= {at:O}", $"{list.NextUpdate:O}")
            : null;
    }

    /// <summary>A serial on the list refuses the certificate, whatever the date of revocation.</summary>
    internal static RefusalReason? CheckRevoked(RevocationList list, Certificate certificate, string name) =>
        list.Revokes(certificate.Serial)
            ? new RefusalReason(Refusal.CertificateRevoked, name, "a serial not on the CRL", $"serial 0x{certificate.Serial}")
            : null;

    private static string Describe(SignatureScheme scheme) => scheme switch
    {
        SignatureScheme.RsaPssSha384 => "RSASSA-PSS SHA-384 MGF1-SHA-384 salt 48 trailer 1",
        SignatureScheme.EcdsaP256Sha256 => "ECDSA P-256 SHA-256",
        _ => "ECDSA P-384 SHA-384",
    };
}
