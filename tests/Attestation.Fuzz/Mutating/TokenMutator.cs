using System.Text;
using System.Text.RegularExpressions;

namespace Ait.Attestation.Fuzz.Mutating;

/// <summary>Mutations of text made of tokens: tokens vanish, repeat, change places and give way to ones that readers stumble over.</summary>
internal sealed partial class TokenMutator
{
    private static readonly string[] s_json =
    [
        "{", "}", "[", "]", ",", ":", "null", "true", "false", "0", "-1", "1e999", "99999999999999999999", "1.5", "\"\"", "\"\\ud800\"",
        "\"\\u0000\"", "\"0x\"", "\"" + new string('a', 5000) + "\"", new string('[', 200), "\"id\":1,", "\"2026-13-01T00:00:00Z\"", "\"UpToDate\"", "/**/",
    ];

    private static readonly string[] s_xml =
    [
        "<", ">", "</", "/>", "<a>", "</a>", "<a/>", "<!DOCTYPE a [<!ENTITY b \"c\">]>", "<!-- a -->", "<![CDATA[a]]>", "<?a b?>", "&lt;", "&#0;", "&b;", "&#x10FFFF;",
        " xmlns:a=\"b\"", " xmlns=\"\"", " index=\"1\"", " index=\"-1\"", " size=\"99999999999\"", " alternatives=\"64\"", string.Concat(Enumerable.Repeat("<a>", 300)),
        "\"", "'", "=", "\r\n", "\u2028", new string('a', 5000), "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>", "<ns0:Payload/>",
    ];

    private readonly string[] _stumbling;
    private readonly Regex _token;

    private TokenMutator(Regex token, string[] stumbling)
    {
        _token = token;
        _stumbling = stumbling;
    }

    internal static TokenMutator Json { get; } = new(JsonToken(), s_json);

    internal static TokenMutator Xml { get; } = new(XmlToken(), s_xml);

    internal List<string> Split(byte[] text) => [.. _token.Matches(Encoding.UTF8.GetString(text)).Select(match => match.Value)];

    internal byte[] Mutate(List<string> seed, Chance chance)
    {
        List<string> tokens = [.. seed];
        for (int change = chance.Below(3); change >= 0 && tokens.Count > 0; change--)
        {
            int place = chance.Below(tokens.Count);
            int other = chance.Below(tokens.Count);
            switch (chance.Below(6))
            {
                case 0:
                    tokens.RemoveRange(place, Math.Min(1 + chance.Below(4), tokens.Count - place));
                    break;
                case 1:
                    tokens.InsertRange(place, tokens.GetRange(other, Math.Min(1 + chance.Below(8), tokens.Count - other)));
                    break;
                case 2:
                    (tokens[place], tokens[other]) = (tokens[other], tokens[place]);
                    break;
                case 3:
                    tokens[place] = tokens[other];
                    break;
                case 4:
                    tokens.Insert(place, chance.Of<string>(_stumbling));
                    break;
                default:
                    tokens[place] = chance.Of<string>(_stumbling);
                    break;
            }
        }

        byte[] mutated = Encoding.UTF8.GetBytes(string.Concat(tokens));
        return chance.OneIn(5) ? ByteMutator.Mutate(mutated, chance) : mutated;
    }

    [GeneratedRegex("""("(?:[^"\\]|\\.)*"|[{}\[\],:]|[^{}\[\],:"]+|")""", RegexOptions.Singleline)]
    private static partial Regex JsonToken();

    [GeneratedRegex("""(</?[^\s<>/]+|\s+[^\s=<>]+="[^"]*"|/?>|[^<>]+?(?=[<>])|.)""", RegexOptions.Singleline)]
    private static partial Regex XmlToken();
}
