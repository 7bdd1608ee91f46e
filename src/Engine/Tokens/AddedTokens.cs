using System.Text;

namespace Ait.Engine.Tokens;

/// <summary>Finds the longest of some tokens that begins at a place.</summary>
internal sealed class AddedTokens
{
    // By first character, longest first.
    private readonly Dictionary<int, List<(int[] Text, AddedToken Token)>> _byFirst = [];
    private readonly Dictionary<int, int> _lengths = [];

    public void Add(int[] text, AddedToken token)
    {
        if (!_byFirst.TryGetValue(text[0], out List<(int[] Text, AddedToken Token)>? bucket))
        {
            bucket = [];
            _byFirst.Add(text[0], bucket);
        }

        int at = bucket.FindIndex(other => other.Text.Length < text.Length);
        bucket.Insert(at < 0 ? bucket.Count : at, (text, token));
        _lengths[token.Id] = text.Length;
    }

    public int LengthOf(AddedToken token) => _lengths[token.Id];

    public AddedToken? Match(ReadOnlySpan<int> text, int at)
    {
        if (!_byFirst.TryGetValue(text[at], out List<(int[] Text, AddedToken Token)>? bucket))
        {
            return null;
        }

        foreach ((int[] candidate, AddedToken token) in bucket)
        {
            if (text[at..].StartsWith(candidate) && (!token.IsSingleWord || StandsAlone(text, at, at + candidate.Length)))
            {
                return token;
            }
        }

        return null;
    }

    private static bool StandsAlone(ReadOnlySpan<int> text, int start, int end) =>
        (start == 0 || !IsWordCharacter(text[start - 1])) && (end == text.Length || !IsWordCharacter(text[end]));

    private static bool IsWordCharacter(int character) => Rune.IsLetterOrDigit(new Rune(character)) || character == '_';
}
