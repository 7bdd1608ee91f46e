using System.Collections.Immutable;
using System.Text;

namespace Ait.Engine.Tokens;

/// <summary>What a tokenizer.json holds, ready for use.</summary>
internal sealed class TokenizerParts
{
    /// <summary>The name of every id; null where there is no token.</summary>
    public required string?[] Names { get; init; }

    /// <summary>The bytes of every id; empty for special tokens.</summary>
    public required byte[][] Bytes { get; init; }

    /// <summary>Ids by name.</summary>
    public required Dictionary<string, int> Ids { get; init; }

    /// <summary>What a pair of ids merges to, and when.</summary>
    public required Dictionary<ulong, (int Rank, int Token)> Merges { get; init; }

    public required PreTokenizer Split { get; init; }

    /// <summary>Whether the vocabulary is of byte letters.</summary>
    public required bool IsByteLevel { get; init; }

    /// <summary>Whether characters that are no token become their bytes.</summary>
    public required bool FallsBackToBytes { get; init; }

    /// <summary>Whether a piece that is a token as it stands is not merged.</summary>
    public required bool IgnoresMerges { get; init; }

    /// <summary>The id of what is not known, or −1.</summary>
    public required int Unknown { get; init; }

    /// <summary>Whether unknown characters next to each other become one token.</summary>
    public required bool FusesUnknown { get; init; }

    public required AddedTokens RawAdded { get; init; }

    public required AddedTokens NormalizedAdded { get; init; }

    /// <summary>Tokens before a text.</summary>
    public required ImmutableArray<int> Before { get; init; }

    /// <summary>Tokens after a text.</summary>
    public required ImmutableArray<int> After { get; init; }

    public static ulong Pair(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    /// <summary>What normalisation makes of a text.</summary>
    public static int[] Normalize(PreTokenizer split, ReadOnlySpan<int> text)
    {
        List<int> normalized = split.Composes ? CanonicalComposition.Compose(text) : [.. text];
        if (split.LowLinePrefix == PreTokenizer.Prefix.Always)
        {
            normalized.Insert(0, PreTokenizer.LowLine);
        }

        for (int i = 0; split.ReplacesSpaces && i < normalized.Count; i++)
        {
            normalized[i] = normalized[i] == ' ' ? PreTokenizer.LowLine : normalized[i];
        }

        return [.. normalized];
    }

    /// <summary>The token that is the whole piece, or −1.</summary>
    public int Whole(ReadOnlySpan<int> piece)
    {
        var name = new StringBuilder(piece.Length);
        foreach (int character in piece)
        {
            Append(name, character);
        }

        return Ids.GetValueOrDefault(name.ToString(), -1);
    }

    /// <summary>The tokens that merging begins with.</summary>
    public List<int> Symbols(ReadOnlySpan<int> piece)
    {
        var symbols = new List<int>(piece.Length);
        Span<byte> utf8 = stackalloc byte[4];
        bool wasUnknown = false;
        foreach (int character in piece)
        {
            int length = new Rune(character).EncodeToUtf8(utf8);
            if (IsByteLevel)
            {
                foreach (byte value in utf8[..length])
                {
                    symbols.Add(Ids[ByteLetters.Letter(value).ToString()]); // Checked when the vocabulary was read.
                }

                continue;
            }

            if (Ids.TryGetValue(char.ConvertFromUtf32(character), out int id))
            {
                symbols.Add(id);
                wasUnknown = false;
            }
            else if (FallsBackToBytes)
            {
                foreach (byte value in utf8[..length])
                {
                    symbols.Add(Ids[TokenizerReader.ByteName(value)]); // Checked when the vocabulary was read.
                }

                wasUnknown = false;
            }
            else if (Unknown >= 0 && !(wasUnknown && FusesUnknown))
            {
                symbols.Add(Unknown);
                wasUnknown = true;
            }
        }

        return symbols;
    }

    private void Append(StringBuilder name, int character)
    {
        if (!IsByteLevel)
        {
            name.Append(char.ConvertFromUtf32(character));
            return;
        }

        Span<byte> utf8 = stackalloc byte[4];
        foreach (byte value in utf8[..new Rune(character).EncodeToUtf8(utf8)])
        {
            name.Append(ByteLetters.Letter(value));
        }
    }
}
