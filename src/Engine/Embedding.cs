using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ait.Engine.Canonical;

namespace Ait.Engine;

/// <summary>
/// What one embedding yielded: the pooled, normed stream, not scaled to unit length. A refused or faulted one has a canonical
/// form as well, equal on every processor. Made by <see cref="Session"/>; <see cref="TryParse"/> reads a claim.
/// </summary>
public sealed class Embedding : IEquatable<Embedding>
{
    /// <summary>Longest encoding that a parser accepts.</summary>
    public const int MaxEncodedSize = 256 + (4 * EngineLimits.MaxDimension);

    private static ReadOnlySpan<byte> Magic => "AXV1"u8;

    private readonly byte[] _encoded;

    internal Embedding(Digest modelDigest, Digest requestDigest, FinishReason finishReason, EngineRefusalCode refusalCode, ReadOnlySpan<float> values)
    {
        ModelDigest = modelDigest;
        RequestDigest = requestDigest;
        FinishReason = finishReason;
        RefusalCode = refusalCode;
        Values = [.. values];
        var writer = new CanonicalWriter();
        writer.Bytes(Magic);
        writer.Name(EngineVersion.Id);
        writer.Digest(ModelDigest);
        writer.Digest(RequestDigest);
        writer.UInt8((byte)FinishReason);
        writer.UInt16((ushort)RefusalCode);
        writer.Int32(Values.Length);
        foreach (float value in Values)
        {
            writer.UInt32(BitConverter.SingleToUInt32Bits(value));
        }

        _encoded = writer.ToArray();
        ResultHash = Digest.Of(_encoded);
    }

    /// <summary>The digest of the model descriptor.</summary>
    public Digest ModelDigest { get; }

    /// <summary>The digest of the request.</summary>
    public Digest RequestDigest { get; }

    /// <summary><see cref="FinishReason.Length"/> if the prompt was embedded; refused or fault otherwise.</summary>
    public FinishReason FinishReason { get; }

    /// <summary>The reason of a refusal or fault; <see cref="EngineRefusalCode.None"/> otherwise.</summary>
    public EngineRefusalCode RefusalCode { get; }

    /// <summary>One value for each dimension of the model; empty if the prompt was not embedded.</summary>
    public ImmutableArray<float> Values { get; }

    /// <summary>SHA-256 of the canonical encoding: the result that independent executions compare.</summary>
    public Digest ResultHash { get; }

    /// <summary>The canonical encoding.</summary>
    public byte[] ToBytes() => (byte[])_encoded.Clone();

    /// <summary>Reads a canonical encoding; anything else is refused. What is read is what somebody claims.</summary>
    public static bool TryParse(
        ReadOnlySpan<byte> source,
        [NotNullWhen(true)] out Embedding? embedding,
        [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        embedding = null;
        if (source.Length > MaxEncodedSize)
        {
            refusal = EngineRefusal.Range(EngineRefusalCode.TrailingBytes, "embedding length", 0, MaxEncodedSize, source.Length);
            return false;
        }

        var reader = new CanonicalReader(source);
        reader.Magic(Magic);
        reader.Name(EngineRefusalCode.UnknownVersion, "arithmetic version", EngineVersion.Id);
        Digest model = reader.Digest("model digest");
        Digest request = reader.Digest("request digest");
        var finish = (FinishReason)reader.UInt8("finish reason");
        var code = (EngineRefusalCode)reader.UInt16("refusal code");
        float[] values = new float[reader.Count("values", EngineLimits.MaxDimension, sizeof(float), EngineRefusalCode.ModelShape)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BitConverter.UInt32BitsToSingle(reader.UInt32("value"));
            if (!float.IsFinite(values[i]))
            {
                reader.Refuse(EngineRefusalCode.MalformedField, "value", "a finite number", $"0x{BitConverter.SingleToUInt32Bits(values[i]):x8}");
            }
        }

        bool isMeaningful = finish switch
        {
            FinishReason.Length => code == EngineRefusalCode.None && values.Length > 0,
            FinishReason.Refused => code is >= EngineRefusalCode.PromptEmpty and <= EngineRefusalCode.TokenOutOfVocabulary && values.Length == 0,
            FinishReason.Fault => code == EngineRefusalCode.NumericRange && values.Length == 0,
            _ => false,
        };
        if (!isMeaningful)
        {
            reader.Refuse(EngineRefusalCode.MalformedField, "finish reason", "a reason, its code and its values", $"{(int)finish}, {(int)code}, {values.Length}");
        }

        if (reader.End())
        {
            embedding = new Embedding(model, request, finish, code, values);
        }

        refusal = reader.Refusal;
        return embedding is not null;
    }

    /// <inheritdoc/>
    public bool Equals(Embedding? other) => other is not null && ResultHash == other.ResultHash;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Embedding);

    /// <inheritdoc/>
    public override int GetHashCode() => ResultHash.GetHashCode();
}
