using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Ait.Attestation.Tests.Nvidia;

/// <summary>An OCSP answer as a responder writes it (RFC 6960), with everything a test may want to get wrong. Not built on the code it tests.</summary>
internal sealed record OcspAnswer
{
    public required X509Certificate2 About { get; init; }

    public required X509Certificate2 Issuer { get; init; }

    public required ECDsa SignedBy { get; init; }

    public required DateTimeOffset ThisUpdate { get; init; }

    public required DateTimeOffset NextUpdate { get; init; }

    public byte[]? Nonce { get; init; }

    public X509Certificate2? Responder { get; init; }

    /// <summary>0 good, 1 revoked, 2 unknown.</summary>
    public int Status { get; init; }

    public int ResponseStatus { get; init; }

    public bool LacksNextUpdate { get; init; }

    public string? CriticalExtension { get; init; }

    private static readonly Asn1Tag s_zero = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag s_one = new(TagClass.ContextSpecific, 1, isConstructed: true);

    public byte[] Encode()
    {
        byte[] data = ResponseData();
        var basic = new AsnWriter(AsnEncodingRules.DER);
        using (basic.PushSequence())
        {
            basic.WriteEncodedValue(data);
            using (basic.PushSequence())
            {
                basic.WriteObjectIdentifier("1.2.840.10045.4.3.3");
            }

            basic.WriteBitString(SignedBy.SignData(data, HashAlgorithmName.SHA384, DSASignatureFormat.Rfc3279DerSequence));
            if (Responder is not null)
            {
                using (basic.PushSequence(s_zero))
                using (basic.PushSequence())
                {
                    basic.WriteEncodedValue(Responder.RawData);
                }
            }
        }

        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue([0x0A, 1, (byte)ResponseStatus]);
            using (writer.PushSequence(s_zero))
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.3.6.1.5.5.7.48.1.1");
                writer.WriteOctetString(basic.Encode());
            }
        }

        return writer.Encode();
    }

    private byte[] ResponseData()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 2, isConstructed: true)))
            {
                writer.WriteOctetString(new byte[20]);
            }

            writer.WriteGeneralizedTime(ThisUpdate, omitFractionalSeconds: true);
            using (writer.PushSequence())
            using (writer.PushSequence())
            {
                WriteId(writer);
                WriteStatus(writer);
                writer.WriteGeneralizedTime(ThisUpdate, omitFractionalSeconds: true);
                if (!LacksNextUpdate)
                {
                    using (writer.PushSequence(s_zero))
                    {
                        writer.WriteGeneralizedTime(NextUpdate, omitFractionalSeconds: true);
                    }
                }
            }

            if (Nonce is not null || CriticalExtension is not null)
            {
                using (writer.PushSequence(s_one))
                using (writer.PushSequence())
                {
                    WriteExtensions(writer);
                }
            }
        }

        return writer.Encode();
    }

    private void WriteId(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("2.16.840.1.101.3.4.2.2");
                writer.WriteNull();
            }

            writer.WriteOctetString(SHA384.HashData(Issuer.SubjectName.RawData));
            writer.WriteOctetString(SHA384.HashData(Issuer.PublicKey.EncodedKeyValue.RawData));
            writer.WriteInteger(About.SerialNumberBytes.Span);
        }
    }

    private void WriteStatus(AsnWriter writer)
    {
        if (Status != 1)
        {
            writer.WriteNull(new Asn1Tag(TagClass.ContextSpecific, Status));
            return;
        }

        using (writer.PushSequence(s_one))
        {
            writer.WriteGeneralizedTime(ThisUpdate, omitFractionalSeconds: true);
        }
    }

    private void WriteExtensions(AsnWriter writer)
    {
        if (Nonce is not null)
        {
            var value = new AsnWriter(AsnEncodingRules.DER);
            value.WriteOctetString(Nonce);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.3.6.1.5.5.7.48.1.2");
                writer.WriteOctetString(value.Encode());
            }
        }

        if (CriticalExtension is not null)
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(CriticalExtension);
                writer.WriteBoolean(true);
                writer.WriteOctetString([5, 0]);
            }
        }
    }
}
