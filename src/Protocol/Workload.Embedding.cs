using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ait.Chain;
using Ait.Protocol.Codec;

namespace Ait.Protocol;

/// <content>Embeddings: a prompt taken through the model, and nothing generated.</content>
public sealed partial record Workload
{
    /// <summary>Creates a workload of embedding.</summary>
    /// <exception cref="ArgumentException">A value is outside its limits; the message names it.</exception>
    public Workload(string engineVersion, Hash256 modelDigest, ImmutableArray<int> prompt, EmbeddingPooling pooling)
    {
        if (EmbeddingFault(engineVersion, prompt, pooling) is ProtocolRefusal fault)
        {
            throw new ArgumentException(fault.ToString());
        }

        Type = WorkloadType.Embedding;
        EngineVersion = engineVersion;
        ModelDigest = modelDigest;
        Prompt = prompt;
        Sampling = SamplingParameters.Greedy;
        StopTokens = [];
        Pooling = pooling;
        _hash = new(() => Keccak256.Hash(ToBytes()));
    }

    /// <summary>Which positions an embedding is taken from; null of every other type.</summary>
    public EmbeddingPooling? Pooling { get; }

    private static bool TryReadEmbedding(
        ref ByteReader reader,
        int length,
        string engineVersion,
        Hash256 model,
        [NotNullWhen(true)] out Workload? workload,
        [NotNullWhen(false)] out ProtocolRefusal? refusal)
    {
        workload = null;
        var pooling = (EmbeddingPooling)reader.Byte();
        bool promptRead = TryReadTokens(ref reader, reader.UInt32(), MaxTokens, out ImmutableArray<int> prompt);
        refusal = (reader.RanOut, promptRead, reader.Remaining) switch
        {
            (true, _, _) => new(ProtocolRefusalCode.Truncated, "a whole workload", $"{length} bytes"),
            (_, false, _) => new(ProtocolRefusalCode.OutOfRange, $"at most {MaxTokens} tokens, ids below 2^31", $"a field before offset {reader.Offset}"),
            (_, _, > 0) => new(ProtocolRefusalCode.TrailingBytes, $"{reader.Offset} bytes", $"{length} bytes"),
            _ => EmbeddingFault(engineVersion, prompt, pooling),
        };
        workload = refusal is null ? new Workload(engineVersion, model, prompt, pooling) : null;
        return workload is not null;
    }

    private static ProtocolRefusal? EmbeddingFault(string engineVersion, ImmutableArray<int> prompt, EmbeddingPooling pooling) =>
        VersionFault(engineVersion)
        ?? (pooling > EmbeddingPooling.Mean ? OutOfRange("pooling", "0 (last) or 1 (mean)", (byte)pooling) : null)
        ?? PromptFault(prompt);
}
