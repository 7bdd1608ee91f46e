using System.Formats.Asn1;
using Ait.Emulation.X509;

namespace Ait.Emulation.Amd;

/// <summary>The extensions of AMD's certificates, in AMD's order and encodings.</summary>
public static class AmdExtensions
{
    public const string Arc = "1.3.6.1.4.1.3704.1.";

    /// <summary>keyCertSign and cRLSign, as the ARK has them.</summary>
    internal static ExtensionRecipe RootKeyUsage { get; } = new("2.5.29.15", true, [3, 2, 1, 6]);

    /// <summary>keyCertSign, with the trailing zero bit that AMD leaves in.</summary>
    internal static ExtensionRecipe IntermediateKeyUsage { get; } = new("2.5.29.15", true, [3, 2, 1, 4]);

    internal static ExtensionRecipe RootConstraints { get; } = new("2.5.29.19", true, [0x30, 3, 1, 1, 0xFF]);

    internal static ExtensionRecipe IntermediateConstraints { get; } = new("2.5.29.19", true, [0x30, 6, 1, 1, 0xFF, 2, 1, 0]);

    /// <summary>Extensions of a VCEK, or of a VLEK where <paramref name="hardwareId"/> is null.</summary>
    public static IReadOnlyList<ExtensionRecipe> Endorsement(EmulatedProduct product, EmulatedTcb tcb, byte[]? hardwareId, string? provider)
    {
        ArgumentNullException.ThrowIfNull(tcb);
        ProductShape shape = ProductShape.Of(product);
        string name = hardwareId is null ? product.ToString() : shape.ProductNameExtension;
        List<ExtensionRecipe> extensions =
        [
            Integer("1", shape.StructVersion),
            Text("2", name),
        ];
        if (product == EmulatedProduct.Turin)
        {
            extensions.AddRange(
            [
                Integer("3.9", tcb.Fmc), Integer("3.1", tcb.BootLoader), Integer("3.2", tcb.Tee), Integer("3.3", tcb.Snp),
                Integer("3.5", 0), Integer("3.6", 0), Integer("3.7", 0), Integer("3.8", tcb.Microcode),
            ]);
        }
        else
        {
            extensions.AddRange(
            [
                Integer("3.1", tcb.BootLoader), Integer("3.2", tcb.Tee), Integer("3.4", 0), Integer("3.5", 0), Integer("3.6", 0),
                Integer("3.7", 0), Integer("3.3", tcb.Snp), Integer("3.8", tcb.Microcode),
            ]);
        }

        extensions.Add(hardwareId is null ? Text("5", provider ?? "CN=emulated.invalid") : new ExtensionRecipe(Arc + "4", false, hardwareId));
        return extensions;
    }

    public static ExtensionRecipe Integer(string suffix, int value)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteInteger(value);
        return new ExtensionRecipe(Arc + suffix, false, writer.Encode());
    }

    public static ExtensionRecipe Text(string suffix, string value)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteCharacterString(UniversalTagNumber.IA5String, value);
        return new ExtensionRecipe(Arc + suffix, false, writer.Encode());
    }

    internal static ExtensionRecipe SubjectKeyIdentifier(byte[] identifier) =>
        new("2.5.29.14", false, [4, (byte)identifier.Length, .. identifier]);

    internal static ExtensionRecipe AuthorityKeyIdentifier(byte[] identifier) =>
        new("2.5.29.35", false, [0x30, (byte)(identifier.Length + 2), 0x80, (byte)identifier.Length, .. identifier]);

    /// <summary>As long as AMD's; the host can never resolve (RFC 2606).</summary>
    internal static ExtensionRecipe DistributionPoint(string kind, EmulatedProduct product)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
        {
            writer.WriteCharacterString(
                UniversalTagNumber.IA5String, $"https://ait.emu.invalid/{kind}/v1/{product}/crl", new Asn1Tag(TagClass.ContextSpecific, 6));
        }

        return new ExtensionRecipe("2.5.29.31", false, writer.Encode());
    }
}
