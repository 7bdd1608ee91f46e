using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Ait.Attestation.X509;

/// <summary>
/// An X.509 v3 certificate read strictly (RFC 5280 §4.1): DER only, no trailing bytes, the two algorithm identifiers
/// equal, no extension twice. Reading it proves nothing: <see cref="CertificatePath"/> does.
/// </summary>
internal sealed class Certificate
{
    /// <summary>No certificate of any platform here is even half as long.</summary>
    internal const int MaxLength = 16 * 1024;

    private const string BasicConstraintsOid = "2.5.29.19";
    private const string KeyUsageOid = "2.5.29.15";
    private const string SubjectKeyIdentifierOid = "2.5.29.14";
    private const string AuthorityKeyIdentifierOid = "2.5.29.35";
    private const string DistributionPointsOid = "2.5.29.31";

    private readonly SignatureMemory _signature = new();

    private Certificate()
    {
    }

    internal required ReadOnlyMemory<byte> SignedBytes { get; init; }

    internal required ByteString Encoded { get; init; }

    internal required ByteString Serial { get; init; }

    internal required SignatureAlgorithm Algorithm { get; init; }

    internal required DistinguishedName Issuer { get; init; }

    internal required DistinguishedName Subject { get; init; }

    internal required DateTimeOffset NotBefore { get; init; }

    internal required DateTimeOffset NotAfter { get; init; }

    internal required SubjectPublicKey PublicKey { get; init; }

    internal required IReadOnlyDictionary<string, CertificateExtension> Extensions { get; init; }

    internal required ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>The cA flag of BasicConstraints; false where the extension is absent.</summary>
    internal bool IsAuthority { get; private init; }

    internal int? PathLength { get; private init; }

    /// <summary>The KeyUsage bits, null where the extension is absent.</summary>
    internal X509KeyUsage? KeyUsage { get; private init; }

    internal ByteString? SubjectKeyIdentifier { get; private init; }

    internal ByteString? AuthorityKeyIdentifier { get; private init; }

    /// <summary>A critical extension that no code here reads, or null.</summary>
    internal string? UnknownCriticalExtension { get; private init; }

    /// <summary>Did this key sign it? Computed once a key.</summary>
    internal bool IsSignedBy(SubjectPublicKey key) => _signature.Verifies(
        key, this, static (key, self) => self.Algorithm.Scheme is { } scheme && key.Verifies(scheme, self.SignedBytes.Span, self.Signature));

    internal static bool TryParse(
        ReadOnlyMemory<byte> der,
        string name,
        [NotNullWhen(true)] out Certificate? certificate,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        certificate = null;
        if (der.Length > MaxLength)
        {
            refusal = new RefusalReason(Refusal.CertificateMalformed, name, $"at most {MaxLength} bytes", $"{der.Length} bytes");
            return false;
        }

        try
        {
            certificate = Read(der);
            refusal = null;
            return true;
        }
        catch (Exception problem) when (problem is AsnContentException or CryptographicException or ArgumentException)
        {
            refusal = new RefusalReason(Refusal.CertificateMalformed, name, "a strict DER X.509 v3 certificate", problem.Message);
            return false;
        }
    }

