using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Ait.Emulation.X509;

/// <summary>Writes certificates and revocation lists signed by P-256 with SHA-256 or P-384 with SHA-384, as the issuer's key has it.</summary>
internal static class EcdsaCertificateWriter
{
    internal static byte[] Write(EcdsaCertificateRecipe recipe, ECDsa issuerKey)
    {
        var body = new AsnWriter(AsnEncodingRules.DER);
        using (body.PushSequence())
        {
            using (body.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            {
                body.WriteInteger(2);
            }

            body.WriteIntegerUnsigned(recipe.Serial);
            Algorithm(body, issuerKey);
            body.WriteEncodedValue(recipe.Issuer);
            using (body.PushSequence())
            {
                Time(body, recipe.NotBefore);
                Time(body, recipe.NotAfter);
            }

            body.WriteEncodedValue(recipe.Subject);
            body.WriteEncodedValue(recipe.PublicKey);
            using (body.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 3)))
            {
                Extensions(body, recipe.Extensions);
            }
        }

        return Sign(body.Encode(), issuerKey);
    }

    internal static byte[] WriteRevocationList(
        byte[] issuer, DateTimeOffset thisUpdate, DateTimeOffset nextUpdate, IReadOnlyList<byte[]> serials, ECDsa issuerKey)
    {
        var body = new AsnWriter(AsnEncodingRules.DER);
        using (body.PushSequence())
        {
            body.WriteInteger(1);
            Algorithm(body, issuerKey);
            body.WriteEncodedValue(issuer);
            Time(body, thisUpdate);
            Time(body, nextUpdate);
            if (serials.Count > 0)
            {
                using (body.PushSequence())
                {
                    foreach (byte[] serial in serials)
                    {
                        using (body.PushSequence())
                        {
                            body.WriteIntegerUnsigned(serial);
                            Time(body, thisUpdate);
                        }
                    }
                }
            }

            using (body.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            {
                Extensions(body, [new ExtensionRecipe("2.5.29.20", false, [2, 1, 1]), ExtensionRecipes.AuthorityKey(issuerKey)]);
            }
        }

        return Sign(body.Encode(), issuerKey);
    }

    /// <summary>A Name of one attribute a set, in this order.</summary>
    internal static byte[] Name(params IReadOnlyList<(string Oid, UniversalTagNumber Type, string Value)> attributes)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach ((string oid, UniversalTagNumber type, string value) in attributes)
            {
                using (writer.PushSetOf())
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(oid);
                    writer.WriteCharacterString(type, value);
                }
            }
        }

        return writer.Encode();
    }

    private static byte[] Sign(byte[] body, ECDsa key)
    {
        var whole = new AsnWriter(AsnEncodingRules.DER);
        using (whole.PushSequence())
        {
            whole.WriteEncodedValue(body);
            Algorithm(whole, key);
            whole.WriteBitString(key.SignData(body, Hash(key), DSASignatureFormat.Rfc3279DerSequence));
        }

        return whole.Encode();
    }

    private static HashAlgorithmName Hash(ECDsa key) => key.KeySize == 384 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;

    private static void Algorithm(AsnWriter writer, ECDsa key)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(key.KeySize == 384 ? "1.2.840.10045.4.3.3" : "1.2.840.10045.4.3.2");
        }
    }

    /// <summary>RFC 5280 §4.1.2.5: UTCTime until 2049, GeneralizedTime from 2050 on.</summary>
    private static void Time(AsnWriter writer, DateTimeOffset instant)
    {
        if (instant.UtcDateTime.Year < 2050)
        {
            writer.WriteUtcTime(instant);
        }
        else
        {
            writer.WriteGeneralizedTime(instant, omitFractionalSeconds: true);
        }
    }

    private static void Extensions(AsnWriter writer, IReadOnlyList<ExtensionRecipe> extensions)
    {
        using (writer.PushSequence())
        {
            foreach (ExtensionRecipe extension in extensions)
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(extension.Oid);
                    if (extension.Critical)
                    {
                        writer.WriteBoolean(true);
                    }

                    writer.WriteOctetString(extension.Value);
                }
            }
        }
    }
}
