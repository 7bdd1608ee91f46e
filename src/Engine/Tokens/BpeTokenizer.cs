using System.Text;

namespace Ait.Engine.Tokens;

/// <summary>
/// Byte-pair encoding: a piece of text falls into characters (or byte letters), then the adjacent pair of least rank is merged,
/// the leftmost of equals, until none is left.
/// </summary>
internal sealed partial class BpeTokenizer : Tokenizer
{
    // Steps of the patterns per character, and a base for short texts.
    private const long StepsPerCharacter = 256;
    private const long StepsAtLeast = 100_000;

    // A shorter piece is searched through for each merge; a longer one keeps its pairs in a queue.
    private const int ShortPiece = 48;

    private readonly TokenizerParts _parts;
    private readonly PreTokenizer _split;

    internal BpeTokenizer(TokenizerParts parts, string? template, int begin, ReadOnlySpan<int> ends)
    {
        _parts = parts;
        _split = parts.Split;
        ChatTemplate = template;
        EndTokens = [.. ends];
        BeginText = begin >= 0 ? TokenName(begin) : "";
        EndText = ends.IsEmpty ? "" : TokenName(ends[0]);
    }

    public override int Count => _parts.Names.Length;

    public override bool StripsLeadingSpace => _split.LowLinePrefix != PreTokenizer.Prefix.Never;

    public override ReadOnlySpan<byte> TokenBytes(int token) => (uint)token < (uint)_parts.Bytes.Length ? _parts.Bytes[token] : default;

    public override string TokenName(int token) => (uint)token < (uint)_parts.Names.Length ? _parts.Names[token] ?? "" : "";

    private protected override int[] Encode(ReadOnlySpan<int> runes, bool withSpecial)
    {
        var tokens = new List<int>();
        if (withSpecial)
        {
            tokens.AddRange(_parts.Before);
        }

        long steps = StepsAtLeast + (StepsPerCharacter * runes.Length);
        EncodeAround(runes, isNormalized: false, isFirst: true, tokens, ref steps);
        if (withSpecial)
        {
            tokens.AddRange(_parts.After);
        }

        return [.. tokens];
    }

    /// <summary>Finds added tokens and encodes what lies between: those of the raw text first, those of the normalised text in its pieces.</summary>
    private void EncodeAround(ReadOnlySpan<int> text, bool isNormalized, bool isFirst, List<int> tokens, ref long steps)
    {
        AddedTokens added = isNormalized ? _parts.NormalizedAdded : _parts.RawAdded;
        int start = 0;
        int at = 0;
        while (at < text.Length)
        {
            if (added.Match(text, at) is not { } token)
            {
                at++;
                continue;
            }

            int from = at;
            int end = at + added.LengthOf(token);
            while (token.TakesLeft && from > start && Rune.IsWhiteSpace(new Rune(text[from - 1])))
            {
                from--;
            }

            while (token.TakesRight && end < text.Length && Rune.IsWhiteSpace(new Rune(text[end])))
            {
                end++;
            }

            EncodeBetween(text[start..from], isNormalized, isFirst && start == 0, tokens, ref steps);
            tokens.Add(token.Id);
            start = end;
            at = end;
        }

        EncodeBetween(text[start..], isNormalized, isFirst && start == 0, tokens, ref steps);
    }

    private void EncodeBetween(ReadOnlySpan<int> text, bool isNormalized, bool isFirst, List<int> tokens, ref long steps)
    {
        if (text.IsEmpty)
        {
            return;
        }

        if (!isNormalized)
        {
            EncodeAround(TokenizerParts.Normalize(_split, text), isNormalized: true, isFirst, tokens, ref steps);
            return;
        }

        if (_split.LowLinePrefix is PreTokenizer.Prefix.AlwaysOnce or PreTokenizer.Prefix.FirstOnce)
        {
            EncodeLowLines(text, isFirst, tokens);
            return;
        }

        EncodePieces(text, 0, tokens, ref steps);
    }

    private void EncodeLowLines(ReadOnlySpan<int> text, bool isFirst, List<int> tokens)
    {
        bool wantsPrefix = _split.LowLinePrefix == PreTokenizer.Prefix.AlwaysOnce || isFirst;
        var replaced = new List<int>(text.Length + 1);
        if (wantsPrefix && text[0] != ' ' && text[0] != PreTokenizer.LowLine)
        {
            replaced.Add(PreTokenizer.LowLine);
        }

        foreach (int character in text)
        {
            replaced.Add(character == ' ' ? PreTokenizer.LowLine : character);
        }

        ReadOnlySpan<int> all = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(replaced);
        int start = 0;
        for (int i = 1; _split.SplitsAtLowLines && i < all.Length; i++)
        {
            if (all[i] == PreTokenizer.LowLine)
            {
                EncodePiece(all[start..i], tokens);
                start = i;
            }
        }

        EncodePiece(all[start..], tokens);
    }

    /// <summary>Cuts a text by the pattern of the depth, and the pieces by the next.</summary>
    private void EncodePieces(ReadOnlySpan<int> text, int depth, List<int> tokens, ref long steps)
    {
        if (depth == _split.Patterns.Length)
        {
            EncodePiece(text, tokens);
            return;
        }

        if (_split.AddsPrefixSpace && depth == 0 && text[0] != ' ')
        {
            text = (int[])[' ', .. text];
        }

        Pattern pattern = _split.Patterns[depth];
        int between = 0;
        int at = 0;
        while (at < text.Length)
        {
            int end = pattern.Match(text, at, ref steps);
            if (end <= at)
            {
                at++;
                continue;
            }

            if (between < at)
            {
                EncodePieces(text[between..at], depth + 1, tokens, ref steps);
            }

            EncodePieces(text[at..end], depth + 1, tokens, ref steps);
            at = end;
            between = end;
        }

        if (between < text.Length)
        {
            EncodePieces(text[between..], depth + 1, tokens, ref steps);
        }
    }

    private void EncodePiece(ReadOnlySpan<int> piece, List<int> tokens)
    {
        if (_parts.IsByteLevel && _split.Patterns.IsEmpty && _split.AddsPrefixSpace && piece[0] != ' ')
        {
            piece = (int[])[' ', .. piece];
        }

        if (_parts.IgnoresMerges && _parts.Whole(piece) is int whole and >= 0)
        {
            tokens.Add(whole);
            return;
        }

        List<int> symbols = _parts.Symbols(piece);
        if (symbols.Count <= ShortPiece)
        {
            MergeShort(symbols);
        }
        else
        {
            symbols = MergeLong(symbols);
        }

        tokens.AddRange(symbols);
    }
}
