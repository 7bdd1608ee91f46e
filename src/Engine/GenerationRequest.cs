using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ait.Engine.Canonical;

namespace Ait.Engine;

/// <summary>What to generate: prompt, length, sampling, seed and stop tokens. Immutable; equal if the encodings are.</summary>
public sealed class GenerationRequest : IEquatable<GenerationRequest>
{
    /// <summary>Longest encoding that a parser accepts.</summary>
    public const int MaxEncodedSize = 64 + 4 * (EngineLimits.MaxContext + EngineLimits.MaxStopTokens)
        + EngineLimits.MaxStopSequences * (4 + EngineLimits.MaxStopSequenceBytes);

    private static ReadOnlySpan<byte> Magic => "AXG1"u8;

    // Of requests with stop sequences.
    private static ReadOnlySpan<byte> ExtendedMagic => "AXG2"u8;

    private readonly byte[] _encoded;

    /// <summary>Describes a generation. Stop tokens and stop sequences are sets: order and repetition do not matter.</summary>
    public GenerationRequest(
        ReadOnlySpan<int> prompt,
        int maxNewTokens,
        SamplingParameters? sampling = null,
        ulong seed = 0,
        ReadOnlySpan<int> stopTokens = default,
        IReadOnlyList<ReadOnlyMemory<byte>>? stopSequences = null)
    {
        Prompt = [.. prompt];
        MaxNewTokens = maxNewTokens;
        Sampling = sampling ?? SamplingParameters.Greedy;
        Seed = seed;
        StopTokens = [.. new SortedSet<int>(stopTokens.ToArray())];

        StopSequences = [.. new SortedSet<byte[]>((stopSequences ?? []).Select(sequence => sequence.ToArray()), ByteOrder.Instance)
            .Select(sequence => new ReadOnlyMemory<byte>(sequence))];

        var writer = new CanonicalWriter();
        writer.Bytes(StopSequences.IsEmpty ? Magic : ExtendedMagic);
        writer.Int32(MaxNewTokens);
        Sampling.Write(writer);
        writer.UInt64(Seed);
        writer.Int32(StopTokens.Length);
        foreach (int token in StopTokens)
        {
            writer.Int32(token);
        }

        writer.Int32(Prompt.Length);
        foreach (int token in Prompt)
        {
            writer.Int32(token);
        }

        if (!StopSequences.IsEmpty)
        {
            writer.Int32(StopSequences.Length);
            foreach (ReadOnlyMemory<byte> sequence in StopSequences)
            {
                writer.Int32(sequence.Length);
                writer.Bytes(sequence.Span);
            }
        }

        _encoded = writer.ToArray();
        Digest = Digest.Of(_encoded);
    }

    /// <summary>The tokens that are given.</summary>
    public ImmutableArray<int> Prompt { get; }

    /// <summary>The most tokens to generate.</summary>
    public int MaxNewTokens { get; }

    /// <summary>How tokens are chosen.</summary>
    public SamplingParameters Sampling { get; }

    /// <summary>The seed of the choices; without effect if greedy.</summary>
    public ulong Seed { get; }

    /// <summary>Tokens that end the generation, in ascending order. The one that ends it is the last of the output.</summary>
    public ImmutableArray<int> StopTokens { get; }

    /// <summary>
    /// Bytes that end the generation where the text of the generated tokens comes to hold them, in ascending order. The token
    /// that completes one is the last of the output.
    /// </summary>
    public ImmutableArray<ReadOnlyMemory<byte>> StopSequences { get; }

    /// <summary>SHA-256 of the canonical encoding.</summary>
    public Digest Digest { get; }

    /// <summary>The canonical encoding.</summary>
    public byte[] ToBytes() => (byte[])_encoded.Clone();

    /// <summary>The first reason why a model of this shape cannot run the request, or null.</summary>
    public EngineRefusal? Check(ModelConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (Prompt.IsEmpty)
        {
            return new EngineRefusal(EngineRefusalCode.PromptEmpty, "prompt", "at least 1 token", "0");
        }

        if (MaxNewTokens < 1 || MaxNewTokens > config.MaxContext)
        {
            return EngineRefusal.Range(EngineRefusalCode.NewTokensOutOfRange, "new tokens", 1, config.MaxContext, MaxNewTokens);
        }

        if ((long)Prompt.Length + MaxNewTokens > config.MaxContext)
        {
            return EngineRefusal.Range(EngineRefusalCode.ContextExceeded, "prompt and new tokens", 2, config.MaxContext, (long)Prompt.Length + MaxNewTokens);
        }

        if (StopTokens.Length > EngineLimits.MaxStopTokens)
        {
            return EngineRefusal.Range(EngineRefusalCode.TooManyStopTokens, "stop tokens", 0, EngineLimits.MaxStopTokens, StopTokens.Length);
        }

        if (StopSequences.Length > EngineLimits.MaxStopSequences)
        {
            return EngineRefusal.Range(EngineRefusalCode.StopSequenceOutOfRange, "stop sequences", 0, EngineLimits.MaxStopSequences, StopSequences.Length);
        }

        foreach (ReadOnlyMemory<byte> sequence in StopSequences)
        {
            if (sequence.Length is 0 or > EngineLimits.MaxStopSequenceBytes)
            {
                return EngineRefusal.Range(EngineRefusalCode.StopSequenceOutOfRange, "bytes of a stop sequence", 1, EngineLimits.MaxStopSequenceBytes, sequence.Length);
            }
        }

        return Sampling.Check() ?? Tokens(Prompt, "prompt token", config) ?? Tokens(StopTokens, "stop token", config);
    }

