namespace Ait.Attestation.X509;

/// <summary>
/// The steps of path validation (RFC 5280 §6.1) that AMD's fixed three-certificate paths need. Each answers null or
/// the one refusal; none reads a clock or fetches anything.
/// </summary>
internal static class CertificatePath
{
    /// <summary>Is <paramref name="issuer"/> an RSA-4096 authority that may sign certificates?</summary>
    internal static RefusalReason? CheckAuthority(Certificate issuer, string name, int certificatesBelow)
    {
        if (!issuer.PublicKey.IsRsa4096)
        {
            return new RefusalReason(Refusal.CertificateKey, name, "RSA-4096", issuer.PublicKey.Kind);
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
    internal static RefusalReason? CheckLink(Certificate child, string childName, Certificate issuer, string issuerName)
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

        if (!child.Algorithm.IsPssSha384)
        {
            return new RefusalReason(
                Refusal.CertificateAlgorithm, childName, "RSASSA-PSS SHA-384 MGF1-SHA-384 salt 48 trailer 1", $"{child.Algorithm.Encoded}");
        }

        return issuer.PublicKey.VerifiesPss(child.SignedBytes.Span, child.Signature.Span)
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

    /// <summary>Issuer, signature and freshness of a revocation list by <paramref name="root"/>.</summary>
    internal static RefusalReason? CheckRevocationList(RevocationList list, Certificate root, DateTimeOffset at)
    {
        if (list.Issuer.Encoded != root.Subject.Encoded
            || (list.AuthorityKeyIdentifier is { } wanted && root.SubjectKeyIdentifier is { } identifier && wanted != identifier))
        {
            return new RefusalReason(Refusal.RevocationListIssuer, "CRL", root.Subject.CommonName, list.Issuer.CommonName);
        }

        if (root.KeyUsage is not { } usage || !usage.HasFlag(X509KeyUsage.CrlSign))
        {
            return new RefusalReason(Refusal.NotAnAuthority, "ARK", "KeyUsage cRLSign", root.KeyUsage?.ToString() ?? "no KeyUsage");
        }

        if (!list.Algorithm.IsPssSha384)
        {
            return new RefusalReason(
                Refusal.CertificateAlgorithm, "CRL", "RSASSA-PSS SHA-384 MGF1-SHA-384 salt 48 trailer 1", $"{list.Algorithm.Encoded}");
        }

        if (!root.PublicKey.VerifiesPss(list.SignedBytes.Span, list.Signature.Span))
        {
            return new RefusalReason(Refusal.RevocationListSignature, "CRL", "a signature by the ARK", "a signature that does not verify");
        }

        if (at < list.ThisUpdate)
        {
            return new RefusalReason(Refusal.RevocationListNotYetValid, "CRL", $"thisUpdate <= {at:O}", $"{list.ThisUpdate:O}");
        }

        return at > list.NextUpdate
            ? new RefusalReason(Refusal.RevocationListStale, "CRL", $"nextUpdate >= {at:O}", $"{list.NextUpdate:O}")
            : null;
    }
}
