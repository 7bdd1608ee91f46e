using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;
using Ait.Attestation.X509;

namespace Ait.Attestation.Nvidia;

/// <summary>
/// The firmware id of an attestation certificate: Hopper's CompositeDeviceID or the first of Blackwell's DiceTcbInfo
/// (TCG DICE Attestation Architecture §6.1). Empty where the certificate has neither.
/// </summary>
internal static class FirmwareIdExtension
{
    private const string HopperOid = "2.23.133.5.4.1";
    private const string BlackwellOid = "2.23.133.5.4.1.1";
    private const string Sha384Oid = "2.16.840.1.101.3.4.2.2";
    private static readonly Asn1Tag s_firmwareIds = new(TagClass.ContextSpecific, 6, isConstructed: true);

    internal static bool TryRead(Certificate leaf, out ByteString firmwareId, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        firmwareId = default;
        refusal = null;
        try
        {
            if (leaf.Extensions.TryGetValue(HopperOid, out CertificateExtension? hopper))
            {
                firmwareId = ReadHopper(hopper.Value);
            }
            else if (leaf.Extensions.TryGetValue(BlackwellOid, out CertificateExtension? blackwell))
            {
                firmwareId = ReadBlackwell(blackwell.Value);
            }

            return true;
        }
        catch (Exception problem) when (problem is AsnContentException or CryptographicException or ArgumentException)
        {
            refusal = new RefusalReason(Refusal.FirmwareIdExtension, "firmware id", "a SHA-384 digest", problem.Message);
            return false;
        }
    }

    private static ByteString ReadHopper(ReadOnlyMemory<byte> value)
    {
        var reader = new AsnReader(value, AsnEncodingRules.DER);
        AsnReader fields = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        if (!fields.TryReadInt32(out int version) || version != 1)
        {
            throw new AsnContentException("the version is not 1");
        }

        _ = fields.ReadSequence();
        ByteString digest = ReadDigest(fields);
        fields.ThrowIfNotEmpty();
        return digest;
    }

    private static ByteString ReadBlackwell(ReadOnlyMemory<byte> value)
    {
        var reader = new AsnReader(value, AsnEncodingRules.DER);
        AsnReader fields = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        ByteString? first = null;
        while (fields.HasData)
        {
            if (fields.PeekTag() != s_firmwareIds)
            {
                _ = fields.ReadEncodedValue();
                continue;
            }

            if (first is not null)
            {
                throw new AsnContentException("the firmware ids occur twice");
            }

            AsnReader digests = fields.ReadSequence(s_firmwareIds);
            first = ReadDigest(digests);
            while (digests.HasData)
            {
                _ = ReadDigest(digests);
            }
        }

        return first ?? throw new AsnContentException("there is no firmware id");
    }

    private static ByteString ReadDigest(AsnReader reader)
    {
        AsnReader pair = reader.ReadSequence();
        string oid = pair.ReadObjectIdentifier();
        byte[] digest = pair.ReadOctetString();
        pair.ThrowIfNotEmpty();
        return oid == Sha384Oid && digest.Length == SpdmEvidence.DigestLength
            ? new ByteString(digest)
            : throw new AsnContentException("a firmware id is not a SHA-384 digest");
    }
}
