using System.Formats.Asn1;
using Ait.Emulation.X509;

namespace Ait.Emulation.Intel;

/// <summary>The extension of a PCK certificate that says which machine it is and at which levels, field for field as Intel writes it.</summary>
internal static class SgxExtension
{
    private const string Oid = "1.2.840.113741.1.13.1";

    /// <summary>The fields of a platform; <paramref name="instance"/> (16 bytes) only where the platform authority issues.</summary>
    internal static ExtensionRecipe Write(byte[] ppid, byte[] fmspc, byte[] pceId, byte componentSvn, int pceSvn, byte[]? instance)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            Pair(writer, ".1", value => value.WriteOctetString(ppid));
            Pair(writer, ".2", value => Levels(value, componentSvn, pceSvn));
            Pair(writer, ".3", value => value.WriteOctetString(pceId));
            Pair(writer, ".4", value => value.WriteOctetString(fmspc));
            Pair(writer, ".5", value => value.WriteEncodedValue([0x0A, 1, instance is null ? (byte)0 : (byte)1]));
            if (instance is not null)
            {
                Pair(writer, ".6", value => value.WriteOctetString(instance));
                Pair(writer, ".7", Configuration);
            }
        }

        return new ExtensionRecipe(Oid, false, writer.Encode());
    }

    private static void Levels(AsnWriter writer, byte componentSvn, int pceSvn)
    {
        using (writer.PushSequence())
        {
            for (int index = 1; index <= 16; index++)
            {
                Pair(writer, $".2.{index}", inner => inner.WriteInteger(componentSvn));
            }

            Pair(writer, ".2.17", inner => inner.WriteInteger(pceSvn));
            Pair(writer, ".2.18", inner => inner.WriteOctetString([.. Enumerable.Repeat(componentSvn, 16)]));
        }
    }

    /// <summary>Dynamic platform, cached keys, SMT: as an Intel server in the cloud has them.</summary>
    private static void Configuration(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            Pair(writer, ".7.1", value => value.WriteBoolean(true));
            Pair(writer, ".7.2", value => value.WriteBoolean(false));
            Pair(writer, ".7.3", value => value.WriteBoolean(true));
        }
    }

    private static void Pair(AsnWriter writer, string suffix, Action<AsnWriter> value)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Oid + suffix);
            value(writer);
        }
    }
}
