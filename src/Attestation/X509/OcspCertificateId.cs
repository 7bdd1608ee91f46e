using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Ait.Attestation.X509;

/// <summary>CertID (RFC 6960 §4.1.1) with SHA-384: which certificate of which issuer is asked about.</summary>
internal sealed record OcspCertificateId(ByteString Encoded)
{
    private const string Sha384Oid = "2.16.840.1.101.3.4.2.2";

    internal static OcspCertificateId Of(Certificate certificate, Certificate issuer)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Sha384Oid);
            }

            writer.WriteOctetString(SHA384.HashData(issuer.Subject.Encoded.Span));
            writer.WriteOctetString(SHA384.HashData(ReadKeyBits(issuer)));
            writer.WriteInteger(certificate.Serial.Span);
        }

        return new OcspCertificateId(new ByteString(writer.Encode()));
    }

    /// <summary>Reads a CertID so that NULL and absent parameters of the hash are the same.</summary>
    internal static OcspCertificateId Read(AsnReader reader)
    {
        AsnReader fields = reader.ReadSequence();
        AsnReader algorithm = fields.ReadSequence();
        string oid = algorithm.ReadObjectIdentifier();
        if (algorithm.HasData)
        {
            algorithm.ReadNull();
        }

        algorithm.ThrowIfNotEmpty();
        byte[] name = fields.ReadOctetString();
        byte[] key = fields.ReadOctetString();
        ReadOnlyMemory<byte> serial = fields.ReadIntegerBytes();
        fields.ThrowIfNotEmpty();
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(oid);
            }

            writer.WriteOctetString(name);
            writer.WriteOctetString(key);
            writer.WriteInteger(serial.Span);
        }

        return new OcspCertificateId(new ByteString(writer.Encode()));
    }

    /// <summary>The subjectPublicKey BIT STRING's bits, which OCSP hashes instead of the whole key information.</summary>
    internal static byte[] ReadKeyBits(Certificate certificate)
    {
        AsnReader body = new AsnReader(certificate.SignedBytes, AsnEncodingRules.DER).ReadSequence();
        for (int field = 0; field < 6; field++)
        {
            _ = body.ReadEncodedValue(); // version, serial, algorithm, issuer, validity, subject: the parser took them
        }

        AsnReader key = body.ReadSequence();
        _ = key.ReadEncodedValue();
        return key.ReadBitString(out _);
    }
}