    private static Certificate Read(ReadOnlyMemory<byte> der)
    {
        var reader = new AsnReader(der, AsnEncodingRules.DER);
        AsnReader outer = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        ReadOnlyMemory<byte> signedBytes = outer.PeekEncodedValue();
        AsnReader body = outer.ReadSequence();
        SignatureAlgorithm algorithm = SignatureAlgorithm.Read(outer);
        ReadOnlyMemory<byte> signature = WholeBits(outer);
        outer.ThrowIfNotEmpty();

        AsnReader version = body.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true));
        if (!version.TryReadInt32(out int number) || number != 2 || version.HasData)
        {
            throw new AsnContentException("the version is not v3");
        }

        ReadOnlyMemory<byte> serial = body.ReadIntegerBytes();
        if (SignatureAlgorithm.Read(body).Encoded != algorithm.Encoded)
        {
            throw new AsnContentException("the signed and the outer signature algorithm differ");
        }

        DistinguishedName issuer = DistinguishedName.Read(body);
        AsnReader validity = body.ReadSequence();
        DateTimeOffset notBefore = Time(validity);
        DateTimeOffset notAfter = Time(validity);
        validity.ThrowIfNotEmpty();
        DistinguishedName subject = DistinguishedName.Read(body);
        SubjectPublicKey key = SubjectPublicKey.Read(body);
        AsnReader wrapped = body.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 3, isConstructed: true));
        body.ThrowIfNotEmpty();
        Dictionary<string, CertificateExtension> extensions = ExtensionList.Read(wrapped);
        wrapped.ThrowIfNotEmpty();

        (bool authority, int? pathLength) = ReadBasicConstraints(extensions);
        return new Certificate
        {
            SignedBytes = signedBytes,
            Encoded = new ByteString(der.Span),
            Serial = new ByteString(serial.Span),
            Algorithm = algorithm,
            Issuer = issuer,
            Subject = subject,
            NotBefore = notBefore,
            NotAfter = notAfter,
            PublicKey = key,
            Extensions = extensions,
            Signature = signature,
            IsAuthority = authority,
            PathLength = pathLength,
            KeyUsage = ReadKeyUsage(extensions),
            SubjectKeyIdentifier = ReadSubjectKeyIdentifier(extensions),
            AuthorityKeyIdentifier = ReadAuthorityKeyIdentifier(extensions),
            UnknownCriticalExtension = FirstUnknownCritical(extensions),
        };
    }

    internal static DateTimeOffset Time(AsnReader reader) =>
        reader.PeekTag().TagValue == (int)UniversalTagNumber.GeneralizedTime
            ? reader.ReadGeneralizedTime()
            : reader.ReadUtcTime();

    internal static ReadOnlyMemory<byte> WholeBits(AsnReader reader)
    {
        byte[] bits = reader.ReadBitString(out int unused);
        return unused == 0 ? bits : throw new AsnContentException("a BIT STRING does not end on a byte");
    }

    internal static ByteString? ReadAuthorityKeyIdentifier(IReadOnlyDictionary<string, CertificateExtension> extensions)
    {
        if (!extensions.TryGetValue(AuthorityKeyIdentifierOid, out CertificateExtension? extension))
        {
            return null;
        }

        var reader = new AsnReader(extension.Value, AsnEncodingRules.DER);
        AsnReader fields = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        var tag = new Asn1Tag(TagClass.ContextSpecific, 0);
        return fields.HasData && fields.PeekTag().HasSameClassAndValue(tag)
            ? new ByteString(fields.ReadOctetString(tag))
            : null;
    }

    private static (bool Authority, int? PathLength) ReadBasicConstraints(Dictionary<string, CertificateExtension> extensions)
    {
        if (!extensions.TryGetValue(BasicConstraintsOid, out CertificateExtension? extension))
        {
            return (false, null);
        }

        var reader = new AsnReader(extension.Value, AsnEncodingRules.DER);
        AsnReader fields = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        if (!fields.HasData)
        {
            return (false, null);
        }

        if (!fields.ReadBoolean())
        {
            throw new AsnContentException("cA FALSE is spelled out");
        }

        int? length = null;
        if (fields.HasData)
        {
            length = fields.TryReadInt32(out int value) && value >= 0
                ? value
                : throw new AsnContentException("the path length constraint is not a small number");
        }

        fields.ThrowIfNotEmpty();
        return (true, length);
    }

    private static X509KeyUsage? ReadKeyUsage(Dictionary<string, CertificateExtension> extensions)
    {
        if (!extensions.TryGetValue(KeyUsageOid, out CertificateExtension? extension))
        {
            return null;
        }

        var reader = new AsnReader(extension.Value, AsnEncodingRules.DER);
        // AMD leaves a trailing zero bit in the named bit list, which DER does not: read it as plain bits.
        byte[] bits = reader.ReadBitString(out _);
        reader.ThrowIfNotEmpty();
        var usage = X509KeyUsage.None;
        for (int bit = 0; bit < Math.Min(bits.Length * 8, 9); bit++)
        {
            usage |= (bits[bit / 8] & (0x80 >> (bit % 8))) != 0 ? (X509KeyUsage)(1 << bit) : X509KeyUsage.None;
        }

        return usage;
    }

    private static ByteString? ReadSubjectKeyIdentifier(Dictionary<string, CertificateExtension> extensions)
    {
        if (!extensions.TryGetValue(SubjectKeyIdentifierOid, out CertificateExtension? extension))
        {
            return null;
        }

        var reader = new AsnReader(extension.Value, AsnEncodingRules.DER);
        byte[] identifier = reader.ReadOctetString();
        reader.ThrowIfNotEmpty();
        return new ByteString(identifier);
    }

    private static string? FirstUnknownCritical(Dictionary<string, CertificateExtension> extensions)
    {
        foreach (CertificateExtension extension in extensions.Values)
        {
            if (extension.Critical && extension.Oid is not (BasicConstraintsOid or KeyUsageOid
                or SubjectKeyIdentifierOid or AuthorityKeyIdentifierOid or DistributionPointsOid))
            {
                return extension.Oid;
            }
        }

        return null;
    }
}
