using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ait.Engine.Canonical;

namespace Ait.Engine;

/// <summary>What to embed: a prompt, and which of its positions count. Immutable; equal if the encodings are.</summary>
public sealed class EmbeddingRequest : IEquatable<EmbeddingRequest>
{
    /// <summary>Longest encoding that a parser accepts.</summary>
    public const int MaxEncodedSize = 16 + (4 * EngineLimits.MaxContext);

    private static ReadOnlySpan<byte> Magic => "AXE1"u8;

    private readonly byte[] _encoded;

    /// <summary>Describes an embedding.</summary>
    public EmbeddingRequest(ReadOnlySpan<int> prompt, EmbeddingPooling pooling)
    {
        Prompt = [.. prompt];
        Pooling = pooling;
        var writer = new CanonicalWriter();
        writer.Bytes(Magic);
        writer.UInt8((byte)pooling);
        writer.Int32(Prompt.Length);
        foreach (int token in Prompt)
        {
            writer.Int32(token);
        }

        _encoded = writer.ToArray();
        Digest = Digest.Of(_encoded);
    }

    /// <summary>The tokens that are given.</summary>
    public ImmutableArray<int> Prompt { get; }

    /// <summary>Which positions count.</summary>
    public EmbeddingPooling Pooling { get; }

    /// <summary>SHA-256 of the canonical encoding.</summary>
    public Digest Digest { get; }

    /// <summary>The canonical encoding.</summary>
    public byte[] ToBytes() => (byte[])_encoded.Clone();

    /// <summary>The first reason why a model of this shape cannot run the request, or null.</summary>
    public EngineRefusal? Check(ModelConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Prompt.IsEmpty
            ? new EngineRefusal(EngineRefusalCode.PromptEmpty, "prompt", "at least 1 token", "0")
            : Prompt.Length > config.MaxContext
                ? EngineRefusal.Range(EngineRefusalCode.ContextExceeded, "prompt", 1, config.MaxContext, Prompt.Length)
                : GenerationRequest.Tokens(Prompt, "prompt token", config);
    }

    /// <summary>Reads a canonical encoding; anything else is refused. Whether a model can run it is <see cref="Check"/>.</summary>
    public static bool TryParse(
        ReadOnlySpan<byte> source,
        [NotNullWhen(true)] out EmbeddingRequest? request,
        [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        request = null;
        if (source.Length > MaxEncodedSize)
        {
            refusal = EngineRefusal.Range(EngineRefusalCode.TrailingBytes, "embedding request length", 0, MaxEncodedSize, source.Length);
            return false;
        }

        var reader = new CanonicalReader(source);
        reader.Magic(Magic);
        byte pooling = reader.UInt8("pooling");
        if (pooling > (byte)EmbeddingPooling.Mean)
        {
            reader.Refuse(EngineRefusalCode.MalformedField, "pooling", "0 (last) or 1 (mean)", $"{pooling}");
        }

        int[] prompt = GenerationRequest.ReadTokens(ref reader, "prompt", EngineLimits.MaxContext, EngineRefusalCode.ContextExceeded);
        if (reader.End())
        {
            request = new EmbeddingRequest(prompt, (EmbeddingPooling)pooling);
        }

        refusal = reader.Refusal;
        return request is not null;
    }

    /// <inheritdoc/>
    public bool Equals(EmbeddingRequest? other) => other is not null && Digest == other.Digest;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as EmbeddingRequest);

    /// <inheritdoc/>
    public override int GetHashCode() => Digest.GetHashCode();
}
