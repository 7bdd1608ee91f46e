using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Ait.Emulation.X509;

/// <summary>An OCSP answer as a responder with an EC P-384 key writes it (RFC 6960), with everything a test may want to get wrong.</summary>
public sealed record EmulatedOcspAnswer
{
    /// <summary>The certificate it is about, DER.</summary>
    public required byte[] About { get; init; }

    /// <summary>The certificate of that one's issuer, DER.</summary>
    public required byte[] Issuer { get; init; }

    public required ECDsa SignedBy { get; init; }

    public required DateTimeOffset ThisUpdate { get; init; }

    public required DateTimeOffset NextUpdate { get; init; }

    public byte[]? Nonce { get; init; }

    /// <summary>The responder's certificate, where the issuer does not sign itself; DER.</summary>
    public byte[]? Responder { get; init; }

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
                    basic.WriteEncodedValue(Responder);
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
        using X509Certificate2 issuer = X509CertificateLoader.LoadCertificate(Issuer);
        using X509Certificate2 about = X509CertificateLoader.LoadCertificate(About);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("2.16.840.1.101.3.4.2.2");
                writer.WriteNull();
            }

            writer.WriteOctetString(SHA384.HashData(issuer.SubjectName.RawData));
            writer.WriteOctetString(SHA384.HashData(issuer.PublicKey.EncodedKeyValue.RawData));
            writer.WriteInteger(about.SerialNumberBytes.Span);
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
