using Ait.Engine.Importing;

namespace Ait.Engine.Tokens;

/// <summary>
/// The part of regular expressions that tokenizers split text with: alternatives of characters, classes and groups with greedy
/// counts, and a negative look at the next character. Works on whole characters, so a letter beyond the 16-bit range is one.
/// </summary>
internal sealed class Pattern
{
    private const int MaxLength = 4096;
    private const int MaxNesting = 8;

    private readonly string _source;
    private readonly Item[][] _alternatives;
    private int _at;

    private Pattern(string source)
    {
        _source = source;
        _alternatives = Alternatives(ignoresCase: false, nesting: 0);
        if (_at != source.Length)
        {
            throw NotSupported("a whole pattern");
        }
    }

    /// <summary>A class, a group, or a class that must not follow; and how often.</summary>
    private sealed record Item(CharacterClass? Set, Item[][]? Group, bool IsForbidden, int Least, int Most);

    /// <summary>Reads a pattern; one with a part that is not carried out is refused.</summary>
    public static Pattern Parse(string source) => source.Length <= MaxLength
        ? new Pattern(source)
        : throw JsonFile.Fault(EngineRefusalCode.FileTooLarge, "tokenizer.json: pattern", $"at most {MaxLength} characters", $"{source.Length}");

    /// <summary>The end of the match that begins here, or −1. Steps are counted down, so that no text takes for ever.</summary>
    public int Match(ReadOnlySpan<int> text, int start, ref long steps) => MatchAny(_alternatives, text, start, [], ref steps);

    // Tries the alternatives, each followed by what comes after the group.
    private static int MatchAny(Item[][] alternatives, ReadOnlySpan<int> text, int at, ReadOnlySpan<Item> after, ref long steps)
    {
        foreach (Item[] alternative in alternatives)
        {
            int end = MatchItems(alternative, text, at, after, ref steps);
            if (end >= 0)
            {
                return end;
            }
        }

        return -1;
    }

    private static int MatchItems(ReadOnlySpan<Item> items, ReadOnlySpan<int> text, int at, ReadOnlySpan<Item> after, ref long steps)
    {
        if (items.IsEmpty)
        {
            return after.IsEmpty ? at : MatchItems(after, text, at, [], ref steps);
        }

        Item item = items[0];
        if (item.IsForbidden)
        {
            return at < text.Length && item.Set!.Holds(text[at]) ? -1 : MatchItems(items[1..], text, at, after, ref steps); // What is forbidden is a class.
        }

        if (item.Group is not null)
        {
            // At most once: with the group first, then without.
            int with = MatchGroup(item.Group, items[1..], text, at, after, ref steps);
            return with >= 0 || item.Least > 0 ? with : MatchItems(items[1..], text, at, after, ref steps);
        }

        int count = 0;
        while (count < item.Most && at + count < text.Length && item.Set!.Holds(text[at + count])) // Neither forbidden nor a group: a class.
        {
            count++;
            Spend(ref steps);
        }

        for (; count >= item.Least; count--)
        {
            Spend(ref steps);
            int end = MatchItems(items[1..], text, at + count, after, ref steps);
            if (end >= 0)
            {
                return end;
            }
        }

        return -1;
    }

    private static int MatchGroup(Item[][] group, ReadOnlySpan<Item> rest, ReadOnlySpan<int> text, int at, ReadOnlySpan<Item> after, ref long steps)
    {
        if (after.IsEmpty)
        {
            return MatchAny(group, text, at, rest, ref steps);
        }

        Item[] both = [.. rest, .. after];
        return MatchAny(group, text, at, both, ref steps);
    }

    private static void Spend(ref long steps)
    {
        steps--;
        if (steps < 0)
        {
            throw JsonFile.Fault(EngineRefusalCode.TextInvalid, "text", "one that the tokenizer's pattern splits in reasonable time", "one that it does not");
        }
    }

    private Item[][] Alternatives(bool ignoresCase, int nesting)
    {
        if (nesting > MaxNesting)
        {
            throw NotSupported($"groups at most {MaxNesting} deep");
        }

        var alternatives = new List<Item[]>();
        var items = new List<Item>();
        while (_at < _source.Length && _source[_at] != ')')
        {
            if (_source[_at] == '|')
            {
                _at++;
                alternatives.Add([.. items]);
                items.Clear();
                continue;
            }

            items.Add(Quantified(ignoresCase, nesting));
        }

        alternatives.Add([.. items]);
        return [.. alternatives];
    }

    private Item Quantified(bool ignoresCase, int nesting)
    {
        Item item = Single(ignoresCase, nesting);
        if (_at == _source.Length || item.IsForbidden)
        {
            return item;
        }

        (int least, int most) = _source[_at] switch
        {
            '?' => (0, 1),
            '*' => (0, int.MaxValue),
            '+' => (1, int.MaxValue),
            '{' => Counts(),
            _ => (-1, -1),
        };
        if (least < 0)
        {
            return item;
        }

        _at++;
        if (_at < _source.Length && _source[_at] is '?' or '+')
        {
            throw NotSupported("greedy counts");
        }

        return item.Group is not null && most > 1 ? throw NotSupported("a group at most once") : item with { Least = least, Most = most };
    }

