using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Ait.Engine.Tests.Tokens;

/// <summary>Byte-pair encoding without haste or cleverness, for texts within the 16-bit range: strings, regular expressions, one merge at a time.</summary>
internal sealed class SlowBpe
{
    private readonly Dictionary<string, int> _ids;
    private readonly List<(string Left, string Right)> _merges;
    private readonly JsonObject _json;
    private readonly bool _isByteLevel;

    public SlowBpe(JsonObject json)
    {
        _json = json;
        var model = (JsonObject)json["model"]!;
        _ids = ((JsonObject)model["vocab"]!).ToDictionary(entry => entry.Key, entry => entry.Value!.GetValue<int>());
        _merges = [.. ((JsonArray)model["merges"]!).Select(entry => entry is JsonArray pair
            ? (pair[0]!.GetValue<string>(), pair[1]!.GetValue<string>())
            : (entry!.GetValue<string>().Split(' ')[0], entry.GetValue<string>().Split(' ')[1]))];
        _isByteLevel = _ids.ContainsKey("Ġ");
    }

    /// <summary>The tokens of a text without added tokens, nothing around it.</summary>
    public int[] Encode(string text)
    {
        if (text.Length == 0)
        {
            return [];
        }

        if (!_isByteLevel)
        {
            bool hasPrefix = _json["normalizer"] is not null || text[0] is not (' ' or '\u2581');
            string line = (hasPrefix ? "\u2581" : "") + text.Replace(' ', '\u2581');
            return Ids(Merged([.. line.Select(letter => $"{letter}")]));
        }

        string pattern = _json["pre_tokenizer"]!["pretokenizers"]![0]!["pattern"]!["Regex"]!.GetValue<string>();
        var tokens = new List<int>();
        foreach (Match match in Regex.Matches(text, pattern, RegexOptions.CultureInvariant))
        {
            string letters = string.Concat(Encoding.UTF8.GetBytes(match.Value).Select(Letter));
            bool isWhole = _json["model"]!["ignore_merges"]!.GetValue<bool>() && _ids.ContainsKey(letters);
            tokens.AddRange(Ids(isWhole ? [letters] : Merged([.. letters.Select(letter => $"{letter}")])));
        }

        return [.. tokens];
    }

    private List<string> Merged(List<string> symbols)
    {
        foreach ((string left, string right) in Enumerable.Repeat(_merges, symbols.Count).SelectMany(all => all))
        {
            // The first merge of the list that fits anywhere, at its leftmost place; then from the top again.
            (string Left, string Right)? first = _merges.Where(merge => Place(symbols, merge) >= 0).Cast<(string, string)?>().FirstOrDefault();
            if (first is not { } merge)
            {
                break;
            }

            int at = Place(symbols, merge);
            symbols[at] += symbols[at + 1];
            symbols.RemoveAt(at + 1);
        }

        return symbols;
    }

    private static int Place(List<string> symbols, (string Left, string Right) merge) =>
        Enumerable.Range(0, Math.Max(0, symbols.Count - 1)).FirstOrDefault(i => symbols[i] == merge.Left && symbols[i + 1] == merge.Right, -1);

    private int[] Ids(List<string> symbols) => [.. symbols.SelectMany(symbol => _ids.TryGetValue(symbol, out int id)
        ? [id]
        : Encoding.UTF8.GetBytes(symbol).Select(value => _ids[$"<0x{value:X2}>"]))];

    private static char Letter(byte value)
    {
        char[] printable = [.. Enumerable.Range(0x21, 0x5E).Concat(Enumerable.Range(0xA1, 12)).Concat(Enumerable.Range(0xAE, 82)).Select(code => (char)code)];
        return Array.IndexOf(printable, (char)value) >= 0 ? (char)value : (char)(0x100 + Enumerable.Range(0, value).Count(other => Array.IndexOf(printable, (char)other) < 0));
    }
}
