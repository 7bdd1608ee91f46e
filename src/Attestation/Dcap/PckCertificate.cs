using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using Ait.Attestation.X509;

namespace Ait.Attestation.Dcap;

/// <summary>A PCK certificate with Intel's SGX extension read: which processor, at which levels.</summary>
internal sealed class PckCertificate
{
    private const string ExtensionOid = "1.2.840.113741.1.13.1";
    private const int ComponentCount = 16;

    private PckCertificate()
    {
    }

    internal required Certificate Certificate { get; init; }

    /// <summary>Platform provisioning id: one machine.</summary>
    internal required ByteString Ppid { get; init; }

    internal required ByteString Fmspc { get; init; }

    internal required ByteString PceId { get; init; }

    internal required IReadOnlyList<int> Components { get; init; }

    internal required int PceSvn { get; init; }

    internal static bool TryRead(
        Certificate certificate,
        [NotNullWhen(true)] out PckCertificate? pck,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        pck = null;
        if (certificate.Subject.CommonName != "Intel SGX PCK Certificate" || certificate.IsAuthority)
        {
            refusal = new RefusalReason(Refusal.CertificateRole, "PCK", "subject CN Intel SGX PCK Certificate, no authority", certificate.Subject.CommonName);
            return false;
        }

        if (!certificate.PublicKey.IsP256)
        {
            refusal = new RefusalReason(Refusal.CertificateKey, "PCK", "EC P-256", certificate.PublicKey.Kind);
            return false;
        }

        try
        {
            pck = Read(certificate);
            refusal = null;
            return true;
        }
        catch (AsnContentException problem)
        {
            refusal = new RefusalReason(Refusal.EndorsementExtensions, "PCK", "Intel's SGX extension", problem.Message);
            return false;
        }
    }

    private static PckCertificate Read(Certificate certificate)
    {
        if (!certificate.Extensions.TryGetValue(ExtensionOid, out CertificateExtension? extension))
        {
            throw new AsnContentException("the extension is missing");
        }

        Dictionary<string, ReadOnlyMemory<byte>> fields = ReadPairs(extension.Value);
        Dictionary<string, ReadOnlyMemory<byte>> levels = ReadPairs(Field(fields, ".2"));
        var components = new int[ComponentCount];
        for (int index = 0; index < ComponentCount; index++)
        {
            components[index] = Integer(Field(levels, $".2.{index + 1}"), byte.MaxValue);
        }

        return new PckCertificate
        {
            Certificate = certificate,
            Ppid = Octets(Field(fields, ".1"), 16),
            PceId = Octets(Field(fields, ".3"), 2),
            Fmspc = Octets(Field(fields, ".4"), 6),
            Components = components,
            PceSvn = Integer(Field(levels, ".2.17"), ushort.MaxValue),
        };
    }

    private static Dictionary<string, ReadOnlyMemory<byte>> ReadPairs(ReadOnlyMemory<byte> encoded)
    {
        var found = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        var reader = new AsnReader(encoded, AsnEncodingRules.DER);
        AsnReader list = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        while (list.HasData)
        {
            AsnReader pair = list.ReadSequence();
            string oid = pair.ReadObjectIdentifier();
            if (!found.TryAdd(oid, pair.ReadEncodedValue()))
            {
                throw new AsnContentException($"{oid} occurs twice");
            }

            pair.ThrowIfNotEmpty();
        }

        return found;
    }

    private static ReadOnlyMemory<byte> Field(Dictionary<string, ReadOnlyMemory<byte>> fields, string suffix) =>
        fields.TryGetValue(ExtensionOid + suffix, out ReadOnlyMemory<byte> value) ? value : throw new AsnContentException($"field {suffix} is missing");

    private static int Integer(ReadOnlyMemory<byte> encoded, int most)
    {
        var reader = new AsnReader(encoded, AsnEncodingRules.DER);
        return reader.TryReadInt32(out int value) && value >= 0 && value <= most
            ? value
            : throw new AsnContentException("a level is out of range");
    }

    private static ByteString Octets(ReadOnlyMemory<byte> encoded, int length)
    {
        byte[] octets = new AsnReader(encoded, AsnEncodingRules.DER).ReadOctetString();
        return octets.Length == length ? new ByteString(octets) : throw new AsnContentException("a field has another length");
    }
}