    // Leaves the closing brace to be passed.
    private (int Least, int Most) Counts()
    {
        int end = _source.IndexOf('}', _at);
        string[] parts = end < 0 ? [] : _source[(_at + 1)..end].Split(',');
        const System.Globalization.NumberStyles Digits = System.Globalization.NumberStyles.None;
        System.Globalization.CultureInfo culture = System.Globalization.CultureInfo.InvariantCulture;
        if (parts.Length is < 1 or > 2 || !int.TryParse(parts[0], Digits, culture, out int least))
        {
            throw NotSupported("counts as {1,3}");
        }

        int most = least;
        if (parts.Length == 2 && parts[1].Length == 0)
        {
            most = int.MaxValue;
        }
        else if (parts.Length == 2 && (!int.TryParse(parts[1], Digits, culture, out most) || most < least))
        {
            throw NotSupported("counts as {1,3}");
        }

        _at = end;
        return (least, most);
    }

    private Item Single(bool ignoresCase, int nesting)
    {
        char c = _source[_at];
        switch (c)
        {
            case '(':
                return Group(ignoresCase, nesting);
            case '[':
                return Once(Set());
            case '\\':
                return Once(Escape(ignoresCase));
            case '.' or '^' or '$' or '*' or '+' or '?' or '{':
                throw NotSupported("characters, classes and groups");
            default:
                return Once(CharacterClass.Of(Character(), ignoresCase));
        }
    }

    private Item Group(bool ignoresCase, int nesting)
    {
        foreach ((string opening, bool? inner) in new (string, bool?)[] { ("(?i:", true), ("(?:", ignoresCase), ("(?!", null), ("(", ignoresCase) })
        {
            if (!_source.AsSpan(_at).StartsWith(opening, StringComparison.Ordinal))
            {
                continue;
            }

            if (opening == "(" && _at + 1 < _source.Length && _source[_at + 1] == '?')
            {
                break;
            }

            _at += opening.Length;
            Item[][] group = Alternatives(inner ?? ignoresCase, nesting + 1);
            if (_at == _source.Length)
            {
                throw NotSupported("a closing parenthesis");
            }

            _at++;
            if (inner is not null)
            {
                return new Item(null, group, false, 1, 1);
            }

            return group is [[{ Set: { } set, Least: 1, Most: 1, IsForbidden: false }]]
                ? new Item(set, null, true, 1, 1)
                : throw NotSupported("one class in a negative look ahead");
        }

        throw NotSupported("groups as (…), (?:…), (?i:…) and (?!…)");
    }

    private static Item Once(CharacterClass set) => new(set, null, false, 1, 1);

    private CharacterClass Set()
    {
        _at++;
        var set = new CharacterClass();
        if (_at < _source.Length && _source[_at] == '^')
        {
            set.IsNegated = true;
            _at++;
        }

        while (_at < _source.Length && _source[_at] != ']')
        {
            if (_source[_at] == '[' || (_source[_at] == '&' && _at + 1 < _source.Length && _source[_at + 1] == '&'))
            {
                throw NotSupported("classes that are not nested");
            }

            if (_source[_at] == '\\')
            {
                set.Add(Escape(ignoresCase: false));
                continue;
            }

            int first = Character();
            int last = first;
            if (_at + 1 < _source.Length && _source[_at] == '-' && _source[_at + 1] != ']')
            {
                _at++;
                last = _source[_at] == '\\' ? throw NotSupported("ranges of plain characters") : Character();
            }

            set.Add(first, last);
        }

        if (_at == _source.Length)
        {
            throw NotSupported("a closing bracket");
        }

        _at++;
        return set;
    }

    private CharacterClass Escape(bool ignoresCase)
    {
        if (_at + 1 >= _source.Length)
        {
            throw NotSupported("a character after the backslash");
        }

        char c = _source[_at + 1];
        _at += 2;
        switch (c)
        {
            case 's' or 'S':
                return CharacterClass.WhiteSpace(c == 'S');
            case 'r':
                return CharacterClass.Of('\r', false);
            case 'n':
                return CharacterClass.Of('\n', false);
            case 't':
                return CharacterClass.Of('\t', false);
            case 'd':
                var digits = new CharacterClass();
                digits.TryAddCategory("Nd");
                return digits;
            case 'p' or 'P':
                int end = _at < _source.Length && _source[_at] == '{' ? _source.IndexOf('}', _at) : -1;
                var category = new CharacterClass { IsNegated = c == 'P' };
                if (end < 0 || !category.TryAddCategory(_source[(_at + 1)..end]))
                {
                    throw NotSupported("general categories as \\p{L}");
                }

                _at = end + 1;
                return category;
            default:
                return char.IsAsciiLetterOrDigit(c) ? throw NotSupported("escapes of s, S, r, n, t, d, p, P and punctuation") : CharacterClass.Of(c, ignoresCase);
        }
    }

    private int Character()
    {
        System.Text.Rune rune = System.Text.Rune.TryGetRuneAt(_source, _at, out System.Text.Rune found) ? found : throw NotSupported("whole characters");
        _at += rune.Utf16SequenceLength;
        return rune.Value;
    }

    private EngineRefusedException NotSupported(string expected) =>
        JsonFile.Fault(EngineRefusalCode.TokenizerNotSupported, $"tokenizer.json: pattern, character {Math.Min(_at, _source.Length)}", expected, _source);
}
