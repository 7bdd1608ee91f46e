namespace Ait.Engine.Tokens;

/// <summary>How text between added tokens is changed and cut before it is merged.</summary>
internal sealed record PreTokenizer
{
    /// <summary>What a space is written as in SentencePiece vocabularies.</summary>
    public const int LowLine = 0x2581;

    /// <summary>Whether the text is brought into Unicode form C.</summary>
    public bool Composes { get; init; }

    /// <summary>Whether spaces become U+2581.</summary>
    public bool ReplacesSpaces { get; init; }

    /// <summary>Whether a U+2581 is put before a text.</summary>
    public Prefix LowLinePrefix { get; init; }

    /// <summary>Whether a text is cut before every U+2581.</summary>
    public bool SplitsAtLowLines { get; init; }

    /// <summary>Whether a space is put before every piece that does not begin with one.</summary>
    public bool AddsPrefixSpace { get; init; }

    /// <summary>The patterns whose matches, and what lies between them, are the pieces; one after the other.</summary>
    public System.Collections.Immutable.ImmutableArray<Pattern> Patterns { get; init; } = [];

    /// <summary>When a text gets a prefix.</summary>
    internal enum Prefix
    {
        Never,

        /// <summary>Every text between added tokens, whatever it begins with.</summary>
        Always,

        /// <summary>Every text between added tokens that does not begin with one.</summary>
        AlwaysOnce,

        /// <summary>Only the text at the very begin, if it does not begin with one.</summary>
        FirstOnce,
    }
}
