using System.Globalization;

namespace Ait.Engine.Tokens;

/// <summary>
/// Unicode normalisation form C (UAX #15) from a table in the assembly: the runtime's own is absent where globalization is
/// invariant, and otherwise depends on the machine.
/// </summary>
internal static class CanonicalComposition
{
    private const int HangulFirst = 0xAC00;
    private const int HangulCount = 11172;
    private const int LeadFirst = 0x1100;
    private const int LeadCount = 19;
    private const int VowelFirst = 0x1161;
    private const int VowelCount = 21;
    private const int TrailFirst = 0x11A7;
    private const int TrailCount = 28;

    private static readonly Lazy<Tables> s_tables = new(Load);

    private sealed record Tables(Dictionary<int, int> Classes, Dictionary<int, int[]> Parts, Dictionary<(int First, int Second), int> Wholes);

    /// <summary>The text in form C.</summary>
    public static List<int> Compose(ReadOnlySpan<int> text)
    {
        Tables tables = s_tables.Value;
        var characters = new List<int>(text.Length);
        foreach (int character in text)
        {
            Decompose(tables, character, characters);
        }

        Order(tables, characters);
        return Join(tables, characters);
    }

    private static void Decompose(Tables tables, int character, List<int> target)
    {
        int hangul = character - HangulFirst;
        if ((uint)hangul < HangulCount)
        {
            target.Add(LeadFirst + (hangul / (VowelCount * TrailCount)));
            target.Add(VowelFirst + (hangul / TrailCount % VowelCount));
            if (hangul % TrailCount != 0)
            {
                target.Add(TrailFirst + (hangul % TrailCount));
            }
        }
        else if (character >= 0x80 && tables.Parts.TryGetValue(character, out int[]? parts))
        {
            target.AddRange(parts);
        }
        else
        {
            target.Add(character);
        }
    }

    // Marks between two starters go into the order of their classes, equals staying as they are.
    private static void Order(Tables tables, List<int> characters)
    {
        for (int start = 0; start < characters.Count; start++)
        {
            if (ClassOf(tables, characters[start]) == 0)
            {
                continue;
            }

            int end = start;
            while (end < characters.Count && ClassOf(tables, characters[end]) != 0)
            {
                end++;
            }

            int[] marks = [.. characters.GetRange(start, end - start).OrderBy(mark => ClassOf(tables, mark))];
            for (int i = 0; i < marks.Length; i++)
            {
                characters[start + i] = marks[i];
            }

            start = end;
        }
    }

    private static List<int> Join(Tables tables, List<int> characters)
    {
        var joined = new List<int>(characters.Count);
        int starter = -1;
        int last = 0;
        foreach (int character in characters)
        {
            int own = ClassOf(tables, character);
            // A mark reaches its starter unless one of its class, or a starter, lies between.
            bool reaches = starter >= 0 && (joined.Count - 1 == starter || (last != 0 && last < own));
            if (reaches && Whole(tables, joined[starter], character) is int whole and > 0)
            {
                joined[starter] = whole;
                continue;
            }

            if (own == 0)
            {
                starter = joined.Count;
            }

            last = own;
            joined.Add(character);
        }

        return joined;
    }

    private static int Whole(Tables tables, int first, int second)
    {
        if ((uint)(first - LeadFirst) < LeadCount && (uint)(second - VowelFirst) < VowelCount)
        {
            return HangulFirst + ((((first - LeadFirst) * VowelCount) + (second - VowelFirst)) * TrailCount);
        }

        if ((uint)(first - HangulFirst) < HangulCount && (first - HangulFirst) % TrailCount == 0 && second - TrailFirst is > 0 and < TrailCount)
        {
            return first + (second - TrailFirst);
        }

        return tables.Wholes.GetValueOrDefault((first, second));
    }

    private static int ClassOf(Tables tables, int character) => character < 0x300 ? 0 : tables.Classes.GetValueOrDefault(character);

    private static Tables Load()
    {
        var tables = new Tables([], [], []);
        using Stream stream = typeof(CanonicalComposition).Assembly.GetManifestResourceStream("normalization")
            ?? throw new InvalidOperationException("The table of decompositions is not in the assembly.");
        using var reader = new StreamReader(stream);
        int rank = 0;
        while (reader.ReadLine() is { } line)
        {
            string[] words = line.Split(' ');
            if (words[0] == "m")
            {
                rank++;
                foreach (string range in words.AsSpan(1))
                {
                    int dash = range.IndexOf('-', StringComparison.Ordinal);
                    int last = Number(dash < 0 ? range : range[(dash + 1)..]);
                    for (int mark = Number(dash < 0 ? range : range[..dash]); mark <= last; mark++)
                    {
                        tables.Classes.Add(mark, rank);
                    }
                }
            }
            else if (words[0] == "d")
            {
                int equals = Array.IndexOf(words, "=");
                tables.Parts.Add(Number(words[1]), [.. words[2..(equals < 0 ? words.Length : equals)].Select(Number)]);
                if (equals > 0)
                {
                    tables.Wholes.Add((Number(words[equals + 1]), Number(words[equals + 2])), Number(words[1]));
                }
            }
        }

        return tables;
    }

    private static int Number(string hexadecimal) => int.Parse(hexadecimal, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
