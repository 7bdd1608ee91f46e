using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Ait.Attestation.X509;

/// <summary>An X.509 v2 certificate revocation list read strictly (RFC 5280 §5): direct, complete lists only.</summary>
internal sealed class RevocationList
{
    internal const int MaxLength = 1024 * 1024;

    private const string CrlNumberOid = "2.5.29.20";
    private const string AuthorityKeyIdentifierOid = "2.5.29.35";

    private readonly HashSet<ByteString> _revoked;
    private readonly SignatureMemory _signature = new();

    private RevocationList(HashSet<ByteString> revoked) => _revoked = revoked;

    internal required ByteString Encoded { get; init; }

    internal required ReadOnlyMemory<byte> SignedBytes { get; init; }

    internal required SignatureAlgorithm Algorithm { get; init; }

    internal required DistinguishedName Issuer { get; init; }

    internal required DateTimeOffset ThisUpdate { get; init; }

    internal required DateTimeOffset NextUpdate { get; init; }

    internal required ByteString? AuthorityKeyIdentifier { get; init; }

    internal required ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>Did this key sign it? Computed once a key.</summary>
    internal bool IsSignedBy(SubjectPublicKey key) => _signature.Verifies(
        key, this, static (key, self) => self.Algorithm.Scheme is { } scheme && key.Verifies(scheme, self.SignedBytes.Span, self.Signature));

    internal bool Revokes(ByteString serial) => _revoked.Contains(serial);

    internal static bool TryParse(
        ReadOnlyMemory<byte> der,
        [NotNullWhen(true)] out RevocationList? list,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        list = null;
        if (der.Length > MaxLength)
        {
            refusal = new RefusalReason(Refusal.RevocationListMalformed, "CRL", $"at most {MaxLength} bytes", $"{der.Length} bytes");
            return false;
        }

        try
        {
            list = Read(der);
            refusal = null;
            return true;
        }
        catch (Exception problem) when (problem is AsnContentException or CryptographicException or ArgumentException)
        {
            refusal = new RefusalReason(Refusal.RevocationListMalformed, "CRL", "a strict DER X.509 v2 CRL", problem.Message);
            return false;
        }
    }

    private static RevocationList Read(ReadOnlyMemory<byte> der)
    {
        var reader = new AsnReader(der, AsnEncodingRules.DER);
        AsnReader outer = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        ReadOnlyMemory<byte> signedBytes = outer.PeekEncodedValue();
        AsnReader body = outer.ReadSequence();
        SignatureAlgorithm algorithm = SignatureAlgorithm.Read(outer);
        ReadOnlyMemory<byte> signature = Certificate.WholeBits(outer);
        outer.ThrowIfNotEmpty();

        if (!body.TryReadInt32(out int version) || version != 1)
        {
            throw new AsnContentException("the version is not v2");
        }

        if (SignatureAlgorithm.Read(body).Encoded != algorithm.Encoded)
        {
            throw new AsnContentException("the signed and the outer signature algorithm differ");
        }

        DistinguishedName issuer = DistinguishedName.Read(body);
        DateTimeOffset thisUpdate = Certificate.Time(body);
        DateTimeOffset nextUpdate = Certificate.Time(body);
        HashSet<ByteString> revoked = body.HasData && body.PeekTag() == Asn1Tag.Sequence ? ReadEntries(body) : [];
        AsnReader wrapped = body.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true));
        body.ThrowIfNotEmpty();
        Dictionary<string, CertificateExtension> extensions = ExtensionList.Read(wrapped);
        wrapped.ThrowIfNotEmpty();
        RefuseCritical(extensions);
        return new RevocationList(revoked)
        {
            Encoded = new ByteString(der.Span),
            SignedBytes = signedBytes,
            Algorithm = algorithm,
            Issuer = issuer,
            ThisUpdate = thisUpdate,
            NextUpdate = nextUpdate,
            AuthorityKeyIdentifier = Certificate.ReadAuthorityKeyIdentifier(extensions),
            Signature = signature,
        };
    }

    private static HashSet<ByteString> ReadEntries(AsnReader body)
    {
        HashSet<ByteString> revoked = [];
        AsnReader entries = body.ReadSequence();
        while (entries.HasData)
        {
            AsnReader entry = entries.ReadSequence();
            revoked.Add(new ByteString(entry.ReadIntegerBytes().Span));
            _ = Certificate.Time(entry);
            if (entry.HasData)
            {
                RefuseCritical(ExtensionList.Read(entry));
            }

            entry.ThrowIfNotEmpty();
        }

        return revoked;
    }

    /// <summary>A critical extension (delta, indirect, partitioned lists) changes what absence from the list means.</summary>
    private static void RefuseCritical(Dictionary<string, CertificateExtension> extensions)
    {
        foreach (CertificateExtension extension in extensions.Values)
        {
            if (extension.Critical && extension.Oid is not (CrlNumberOid or AuthorityKeyIdentifierOid))
            {
                throw new AsnContentException($"critical extension {extension.Oid} is not understood");
            }
        }
    }
}
