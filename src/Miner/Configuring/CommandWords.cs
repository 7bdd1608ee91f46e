using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Ait.Miner.Configuring;

/// <summary>Splits a command line into words as a POSIX shell would quote them; no shell ever runs, so nothing expands.</summary>
internal static class CommandWords
{
    /// <summary>Blanks separate; single quotes keep everything; double quotes keep blanks; a backslash outside single quotes keeps the next character.</summary>
    public static bool TrySplit(string text, out ImmutableArray<string> words, [NotNullWhen(false)] out string? problem)
    {
        ImmutableArray<string>.Builder found = ImmutableArray.CreateBuilder<string>();
        var word = new StringBuilder();
        bool inWord = false;
        char quote = '\0';
        words = [];
        problem = null;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\\' && quote != '\'')
            {
                if (i + 1 == text.Length)
                {
                    problem = "ends in a backslash.";
                    return false;
                }

                word.Append(text[++i]);
                inWord = true;
            }
            else if (quote != '\0')
            {
                if (c == quote)
                {
                    quote = '\0';
                }
                else
                {
                    word.Append(c);
                }
            }
            else if (c is '\'' or '"')
            {
                quote = c;
                inWord = true;
            }
            else if (char.IsWhiteSpace(c))
            {
                if (inWord)
                {
                    found.Add(word.ToString());
                    word.Clear();
                    inWord = false;
                }
            }
            else
            {
                word.Append(c);
                inWord = true;
            }
        }

        if (quote != '\0')
        {
            problem = $"has no closing {quote}.";
            return false;
        }

        if (inWord)
        {
            found.Add(word.ToString());
        }

        words = found.ToImmutable();
        return true;
    }
}
