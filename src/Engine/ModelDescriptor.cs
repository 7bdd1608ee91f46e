using System.Diagnostics.CodeAnalysis;
using Ait.Engine.Canonical;

namespace Ait.Engine;

/// <summary>
/// Everything that determines a model: shape, weight seed, arithmetic version and tokenizer. Weights are drawn from the
/// seed, so two parties with the same descriptor hold the same model.
/// </summary>
public sealed class ModelDescriptor : IEquatable<ModelDescriptor>
{
    private static ReadOnlySpan<byte> Magic => "AXM1"u8;

    /// <summary>Longest encoding that a parser accepts.</summary>
    public const int MaxEncodedSize = 1024;

    private readonly byte[] _encoded;

    /// <summary>Describes a model of this shape with weights drawn from the seed.</summary>
    /// <exception cref="EngineRefusedException">The shape breaks a rule.</exception>
    public ModelDescriptor(ModelConfig config, ulong weightSeed)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (config.Check() is { } refusal)
        {
            throw new EngineRefusedException(refusal);
        }

        Config = config;
        WeightSeed = weightSeed;
        var writer = new CanonicalWriter();
        writer.Bytes(Magic);
        writer.Name(Version);
        writer.Name(TokenizerId);
        writer.UInt64(WeightSeed);
        config.Write(writer);
        _encoded = writer.ToArray();
        Digest = Digest.Of(_encoded);
    }

    /// <summary>A small model (1.9 million parameters, bytes as tokens) that answers in well under a second on one core.</summary>
    public static ModelDescriptor Demo { get; } = new(
        new ModelConfig
        {
            Dimension = 256,
            Layers = 3,
            Heads = 4,
            KeyValueHeads = 2,
            HeadDimension = 64,
            FeedForward = 512,
            Vocabulary = ByteTokenizer.VocabularySize,
            MaxContext = 1024,
        },
        weightSeed: 0x4149_5444_454D_4F31);

    /// <summary>The shape.</summary>
    public ModelConfig Config { get; }

    /// <summary>The seed from which every weight is drawn.</summary>
    public ulong WeightSeed { get; }

    /// <summary>The arithmetic version, <see cref="EngineVersion.Id"/>.</summary>
    public string Version { get; } = EngineVersion.Id;

    /// <summary>The tokenizer, <see cref="ByteTokenizer.Id"/>.</summary>
    public string TokenizerId { get; } = ByteTokenizer.Id;

    /// <summary>SHA-256 of the canonical encoding.</summary>
    public Digest Digest { get; }

    /// <summary>The canonical encoding.</summary>
    public byte[] ToBytes() => (byte[])_encoded.Clone();

    /// <summary>Reads a canonical encoding; anything else is refused.</summary>
    public static bool TryParse(
        ReadOnlySpan<byte> source,
        [NotNullWhen(true)] out ModelDescriptor? descriptor,
        [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        descriptor = null;
        if (source.Length > MaxEncodedSize)
        {
            refusal = EngineRefusal.Range(EngineRefusalCode.TrailingBytes, "model descriptor length", 0, MaxEncodedSize, source.Length);
            return false;
        }

        var reader = new CanonicalReader(source);
        reader.Magic(Magic);
        reader.Name(EngineRefusalCode.UnknownVersion, "arithmetic version", EngineVersion.Id);
        reader.Name(EngineRefusalCode.UnknownTokenizer, "tokenizer", ByteTokenizer.Id);
        ulong seed = reader.UInt64("weight seed");
        ModelConfig config = ModelConfig.Read(ref reader);
        if (reader.End())
        {
            descriptor = new ModelDescriptor(config, seed);
        }

        refusal = reader.Refusal;
        return descriptor is not null;
    }

    /// <inheritdoc/>
    public bool Equals(ModelDescriptor? other) => other is not null && Digest == other.Digest;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ModelDescriptor);

    /// <inheritdoc/>
    public override int GetHashCode() => Digest.GetHashCode();
}
