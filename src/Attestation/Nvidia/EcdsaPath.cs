using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ait.Attestation.X509;

namespace Ait.Attestation.Nvidia;

/// <summary>A path of a fixed number of certificates, leaf first and root last, all P-384 with SHA-384.</summary>
internal static class EcdsaPath
{
    internal const SignatureScheme Scheme = SignatureScheme.EcdsaP384Sha384;

    internal static bool TryVerify(
        ImmutableArray<ReadOnlyMemory<byte>> given,
        ReadOnlySpan<string> names,
        Func<ByteString, bool> isPinned,
        DateTimeOffset at,
        CertificateCache? cache,
        out ImmutableArray<Certificate> path,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        path = [];
        ImmutableArray<Certificate>.Builder read = ImmutableArray.CreateBuilder<Certificate>(names.Length);
        if (given.Length > names.Length)
        {
            refusal = new RefusalReason(Refusal.CertificateAmbiguous, "certificates", $"{names.Length}", $"{given.Length}");
            return false;
        }

        for (int index = 0; index < given.Length; index++)
        {
            if (!CertificateCache.TryParse(cache, given[index], names[index], out Certificate? certificate, out refusal))
            {
                return false;
            }

            read.Add(certificate);
            if (index > 0 && read[index - 1].Issuer.Encoded != certificate.Subject.Encoded)
            {
                refusal = new RefusalReason(
                    Refusal.IssuerMismatch, names[index - 1], $"issuer = subject of the next ({certificate.Subject.CommonName})", read[index - 1].Issuer.CommonName);
                return false;
            }
        }

        if (read.Count < names.Length)
        {
            refusal = new RefusalReason(Refusal.CertificateMissing, names[read.Count], $"{names.Length} certificates", $"{read.Count}");
            return false;
        }

        refusal = CheckRoot(read[^1], names[^1], isPinned) ?? CheckLeaf(read[0], names[0]);
        for (int index = names.Length - 1; refusal is null && index >= 0; index--)
        {
            int issuer = Math.Min(index + 1, names.Length - 1);
            refusal = (index > 0 ? CertificatePath.CheckAuthority(read[index], names[index], index - 1, Scheme) : null)
                ?? CertificatePath.CheckLink(read[index], names[index], read[issuer], names[issuer], Scheme)
                ?? CertificatePath.CheckValidity(read[index], names[index], at);
        }

        if (refusal is not null)
        {
            return false;
        }

        path = read.ToImmutable();
        foreach (Certificate certificate in path)
        {
            cache?.Keep(certificate);
        }

        return true;
    }

    /// <summary>The earliest end of any certificate of the path.</summary>
    internal static DateTimeOffset End(ImmutableArray<Certificate> path)
    {
        DateTimeOffset end = path[0].NotAfter;
        foreach (Certificate certificate in path)
        {
            end = certificate.NotAfter < end ? certificate.NotAfter : end;
        }

        return end;
    }

    private static RefusalReason? CheckRoot(Certificate root, string name, Func<ByteString, bool> isPinned) =>
        isPinned(root.PublicKey.Fingerprint)
            ? null
            : new RefusalReason(Refusal.RootNotPinned, name, "a pinned key", $"{root.PublicKey.Fingerprint}");

    private static RefusalReason? CheckLeaf(Certificate leaf, string name)
    {
        if (!leaf.PublicKey.IsP384)
        {
            return new RefusalReason(Refusal.CertificateKey, name, "EC P-384", leaf.PublicKey.Kind);
        }

        return !leaf.IsAuthority && leaf.KeyUsage == X509KeyUsage.DigitalSignature
            ? null
            : new RefusalReason(Refusal.CertificateRole, name, "no authority, KeyUsage digitalSignature", leaf.IsAuthority ? "an authority" : $"{leaf.KeyUsage}");
    }
}
