using System.Formats.Asn1;

namespace Ait.Attestation.X509;

/// <summary>Reads the SEQUENCE OF Extension of a certificate, a revocation list or one of its entries.</summary>
internal static class ExtensionList
{
    private const int MaxExtensions = 32;

    internal static Dictionary<string, CertificateExtension> Read(AsnReader reader)
    {
        var found = new Dictionary<string, CertificateExtension>(StringComparer.Ordinal);
        AsnReader list = reader.ReadSequence();
        while (list.HasData)
        {
            AsnReader extension = list.ReadSequence();
            string oid = extension.ReadObjectIdentifier();
            bool critical = false;
            if (extension.PeekTag() == Asn1Tag.Boolean)
            {
                // DER leaves a default out: a spelled-out FALSE is not DER (X.690 §11.5).
                critical = extension.ReadBoolean() ? true : throw new AsnContentException("critical FALSE is spelled out");
            }

            byte[] value = extension.ReadOctetString();
            extension.ThrowIfNotEmpty();
            if (found.Count == MaxExtensions || !found.TryAdd(oid, new CertificateExtension(oid, critical, value)))
            {
                throw new AsnContentException($"extension {oid} occurs twice or there are too many");
            }
        }

        return found;
    }
}
