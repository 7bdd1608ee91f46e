using System.Diagnostics.CodeAnalysis;
using Ait.Engine.Canonical;

namespace Ait.Engine;

/// <summary>The tokens that a model is trained on, one text after the other.</summary>
public sealed class TrainingData
{
    private readonly int[] _tokens;

    private static ReadOnlySpan<byte> Magic => "AXD1"u8;

    /// <summary>Data of tokens that the caller gives up.</summary>
    internal TrainingData(int[] tokens)
    {
        _tokens = tokens;
        Digest = Digest.Of(Encode());
    }

    /// <summary>SHA-256 of the canonical encoding.</summary>
    public Digest Digest { get; }

    /// <summary>How many tokens there are.</summary>
    public int Count => _tokens.Length;

    /// <summary>The tokens.</summary>
    public ReadOnlyMemory<int> Tokens => _tokens;

    /// <summary>
    /// One text a line, encoded by the tokenizer with what it puts around a text, and an end token after it. Empty lines are left out.
    /// </summary>
    /// <param name="utf8">The lines.</param>
    /// <param name="tokenizer">Of the model to be trained.</param>
    /// <param name="data">The data.</param>
    /// <param name="refusal">Why there is none.</param>
    public static bool TryReadLines(ReadOnlySpan<byte> utf8, Tokenizer tokenizer, [NotNullWhen(true)] out TrainingData? data, [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        data = null;
        var tokens = new List<int>();
        foreach (Range range in utf8.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = utf8[range].TrimEnd((byte)'\r');
            if (line.IsEmpty)
            {
                continue;
            }

            if (!tokenizer.TryEncode(line, withSpecial: true, out int[]? encoded, out refusal))
            {
                return false;
            }

            tokens.AddRange(encoded);
            if (!tokenizer.EndTokens.IsEmpty)
            {
                tokens.Add(tokenizer.EndTokens[0]);
            }
        }

        return TryCreate(tokens.ToArray(), out data, out refusal);
    }

    /// <summary>Data of these tokens.</summary>
    public static bool TryCreate(ReadOnlySpan<int> tokens, [NotNullWhen(true)] out TrainingData? data, [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        data = null;
        refusal = tokens.Length is < 1 or > EngineLimits.MaxTrainingTokens
            ? EngineRefusal.Range(EngineRefusalCode.TrainingDataUnfit, "tokens", 1, EngineLimits.MaxTrainingTokens, tokens.Length)
            : null;
        foreach (int token in tokens)
        {
            refusal ??= (uint)token < EngineLimits.MaxVocabulary
                ? null
                : EngineRefusal.Range(EngineRefusalCode.TrainingDataUnfit, "token", 0, EngineLimits.MaxVocabulary - 1, token);
        }

        data = refusal is null ? new TrainingData(tokens.ToArray()) : null;
        return data is not null;
    }

    /// <summary>The canonical encoding.</summary>
    public byte[] ToBytes() => Encode();

    /// <summary>Reads a canonical encoding; anything else is refused.</summary>
    public static bool TryParse(ReadOnlySpan<byte> source, [NotNullWhen(true)] out TrainingData? data, [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        data = null;
        var reader = new CanonicalReader(source);
        reader.Magic(Magic);
        int[] tokens = new int[reader.Count("tokens", EngineLimits.MaxTrainingTokens, sizeof(int), EngineRefusalCode.TrainingDataUnfit)];
        for (int i = 0; i < tokens.Length; i++)
        {
            tokens[i] = reader.Int32("token");
        }

        if (!reader.End())
        {
            refusal = reader.Refusal!; // End said so.
            return false;
        }

        return TryCreate(tokens, out data, out refusal);
    }

    private byte[] Encode()
    {
        var writer = new CanonicalWriter();
        writer.Bytes(Magic);
        writer.Int32(_tokens.Length);
        foreach (int token in _tokens)
        {
            writer.Int32(token);
        }

        return writer.ToArray();
    }
}
