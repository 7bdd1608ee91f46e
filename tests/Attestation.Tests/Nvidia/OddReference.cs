using System.Text;

namespace Ait.Attestation.Tests.Nvidia;

/// <summary>
/// A reference manifest spelled as no vendor would and XML allows, in two spellings made by hand from the same facts: as it is
/// sent, and in canonical form. No code is shared with the verifier's canonicaliser.
/// </summary>
internal sealed record OddReference
{
    private const string Tag = "http://standards.iso.org/iso/19770/-2/2015/schema.xsd";
    private const string Hash = "http://www.w3.org/2001/04/xmlenc#sha384";

    internal string Version { get; init; } = "550.90.07";

    internal string Product { get; init; } = "GH100";

    internal string Extra { get; init; } = "";

    /// <summary>Accepted values of the active measurements by index from 0; block n + 1 of the report is 48 times n + 1.</summary>
    internal IReadOnlyDictionary<int, byte[]> Golden { get; init; } = new Dictionary<int, byte[]> { [8] = [9], [20] = [0xEE, 21] };

    internal string Sent(string signature)
    {
        var text = new StringBuilder($"<SoftwareIdentity xmlns:ns2='{Hash}' version=\"1.0\"\n  name='a &#38; &quot;b&#x9;' xmlns=\"{Tag}\" xmlns:ns0=\"{Tag}\">\n");
        _ = text.Append($" <ns0:Meta product='{Product}' colloquialVersion='{Version}'/>\n <ns0:Payload>");
        foreach ((int index, byte[] values) in Golden)
        {
            string hashes = string.Concat(values.Select((value, place) => $" ns2:Hash{place}='{Repeat(value)}'"));
            _ = text.Append($"\n  <ns0:Resource{hashes} type='Measurement' index='{index}' active='True' alternatives='{values.Length}' size='48' />");
        }

        return text.Append($"<ns0:Resource type='Measurement' index='63' active='False'/>&gt;&#13; </ns0:Payload>{Extra}{signature}</SoftwareIdentity>\n").ToString();
    }

    internal string Canonical()
    {
        var text = new StringBuilder($"<SoftwareIdentity xmlns=\"{Tag}\" xmlns:ns0=\"{Tag}\" xmlns:ns2=\"{Hash}\" name=\"a &amp; &quot;b&#x9;\" version=\"1.0\">\n");
        _ = text.Append($" <ns0:Meta colloquialVersion=\"{Version}\" product=\"{Product}\"></ns0:Meta>\n <ns0:Payload>");
        foreach ((int index, byte[] values) in Golden)
        {
            string hashes = string.Concat(values.Select((value, place) => $" ns2:Hash{place}=\"{Repeat(value)}\""));
            _ = text.Append($"\n  <ns0:Resource active=\"True\" alternatives=\"{values.Length}\" index=\"{index}\" size=\"48\" type=\"Measurement\"{hashes}></ns0:Resource>");
        }

        _ = text.Append("<ns0:Resource active=\"False\" index=\"63\" type=\"Measurement\"></ns0:Resource>");
        return text.Append($"&gt;&#xD; </ns0:Payload>{Extra}</SoftwareIdentity>").ToString();
    }

    private static string Repeat(byte value) => string.Concat(Enumerable.Repeat($"{value:x2}", 48));
}
