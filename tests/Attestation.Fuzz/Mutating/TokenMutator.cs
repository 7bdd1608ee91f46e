using System.Text;
using System.Text.RegularExpressions;

namespace Ait.Attestation.Fuzz.Mutating;

/// <summary>
/// Mutations of text made of tokens: tokens vanish, repeat, change places and give way to ones that readers stumble over. In half of the
/// inputs only values change.
/// </summary>
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

    private static readonly string[] s_values =
    [
        "", "0", "-1", "1", "2", "255", "256", "65535", "65536", "4294967296", "99999999999999999999", "0x00", "ff", "FF", "zz", "True", "False", "Revoked", "OutOfDate",
        "TDX_01", "2026-11-22T12:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "../x", new string('0', 96), new string('a', 5000),
    ];

    private readonly string[] _stumbling;
    private readonly Regex _token;
    private readonly Func<List<string>, int, bool> _isValue;

    private TokenMutator(Regex token, string[] stumbling, Func<List<string>, int, bool> isValue)
    {
        _token = token;
        _stumbling = stumbling;
        _isValue = isValue;
    }

    internal static TokenMutator Json { get; } = new(JsonToken(), s_json, IsJsonValue);

    internal static TokenMutator Xml { get; } = new(XmlToken(), s_xml, static (tokens, place) => tokens[place].Contains("=\"", StringComparison.Ordinal));

    internal List<string> Split(byte[] text) => [.. _token.Matches(Encoding.UTF8.GetString(text)).Select(match => match.Value)];

    internal byte[] Mutate(List<string> seed, Chance chance)
    {
        List<string> tokens = [.. seed];
        if (chance.OneIn(2))
        {
            for (int change = chance.Below(3); change >= 0; change--)
            {
                ChangeValue(tokens, chance);
            }

            return Encoding.UTF8.GetBytes(string.Concat(tokens));
        }

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

    /// <summary>One value becomes another; the text stays well formed, most of the time.</summary>
    private void ChangeValue(List<string> tokens, Chance chance)
    {
        int place = Value(tokens, chance);
        string token = tokens[place];
        (string before, string inside, string after) = Cut(token);
        string changed = chance.Below(5) switch
        {
            0 => chance.Of<string>(s_values),
            1 => Cut(tokens[Value(tokens, chance)]).Inside,
            2 when inside.Length > 0 => inside[..^1],
            3 => inside + "0",
            _ when inside.Length > 0 => Replaced(inside, chance.Below(inside.Length), (char)(chance.OneIn(2) ? '0' + chance.Below(10) : '!' + chance.Below(94))),
            _ => "0",
        };
        tokens[place] = before + changed + after;
    }

    /// <summary>What stands between the outermost quotation marks, or the whole where there are none.</summary>
    private static (string Before, string Inside, string After) Cut(string token)
    {
        int begin = token.IndexOf('"', StringComparison.Ordinal);
        int end = token.LastIndexOf('"');
        return begin == end ? (string.Empty, token, string.Empty) : (token[..(begin + 1)], token[(begin + 1)..end], token[end..]);
    }

    private int Value(List<string> tokens, Chance chance)
    {
        int start = chance.Below(tokens.Count);
        for (int step = 0; step < tokens.Count; step++)
        {
            int place = (start + step) % tokens.Count;
            if (_isValue(tokens, place))
            {
                return place;
            }
        }

        return start;
    }

    private static bool IsJsonValue(List<string> tokens, int place)
    {
        int next = place + 1;
        while (next < tokens.Count && string.IsNullOrWhiteSpace(tokens[next]))
        {
            next++;
        }

        return tokens[place].Length > 0 && (tokens[place][0] is '"' or '-' || char.IsAsciiLetterOrDigit(tokens[place][0])) && (next == tokens.Count || tokens[next] != ":");
    }

    private static string Replaced(string text, int place, char letter) => string.Concat(text.AsSpan(0, place), [letter], text.AsSpan(place + 1));

    [GeneratedRegex("""("(?:[^"\\]|\\.)*"|[{}\[\],:]|[^{}\[\],:"]+|")""", RegexOptions.Singleline)]
    private static partial Regex JsonToken();

    [GeneratedRegex("""(</?[^\s<>/]+|\s+[^\s=<>]+="[^"]*"|/?>|[^<>]+?(?=[<>])|.)""", RegexOptions.Singleline)]
    private static partial Regex XmlToken();
}
