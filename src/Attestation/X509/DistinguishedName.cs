using System.Formats.Asn1;

namespace Ait.Attestation.X509;

/// <summary>An X.501 name: compared as the exact DER bytes, read only for its one common name.</summary>
internal sealed class DistinguishedName
{
    private const string CommonNameOid = "2.5.4.3";
    private const int MaxAttributes = 16;

    private DistinguishedName(ByteString encoded, string commonName)
    {
        Encoded = encoded;
        CommonName = commonName;
    }

    internal ByteString Encoded { get; }

    internal string CommonName { get; }

    internal static DistinguishedName Read(AsnReader reader)
    {
        ReadOnlyMemory<byte> encoded = reader.ReadEncodedValue();
        AsnReader names = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
        string? commonName = null;
        for (int count = 0; names.HasData; count++)
        {
            if (count == MaxAttributes)
            {
                throw new AsnContentException("a name has too many attributes");
            }

            AsnReader set = names.ReadSetOf();
            AsnReader attribute = set.ReadSequence();
            set.ThrowIfNotEmpty();
            string oid = attribute.ReadObjectIdentifier();
            var tag = (UniversalTagNumber)attribute.PeekTag().TagValue;
            string value = tag is UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString
                or UniversalTagNumber.IA5String
                ? attribute.ReadCharacterString(tag)
                : throw new AsnContentException($"a name attribute is a {tag}");
            attribute.ThrowIfNotEmpty();
            if (oid == CommonNameOid)
            {
                commonName = commonName is null ? value : throw new AsnContentException("a name has two common names");
            }
        }

        return new DistinguishedName(
            new ByteString(encoded.Span),
            commonName ?? throw new AsnContentException("a name has no common name"));
    }
}
