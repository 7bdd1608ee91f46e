using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Ait.Engine.Canonical;
using Ait.Engine.Importing;
using Ait.Engine.Tokens;

namespace Ait.Engine;

/// <summary>Text to tokens and back, as the model was trained.</summary>
public abstract class Tokenizer
{
    /// <summary>Longest encoding of a stored tokenizer.</summary>
    public const int MaxEncodedSize = EngineLimits.MaxTokenizerBytes + EngineLimits.MaxTemplateBytes + 1024;

    private static ReadOnlySpan<byte> Magic => "AXK1"u8;

    /// <summary>The tokenizer of models that are drawn from a seed: bytes, as <see cref="ByteTokenizer"/> numbers them.</summary>
    public static Tokenizer Bytes => ByteTokens.Instance;

    /// <summary>Number of token ids, gaps included.</summary>
    public abstract int Count { get; }

    /// <summary>Tokens that end an answer, ascending.</summary>
    public ImmutableArray<int> EndTokens { get; private protected init; } = [];

    /// <summary>The template that turns messages into a prompt; null if the model has none.</summary>
    public string? ChatTemplate { get; private protected init; }

    /// <summary>The text of the token that begins a text, for templates; empty if there is none.</summary>
    public string BeginText { get; private protected init; } = "";

    /// <summary>The text of the token that ends a text, for templates; empty if there is none.</summary>
    public string EndText { get; private protected init; } = "";

    /// <summary>The tokens of a text. Added tokens are recognised in it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="withSpecial">Whether the tokens that the model expects around a text are put there.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="refusal">Why there are none.</param>
    public bool TryEncode(string text, bool withSpecial, [NotNullWhen(true)] out int[]? tokens, [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(text);
        tokens = null;
        refusal = null;
        if (text.Length > EngineLimits.MaxTextBytes)
        {
            refusal = EngineRefusal.Range(EngineRefusalCode.TextInvalid, "text length", 0, EngineLimits.MaxTextBytes, text.Length);
            return false;
        }

        int[] runes = new int[text.Length];
        int count = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (!Rune.TryGetRuneAt(text, i, out Rune rune))
            {
                refusal = new EngineRefusal(EngineRefusalCode.TextInvalid, $"text, character {i}", "a whole character", $"a lone surrogate, 0x{(int)text[i]:x4}");
                return false;
            }

            runes[count++] = rune.Value;
            i += rune.Utf16SequenceLength - 1;
        }

        try
        {
            tokens = Encode(runes.AsSpan(0, count), withSpecial);
        }
        catch (EngineRefusedException refused)
        {
            refusal = refused.Refusal;
        }

        return tokens is not null;
    }

    /// <summary>The tokens of UTF-8 text; refused with the offset of the first byte that belongs to no character.</summary>
    public bool TryEncode(ReadOnlySpan<byte> utf8, bool withSpecial, [NotNullWhen(true)] out int[]? tokens, [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        tokens = null;
        if (utf8.Length > EngineLimits.MaxTextBytes)
        {
            refusal = EngineRefusal.Range(EngineRefusalCode.TextInvalid, "text bytes", 0, EngineLimits.MaxTextBytes, utf8.Length);
            return false;
        }

        int at = 0;
        while (at < utf8.Length)
        {
            if (Rune.DecodeFromUtf8(utf8[at..], out _, out int length) != System.Buffers.OperationStatus.Done)
            {
                refusal = new EngineRefusal(EngineRefusalCode.TextInvalid, $"text, offset {at}", "UTF-8", $"0x{utf8[at]:x2}");
                return false;
            }

            at += length;
        }

        return TryEncode(Encoding.UTF8.GetString(utf8), withSpecial, out tokens, out refusal);
    }

    /// <summary>The tokens of a text that is known to be valid.</summary>
    /// <exception cref="EngineRefusedException">It is not.</exception>
    public int[] Encode(string text, bool withSpecial = true) =>
        TryEncode(text, withSpecial, out int[]? tokens, out EngineRefusal? refusal) ? tokens : throw new EngineRefusedException(refusal);

    /// <summary>The bytes that a token stands for: part of a character at times. Empty for special and unknown ids.</summary>
    public abstract ReadOnlySpan<byte> TokenBytes(int token);

    /// <summary>What a token is called: its text, that of special tokens too. Empty for unknown ids.</summary>
    public abstract string TokenName(int token);

    /// <summary>The text of tokens, without special ones. Bytes that form no character become U+FFFD.</summary>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        var bytes = new List<byte>();
        foreach (int token in tokens)
        {
            bytes.AddRange(TokenBytes(token));
        }

        ReadOnlySpan<byte> all = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes);
        return Encoding.UTF8.GetString(StripsLeadingSpace && all.StartsWith(" "u8) ? all[1..] : all);
    }

    /// <summary>Whether the space that encoding puts before a text is taken off again.</summary>
    public virtual bool StripsLeadingSpace => false;

    /// <summary>Reads a stored tokenizer. Throws on anything else.</summary>
    internal static Tokenizer Read(string file, byte[] encoded, int vocabulary)
    {
        var reader = new CanonicalReader(encoded);
        reader.Magic(Magic);
        ReadOnlyMemory<byte> json = Part(ref reader, encoded, "tokenizer.json", EngineLimits.MaxTokenizerBytes);
        ReadOnlyMemory<byte> template = Part(ref reader, encoded, "chat template", EngineLimits.MaxTemplateBytes);
        int begin = reader.Int32("begin token");
        int[] ends = GenerationRequest.ReadTokens(ref reader, "end tokens", EngineLimits.MaxStopTokens, EngineRefusalCode.TooManyStopTokens);
        if (!reader.End())
        {
            EngineRefusal refusal = reader.Refusal!; // End said so.
            throw JsonFile.Fault(refusal.Code, $"{file}: tokenizer: {refusal.What}", refusal.Expected, refusal.Found);
        }

        return TokenizerReader.Read(json, template, begin, ends, vocabulary);
    }

    /// <summary>The canonical form of a tokenizer that is stored.</summary>
    internal static byte[] Write(ReadOnlySpan<byte> json, ReadOnlySpan<byte> template, int begin, ReadOnlySpan<int> ends)
    {
        var writer = new CanonicalWriter();
        writer.Bytes(Magic);
        writer.Int32(json.Length);
        writer.Bytes(json);
        writer.Int32(template.Length);
        writer.Bytes(template);
        writer.Int32(begin);
        writer.Int32(ends.Length);
        foreach (int token in ends)
        {
            writer.Int32(token);
        }

        return writer.ToArray();
    }

    private protected abstract int[] Encode(ReadOnlySpan<int> runes, bool withSpecial);

    private static ReadOnlyMemory<byte> Part(ref CanonicalReader reader, byte[] encoded, string what, int limit)
    {
        int length = reader.Count(what, limit, 1, EngineRefusalCode.FileTooLarge);
        int start = encoded.Length - reader.Remaining;
        reader.Skip(length, what);
        return encoded.AsMemory(start, reader.Refusal is null ? length : 0);
    }
}
