using System.Globalization;

namespace Ait.Emulation.Commands;

/// <summary>The options of one command: <c>--name value</c>, or a bare <c>--flag</c>.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);

    internal Arguments(IReadOnlyList<string> words, IReadOnlyList<string> options, IReadOnlyList<string> flags)
    {
        for (int index = 0; index < words.Count; index++)
        {
            string word = words[index];
            string name = word.StartsWith("--", StringComparison.Ordinal) ? word[2..] : word;
            bool isFlag = flags.Contains(name);
            if (name == word || (!isFlag && !options.Contains(name)))
            {
                throw new EmulationException($"Unknown option {word}; run with --help.");
            }

            if (!isFlag && ++index == words.Count)
            {
                throw new EmulationException($"Option {word} lacks its value.");
            }

            if (!_values.TryGetValue(name, out List<string>? values))
            {
                _values[name] = values = [];
            }

            values.Add(isFlag ? "true" : words[index]);
        }
    }

    internal bool Has(string name) => _values.ContainsKey(name);

    internal IReadOnlyList<string> All(string name) => _values.GetValueOrDefault(name) ?? [];

    internal string? Optional(string name) => All(name) switch
    {
        [] => null,
        [var only] => only,
        _ => throw new EmulationException($"Option --{name} is given more than once."),
    };

    internal string Required(string name) => Optional(name) ?? throw new EmulationException($"Option --{name} is required.");

    internal byte[] Hex(string name, int length) => Hex(name, Required(name), length);

    internal byte[]? OptionalHex(string name, int length) => Optional(name) is { } text ? Hex(name, text, length) : null;

    internal int Number(string name, int fallback, int least, int most)
    {
        string? text = Optional(name);
        return text is null ? fallback : Number(name, text, least, most);
    }

    internal IEnumerable<int> Numbers(string name, int least, int most) => All(name).Select(text => Number(name, text, least, most));

    /// <summary>Refuses options that mean something on other hardware only.</summary>
    internal void Refuse(IReadOnlyList<string> names, string hardware)
    {
        foreach (string name in names)
        {
            if (Has(name))
            {
                throw new EmulationException($"Option --{name} is for {hardware} only.");
            }
        }
    }

    internal T Choice<T>(string name, T fallback)
        where T : struct, Enum
    {
        string? text = Optional(name);
        return text is null ? fallback
            : Enum.GetNames<T>().Contains(text, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<T>(text, ignoreCase: true)
            : throw new EmulationException($"Option --{name} is one of {string.Join(", ", Enum.GetNames<T>())}, not {text}.");
    }

    private static int Number(string name, string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
            : throw new EmulationException($"Option --{name} is a number from {least} to {most}, not {text}.");

    private static byte[] Hex(string name, string text, int length)
    {
        string digits = text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text;
        return digits.Length == 2 * length && digits.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(digits)
            : throw new EmulationException($"Option --{name} is {length} bytes in hex.");
    }
}
