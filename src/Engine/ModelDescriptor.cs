using System.Diagnostics.CodeAnalysis;
using Ait.Engine.Canonical;

namespace Ait.Engine;

/// <summary>
/// Everything that determines a model: shape, arithmetic version, tokenizer, and the weights: by the seed from which they are
/// drawn, or by their digest where an artifact stores them. Two parties with the same descriptor hold the same model.
/// </summary>
public sealed class ModelDescriptor : IEquatable<ModelDescriptor>
{
    private const byte FromSeed = 0;
    private const byte Stored = 1;

    private static ReadOnlySpan<byte> Magic => "AXM1"u8;

    // Of shapes and weights that the first encoding cannot say.
    private static ReadOnlySpan<byte> ExtendedMagic => "AXM2"u8;

    /// <summary>Longest encoding that a parser accepts.</summary>
    public const int MaxEncodedSize = 4096;

    /// <summary>The name of tokenizers that an artifact stores.</summary>
    public const string StoredTokenizerId = "bpe-v1";

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
        TokenizerId = ByteTokenizer.Id;
        _encoded = Encode();
        Digest = Digest.Of(_encoded);
    }

    /// <summary>Describes a model of this shape with stored weights and a stored tokenizer.</summary>
    /// <exception cref="EngineRefusedException">The shape breaks a rule.</exception>
    public ModelDescriptor(ModelConfig config, Digest weightsDigest, Digest tokenizerDigest)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (config.Check() is { } refusal)
        {
            throw new EngineRefusedException(refusal);
        }

        Config = config;
        WeightsDigest = weightsDigest;
        TokenizerDigest = tokenizerDigest;
        TokenizerId = StoredTokenizerId;
        _encoded = Encode();
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

    /// <summary>The seed from which every weight is drawn; 0 if the weights are stored.</summary>
    public ulong WeightSeed { get; }

    /// <summary>Whether an artifact stores weights and tokenizer.</summary>
    public bool IsStored => WeightsDigest is not null;

    /// <summary>The digest of stored weights (<see cref="Model.WeightsDigest"/>); null if they are drawn from the seed.</summary>
    public Digest? WeightsDigest { get; }

    /// <summary>The SHA-256 of a stored tokenizer; null if the weights are drawn from the seed.</summary>
    public Digest? TokenizerDigest { get; }

    /// <summary>The arithmetic version, <see cref="EngineVersion.Id"/>.</summary>
    public string Version { get; } = EngineVersion.Id;

    /// <summary>The tokenizer: <see cref="ByteTokenizer.Id"/>, or <see cref="StoredTokenizerId"/> for one that an artifact stores.</summary>
    public string TokenizerId { get; }

    /// <summary>Whether tokens are numbered as <see cref="ByteTokenizer"/> numbers them, by name or in the form that an artifact stores.</summary>
    public bool HasByteTokens => TokenizerId == ByteTokenizer.Id || TokenizerDigest == Training.StoredByteTokenizer.Digest;

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
        descriptor = source.StartsWith(ExtendedMagic) ? ReadExtended(ref reader) : ReadPlain(ref reader);
        refusal = reader.Refusal;
        return descriptor is not null;
    }

    private static ModelDescriptor? ReadPlain(ref CanonicalReader reader)
    {
        reader.Magic(Magic);
        reader.Name(EngineRefusalCode.UnknownVersion, "arithmetic version", EngineVersion.Id);
        reader.Name(EngineRefusalCode.UnknownTokenizer, "tokenizer", ByteTokenizer.Id);
        ulong seed = reader.UInt64("weight seed");
        ModelConfig config = ModelConfig.Read(ref reader);
        return reader.End() ? new ModelDescriptor(config, seed) : null;
    }

    private static ModelDescriptor? ReadExtended(ref CanonicalReader reader)
    {
        reader.Magic(ExtendedMagic);
        reader.Name(EngineRefusalCode.UnknownVersion, "arithmetic version", EngineVersion.Id);
        byte source = reader.UInt8("source of the weights");
        if (source == Stored)
        {
            reader.Name(EngineRefusalCode.UnknownTokenizer, "tokenizer", StoredTokenizerId);
            Digest weights = reader.Digest("weights digest");
            Digest tokenizer = reader.Digest("tokenizer digest");
            ModelConfig stored = ModelConfig.ReadExtended(ref reader);
            return reader.End() ? new ModelDescriptor(stored, weights, tokenizer) : null;
        }

        if (source != FromSeed)
        {
            reader.Refuse(EngineRefusalCode.MalformedField, "source of the weights", "0 (seed) or 1 (stored)", $"{source}");
        }

        reader.Name(EngineRefusalCode.UnknownTokenizer, "tokenizer", ByteTokenizer.Id);
        ulong seed = reader.UInt64("weight seed");
        ModelConfig config = ModelConfig.ReadExtended(ref reader);
        if (reader.Refusal is null && !config.IsExtended)
        {
            // Every model has one encoding.
            reader.Refuse(EngineRefusalCode.MalformedField, "features", "at least one part beyond the plain decoder", "none");
        }

        return reader.End() ? new ModelDescriptor(config, seed) : null;
    }

    private byte[] Encode()
    {
        var writer = new CanonicalWriter();
        if (WeightsDigest is { } weights && TokenizerDigest is { } tokenizer)
        {
            writer.Bytes(ExtendedMagic);
            writer.Name(Version);
            writer.UInt8(Stored);
            writer.Name(TokenizerId);
            writer.Digest(weights);
            writer.Digest(tokenizer);
            Config.WriteExtended(writer);
        }
        else if (Config.IsExtended)
        {
            writer.Bytes(ExtendedMagic);
            writer.Name(Version);
            writer.UInt8(FromSeed);
            writer.Name(TokenizerId);
            writer.UInt64(WeightSeed);
            Config.WriteExtended(writer);
        }
        else
        {
            writer.Bytes(Magic);
            writer.Name(Version);
            writer.Name(TokenizerId);
            writer.UInt64(WeightSeed);
            Config.Write(writer);
        }

        return writer.ToArray();
    }

    /// <inheritdoc/>
    public bool Equals(ModelDescriptor? other) => other is not null && Digest == other.Digest;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ModelDescriptor);

    /// <inheritdoc/>
    public override int GetHashCode() => Digest.GetHashCode();
}
