using System.Formats.Asn1;
using Ait.Emulation.X509;

namespace Ait.Emulation.Nvidia;

/// <summary>The firmware id in an attestation certificate: TCG's composite device id on Hopper, DiceTcbInfo on Blackwell.</summary>
public static class FirmwareExtensions
{
    private const string HopperOid = "2.23.133.5.4.1";
    private const string BlackwellOid = "2.23.133.5.4.1.1";

    /// <summary>Content of Hopper's extension for a device key (SubjectPublicKeyInfo, DER) and a 48-byte digest.</summary>
    public static byte[] Hopper(byte[] deviceKey, byte[] digest)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            writer.WriteEncodedValue(deviceKey);
            Digest(writer, digest);
        }

        return writer.Encode();
    }

    /// <summary>Content of Blackwell's extension for a 48-byte digest, which is the first of two.</summary>
    public static byte[] Blackwell(byte[] digest)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteOctetString("NVIDIA"u8, new Asn1Tag(TagClass.ContextSpecific, 0));
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 6)))
            {
                Digest(writer, digest);
                Digest(writer, new byte[48]);
            }
        }

        return writer.Encode();
    }

    internal static ExtensionRecipe Of(EmulatedGpuReport report, byte[] deviceKey)
    {
        bool hopper = report.Chip.StartsWith("GH", StringComparison.Ordinal);
        byte[] content = report.FirmwareExtension ?? (hopper ? Hopper(deviceKey, report.FirmwareId) : Blackwell(report.FirmwareId));
        return new ExtensionRecipe(hopper ? HopperOid : BlackwellOid, false, content);
    }

    private static void Digest(AsnWriter writer, byte[] digest)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier("2.16.840.1.101.3.4.2.2");
            writer.WriteOctetString(digest);
        }
    }
}
