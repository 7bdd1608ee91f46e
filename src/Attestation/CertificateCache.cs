using System.Diagnostics.CodeAnalysis;
using Ait.Attestation.Nvidia;
using Ait.Attestation.X509;

namespace Ait.Attestation;

/// <summary>
/// Remembers certificates, revocation lists and reference manifests whose whole path was verified, so that the next evidence
/// under them costs its own signature only. It remembers what was read and which key signed it, and nothing else: pinned roots,
/// dates, revocation and policy are judged every time. A verdict is the same with a cache and without.
/// <para>Bounded: what was used longest ago gives way. Safe to share between threads, roots and policies.</para>
/// </summary>
public sealed class CertificateCache
{
    private readonly BoundedCache<Certificate> _certificates;
    private readonly BoundedCache<RevocationList> _lists;
    private readonly BoundedCache<SignedReference> _references;

    /// <summary>
    /// A cache of at most <paramref name="certificates"/> certificates (1 or more; each holds about 10 KiB) and a sixteenth as many
    /// lists and manifests. A machine has one certificate of its own, and its authorities are few.
    /// </summary>
    public CertificateCache(int certificates)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(certificates, 1);
        int others = Math.Max(16, certificates / 16);
        _certificates = new BoundedCache<Certificate>(certificates);
        _lists = new BoundedCache<RevocationList>(others);
        _references = new BoundedCache<SignedReference>(others);
    }

    /// <summary>Certificates, lists and manifests held now.</summary>
    public int Count => _certificates.Count + _lists.Count + _references.Count;

    internal static bool TryParse(
        CertificateCache? cache,
        ReadOnlyMemory<byte> der,
        string name,
        [NotNullWhen(true)] out Certificate? certificate,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        refusal = null;
        return (cache is not null && cache._certificates.TryGet(der.Span, out certificate))
            || Certificate.TryParse(Owned(cache, der), name, out certificate, out refusal);
    }

    internal static bool TryParse(
        CertificateCache? cache, ReadOnlyMemory<byte> der, [NotNullWhen(true)] out RevocationList? list, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        refusal = null;
        return (cache is not null && cache._lists.TryGet(der.Span, out list)) || RevocationList.TryParse(Owned(cache, der), out list, out refusal);
    }

    internal static bool TryRead(
        CertificateCache? cache,
        ReadOnlyMemory<byte> xml,
        string name,
        [NotNullWhen(true)] out SignedReference? reference,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        refusal = null;
        return (cache is not null && cache._references.TryGet(xml.Span, out reference)) || SignedReference.TryRead(xml, name, out reference, out refusal);
    }

    /// <summary>Only what hangs on a pinned root gets here, so that nobody fills the cache with certificates of their own.</summary>
    internal void Keep(Certificate certificate) => _certificates.Keep(certificate.Encoded, certificate);

    internal void Keep(RevocationList list) => _lists.Keep(list.Encoded, list);

    internal void Keep(ReadOnlyMemory<byte> xml, SignedReference reference) => _references.Keep(new ByteString(xml.Span), reference);

    /// <summary>What may be remembered must not change under the caller's hands.</summary>
    private static ReadOnlyMemory<byte> Owned(CertificateCache? cache, ReadOnlyMemory<byte> bytes) => cache is null ? bytes : bytes.ToArray();
}
