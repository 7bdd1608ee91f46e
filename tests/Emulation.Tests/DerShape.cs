using System.Formats.Asn1;
using System.Globalization;
using System.Text;

namespace Ait.Emulation.Tests;

/// <summary>
/// The skeleton of a DER object: tags, lengths and object identifiers in order, without the values that differ from
/// one certificate to the next.
/// </summary>
internal static class DerShape
{
    internal static string Of(ReadOnlyMemory<byte> der)
    {
        var text = new StringBuilder();
        Walk(new AsnReader(der, AsnEncodingRules.DER), 0, text);
        return text.ToString();
    }

    private static void Walk(AsnReader reader, int depth, StringBuilder text)
    {
        while (reader.HasData)
        {
            Asn1Tag tag = reader.PeekTag();
            int length = reader.PeekContentBytes().Length;
            bool isOid = tag == Asn1Tag.ObjectIdentifier;
            // The number of digits of a level is the only length that may differ.
            string size = tag == Asn1Tag.Integer ? "n" : length.ToString(CultureInfo.InvariantCulture);
            text.Append(' ', depth).Append(tag).Append(' ').Append(size);
            if (isOid)
            {
                text.Append(' ').Append(reader.ReadObjectIdentifier());
            }

            text.Append('\n');
            if (!isOid)
            {
                ReadOnlyMemory<byte> content = reader.PeekContentBytes();
                _ = reader.ReadEncodedValue();
                if (tag.IsConstructed)
                {
                    Walk(new AsnReader(content, AsnEncodingRules.DER), depth + 1, text);
                }
            }
        }
    }
}
