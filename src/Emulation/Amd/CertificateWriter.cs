using System.Formats.Asn1;
using System.Security.Cryptography;
using Ait.Emulation.X509;

namespace Ait.Emulation.Amd;

/// <summary>Writes certificates and revocation lists signed with RSASSA-PSS, SHA-384, salt 48, as AMD's are.</summary>
public static class CertificateWriter
{
    private const string Mgf1Oid = "1.2.840.113549.1.1.8";
    private const string PssOid = "1.2.840.113549.1.1.10";

    public static byte[] Write(CertificateRecipe recipe, RSA issuerKey)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(issuerKey);
        var body = new AsnWriter(AsnEncodingRules.DER);
        using (body.PushSequence())
        {
            using (body.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            {
                body.WriteInteger(2);
            }

            body.WriteInteger(recipe.Serial);
            Algorithm(body, recipe);
            AmdNames.Write(body, recipe.IssuerCommonName, recipe.Organization);
            using (body.PushSequence())
            {
                body.WriteUtcTime(recipe.NotBefore);
                body.WriteUtcTime(recipe.NotAfter);
            }

            AmdNames.Write(body, recipe.SubjectCommonName, recipe.Organization);
            body.WriteEncodedValue(recipe.PublicKey);
            using (body.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 3)))
            using (body.PushSequence())
            {
                foreach (ExtensionRecipe extension in recipe.Extensions)
                {
                    Extension(body, extension);
                }
            }
        }

        return Sign(body.Encode(), writer => Algorithm(writer, recipe), issuerKey);
    }

    /// <summary>A revocation list of <paramref name="issuerCommonName"/> with AMD's shape (no trailer, key identifier, number).</summary>
    public static byte[] WriteRevocationList(
        string issuerCommonName,
        byte[] issuerKeyIdentifier,
        DateTimeOffset thisUpdate,
        DateTimeOffset nextUpdate,
        IReadOnlyList<int> revokedSerials,
        RSA issuerKey)
    {
        ArgumentNullException.ThrowIfNull(revokedSerials);
        ArgumentNullException.ThrowIfNull(issuerKey);
        var body = new AsnWriter(AsnEncodingRules.DER);
        using (body.PushSequence())
        {
            body.WriteInteger(1);
            Algorithm(body, HashAlgorithmName.SHA384, 48, null);
            AmdNames.Write(body, issuerCommonName, AmdNames.Organization);
            body.WriteUtcTime(thisUpdate);
            body.WriteUtcTime(nextUpdate);
            if (revokedSerials.Count > 0)
            {
                using (body.PushSequence())
                {
                    foreach (int serial in revokedSerials)
                    {
                        using (body.PushSequence())
                        {
                            body.WriteInteger(serial);
                            body.WriteUtcTime(thisUpdate);
                        }
                    }
                }
            }

            using (body.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            using (body.PushSequence())
            {
                Extension(body, AmdExtensions.AuthorityKeyIdentifier(issuerKeyIdentifier));
                Extension(body, new ExtensionRecipe("2.5.29.20", false, [2, 1, 4]));
            }
        }

        return Sign(body.Encode(), writer => Algorithm(writer, HashAlgorithmName.SHA384, 48, null), issuerKey);
    }

    private static byte[] Sign(byte[] body, Action<AsnWriter> algorithm, RSA issuerKey)
    {
        byte[] signature = issuerKey.SignData(body, HashAlgorithmName.SHA384, RSASignaturePadding.Pss);
        var whole = new AsnWriter(AsnEncodingRules.DER);
        using (whole.PushSequence())
        {
            whole.WriteEncodedValue(body);
            algorithm(whole);
            whole.WriteBitString(signature);
        }

        return whole.Encode();
    }

    private static void Extension(AsnWriter writer, ExtensionRecipe extension)
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

    private static void Algorithm(AsnWriter writer, CertificateRecipe recipe) =>
        Algorithm(writer, recipe.NamedHash, recipe.SaltLength, recipe.SpellsTrailer || recipe.TrailerField != 1 ? recipe.TrailerField : null);

    private static void Algorithm(AsnWriter writer, HashAlgorithmName hash, int salt, int? trailer)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(PssOid);
            using (writer.PushSequence())
            {
                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                {
                    Hash(writer, hash);
                }

                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1)))
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(Mgf1Oid);
                    Hash(writer, hash);
                }

                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 2)))
                {
                    writer.WriteInteger(salt);
                }

                if (trailer is { } field)
                {
                    using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 3)))
                    {
                        writer.WriteInteger(field);
                    }
                }
            }
        }
    }

    private static void Hash(AsnWriter writer, HashAlgorithmName hash)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(hash == HashAlgorithmName.SHA384 ? "2.16.840.1.101.3.4.2.2" : "2.16.840.1.101.3.4.2.1");
            writer.WriteNull();
        }
    }
}
