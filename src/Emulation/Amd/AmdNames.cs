using System.Formats.Asn1;

namespace Ait.Emulation.Amd;

/// <summary>Distinguished names with AMD's attributes, order and lengths, and an organisation nobody can mistake.</summary>
public static class AmdNames
{
    /// <summary>22 characters, as many as "Advanced Micro Devices" has, so that every offset is the real one.</summary>
    public const string Organization = "AIT EMULATED PROCESSOR";

    internal static void Write(AsnWriter writer, string commonName, string organization)
    {
        using (writer.PushSequence())
        {
            Attribute(writer, "2.5.4.11", UniversalTagNumber.UTF8String, "Engineering");
            Attribute(writer, "2.5.4.6", UniversalTagNumber.PrintableString, "US");
            Attribute(writer, "2.5.4.7", UniversalTagNumber.UTF8String, "Santa Clara");
            Attribute(writer, "2.5.4.8", UniversalTagNumber.UTF8String, "CA");
            Attribute(writer, "2.5.4.10", UniversalTagNumber.UTF8String, organization);
            Attribute(writer, "2.5.4.3", UniversalTagNumber.UTF8String, commonName);
        }
    }

    private static void Attribute(AsnWriter writer, string oid, UniversalTagNumber type, string value)
    {
        using (writer.PushSetOf())
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(oid);
            writer.WriteCharacterString(type, value);
        }
    }
}