    /// <summary>Reads a canonical encoding; anything else is refused. Whether a model can run it is <see cref="Check"/>.</summary>
    public static bool TryParse(
        ReadOnlySpan<byte> source,
        [NotNullWhen(true)] out GenerationRequest? request,
        [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        request = null;
        if (source.Length > MaxEncodedSize)
        {
            refusal = EngineRefusal.Range(EngineRefusalCode.TrailingBytes, "generation request length", 0, MaxEncodedSize, source.Length);
            return false;
        }

        var reader = new CanonicalReader(source);
        bool isExtended = source.StartsWith(ExtendedMagic);
        reader.Magic(isExtended ? ExtendedMagic : Magic);
        int maxNewTokens = reader.Int32("new tokens");
        SamplingParameters sampling = SamplingParameters.Read(ref reader);
        ulong seed = reader.UInt64("seed");
        int[] stopTokens = ReadTokens(ref reader, "stop tokens", EngineLimits.MaxStopTokens, EngineRefusalCode.TooManyStopTokens);
        for (int i = 1; i < stopTokens.Length; i++)
        {
            if (stopTokens[i] <= stopTokens[i - 1])
            {
                reader.Refuse(EngineRefusalCode.MalformedField, "stop tokens", "ascending ids", $"{stopTokens[i - 1]}, {stopTokens[i]}");
            }
        }

        int[] prompt = ReadTokens(ref reader, "prompt", EngineLimits.MaxContext, EngineRefusalCode.ContextExceeded);
        List<ReadOnlyMemory<byte>> sequences = isExtended ? ReadSequences(ref reader) : [];
        if (reader.End())
        {
            request = new GenerationRequest(prompt, maxNewTokens, sampling, seed, stopTokens, sequences);
        }

        refusal = reader.Refusal;
        return request is not null;
    }

    /// <inheritdoc/>
    public bool Equals(GenerationRequest? other) => other is not null && Digest == other.Digest;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GenerationRequest);

    /// <inheritdoc/>
    public override int GetHashCode() => Digest.GetHashCode();

    internal static EngineRefusal? Tokens(ImmutableArray<int> tokens, string what, ModelConfig config)
    {
        foreach (int token in tokens)
        {
            if ((uint)token >= (uint)config.Vocabulary)
            {
                return EngineRefusal.Range(EngineRefusalCode.TokenOutOfVocabulary, what, 0, config.Vocabulary - 1, token);
            }
        }

        return null;
    }

    private static List<ReadOnlyMemory<byte>> ReadSequences(ref CanonicalReader reader)
    {
        int count = reader.Count("stop sequences", EngineLimits.MaxStopSequences, sizeof(int), EngineRefusalCode.StopSequenceOutOfRange);
        if (count == 0)
        {
            reader.Refuse(EngineRefusalCode.MalformedField, "stop sequences", "at least 1", "0");
        }

        var sequences = new List<ReadOnlyMemory<byte>>(count);
        for (int i = 0; i < count; i++)
        {
            int length = reader.Count("bytes of a stop sequence", EngineLimits.MaxStopSequenceBytes, 1, EngineRefusalCode.StopSequenceOutOfRange);
            sequences.Add(reader.Bytes(length, "stop sequence").ToArray());
            if (i > 0 && sequences[i - 1].Span.SequenceCompareTo(sequences[i].Span) >= 0)
            {
                reader.Refuse(EngineRefusalCode.MalformedField, "stop sequences", "ascending bytes", $"number {i} out of order");
            }
        }

        return sequences;
    }

    private sealed class ByteOrder : IComparer<byte[]>
    {
        public static ByteOrder Instance { get; } = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }

    internal static int[] ReadTokens(ref CanonicalReader reader, string what, int limit, EngineRefusalCode code)
    {
        int[] tokens = new int[reader.Count(what, limit, sizeof(int), code)];
        for (int i = 0; i < tokens.Length; i++)
        {
            tokens[i] = reader.Int32(what);
        }

        return tokens;
    }
}
