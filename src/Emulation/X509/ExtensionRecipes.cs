using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Ait.Emulation.X509;

/// <summary>The extensions that the hierarchies of Intel and NVIDIA share. Hosts in them can never resolve (RFC 2606).</summary>
internal static class ExtensionRecipes
{
    internal static ExtensionRecipe AuthorityKey(ECDsa key) => new("2.5.29.35", false, [0x30, 22, 0x80, 20, .. Identifier(key)]);

    internal static ExtensionRecipe SubjectKey(ECDsa key) => new("2.5.29.14", false, [4, 20, .. Identifier(key)]);

    /// <summary>keyCertSign and cRLSign.</summary>
    internal static ExtensionRecipe AuthorityUsage { get; } = new("2.5.29.15", true, [3, 2, 1, 6]);

    /// <summary>keyCertSign alone.</summary>
    internal static ExtensionRecipe CertificateSignUsage { get; } = new("2.5.29.15", true, [3, 2, 2, 4]);

    /// <summary>digitalSignature.</summary>
    internal static ExtensionRecipe SignatureUsage { get; } = new("2.5.29.15", true, [3, 2, 7, 0x80]);

    /// <summary>digitalSignature and nonRepudiation.</summary>
    internal static ExtensionRecipe PckUsage { get; } = new("2.5.29.15", true, [3, 2, 6, 0xC0]);

    internal static ExtensionRecipe Authority(int? pathLength = null) =>
        new("2.5.29.19", true, pathLength is { } length ? [0x30, 6, 1, 1, 0xFF, 2, 1, (byte)length] : [0x30, 3, 1, 1, 0xFF]);

    internal static ExtensionRecipe NoAuthority { get; } = new("2.5.29.19", true, [0x30, 0]);

    internal static ExtensionRecipe DistributionPoint(string address)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
        {
            writer.WriteCharacterString(UniversalTagNumber.IA5String, address, new Asn1Tag(TagClass.ContextSpecific, 6));
        }

        return new ExtensionRecipe("2.5.29.31", false, writer.Encode());
    }

    /// <summary>Where a responder of OCSP would be.</summary>
    internal static ExtensionRecipe Responder(string address)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier("1.3.6.1.5.5.7.48.1");
            writer.WriteCharacterString(UniversalTagNumber.IA5String, address, new Asn1Tag(TagClass.ContextSpecific, 6));
        }

        return new ExtensionRecipe("1.3.6.1.5.5.7.1.1", false, writer.Encode());
    }

    private static byte[] Identifier(ECDsa key) => SHA256.HashData(key.ExportSubjectPublicKeyInfo())[..20];
}
