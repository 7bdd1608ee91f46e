using System.Text;

namespace Ait.Engine.Tokens;

/// <summary>A set of characters: single ones, ranges, general categories and white space; possibly turned around, possibly of either case.</summary>
internal sealed class CharacterClass
{
    private readonly List<(int First, int Last)> _ranges = [];
    private readonly List<CharacterClass> _parts = [];
    private uint _categories;
    private bool _whiteSpace;

    public bool IsNegated { get; set; }

    public bool IgnoresCase { get; set; }

    public static CharacterClass Of(int character, bool ignoresCase)
    {
        var set = new CharacterClass { IgnoresCase = ignoresCase };
        set.Add(character, character);
        return set;
    }

    public static CharacterClass WhiteSpace(bool isNegated) => new() { _whiteSpace = true, IsNegated = isNegated };

    public void Add(int first, int last) => _ranges.Add((first, last));

    public void Add(CharacterClass part) => _parts.Add(part);

    /// <summary>Adds a general category, <c>L</c> or <c>Lu</c>. False if there is none of that name.</summary>
    public bool TryAddCategory(string name)
    {
        uint categories = 0;
        for (int i = 0; i < s_names.Length; i++)
        {
            if (s_names[i] == name || (name.Length == 1 && s_names[i][0] == name[0]))
            {
                categories |= 1u << i;
            }
        }

        _categories |= categories;
        return categories != 0;
    }

    public bool Holds(int character)
    {
        bool holds = HoldsAsIs(character);
        if (!holds && IgnoresCase)
        {
            // U+017F and U+212A are the only characters beyond ASCII whose simple case folding is within it.
            int other = character switch
            {
                >= 'a' and <= 'z' => character - 32,
                >= 'A' and <= 'Z' => character + 32,
                0x17F => 's',
                0x212A => 'k',
                _ => character,
            };
            holds = HoldsAsIs(other);
        }

        return holds != IsNegated;
    }

    // In the order of UnicodeCategory.
    private static readonly string[] s_names =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co",
        "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    private bool HoldsAsIs(int character)
    {
        foreach ((int first, int last) in _ranges)
        {
            if (character >= first && character <= last)
            {
                return true;
            }
        }

        foreach (CharacterClass part in _parts)
        {
            if (part.Holds(character))
            {
                return true;
            }
        }

        var rune = new Rune(character);
        return (_categories != 0 && (_categories >> (int)Rune.GetUnicodeCategory(rune) & 1) != 0) || (_whiteSpace && Rune.IsWhiteSpace(rune));
    }
}
