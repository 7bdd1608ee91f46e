using System.Formats.Asn1;

namespace Ait.Attestation.X509;

/// <summary>An unsigned OCSP request (RFC 6960 §4.1) about one certificate, with a nonce (RFC 8954).</summary>
internal static class OcspRequest
{
    internal const string NonceOid = "1.3.6.1.5.5.7.48.1.2";

    internal static byte[] Encode(OcspCertificateId id, ReadOnlySpan<byte> nonce)
    {
        var value = new AsnWriter(AsnEncodingRules.DER);
        value.WriteOctetString(nonce);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            using (writer.PushSequence())
            {
                writer.WriteEncodedValue(id.Encoded.Span);
            }

            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 2, isConstructed: true)))
            using (writer.PushSequence())
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(NonceOid);
                writer.WriteOctetString(value.Encode());
            }
        }

        return writer.Encode();
    }
}
