using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Ait.Engine.Weights;

namespace Ait.Engine;

/// <summary>A model in memory: immutable, shared by any number of runs on any backend.</summary>
public sealed class Model
{
    private readonly Lazy<Digest> _weightsDigest;

    private Model(ModelDescriptor descriptor)
    {
        ModelConfig config = descriptor.Config;
        Descriptor = descriptor;
        Config = config;
        ulong seed = descriptor.WeightSeed;
        Embedding = SeededWeights.Draw(seed, 0, WeightKind.Embedding, config.Vocabulary, config.Dimension);
        Output = SeededWeights.Draw(seed, 0, WeightKind.Output, config.Vocabulary, config.Dimension);
        Layers = new LayerWeights[config.Layers];
        for (int i = 0; i < Layers.Length; i++)
        {
            Layers[i] = new LayerWeights(config, seed, i);
        }

        _weightsDigest = new Lazy<Digest>(ComputeWeightsDigest);
    }

    /// <summary>What the model was made from.</summary>
    public ModelDescriptor Descriptor { get; }

    /// <summary>The shape.</summary>
    public ModelConfig Config { get; }

    /// <summary>
    /// SHA-256 over every matrix: kind, layer, rows, columns, scales, weights row by row. Computed at first use.
    /// </summary>
    public Digest WeightsDigest => _weightsDigest.Value;

    internal PackedMatrix Embedding { get; }

    internal PackedMatrix Output { get; }

    internal LayerWeights[] Layers { get; }

    /// <summary>Draws the weights of the descriptor.</summary>
    /// <exception cref="EngineRefusedException">The model has more parameters than <see cref="EngineLimits.DefaultMaxParameters"/>.</exception>
    public static Model Create(ModelDescriptor descriptor) =>
        TryCreate(descriptor, EngineLimits.DefaultMaxParameters, out Model? model, out EngineRefusal? refusal)
            ? model
            : throw new EngineRefusedException(refusal);

    /// <summary>Draws the weights of the descriptor if it has at most this many parameters.</summary>
    public static bool TryCreate(
        ModelDescriptor descriptor,
        long maxParameters,
        [NotNullWhen(true)] out Model? model,
        [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        model = null;
        refusal = descriptor.Config.ParameterCount > maxParameters
            ? EngineRefusal.Range(EngineRefusalCode.ModelTooLarge, "parameters", 0, maxParameters, descriptor.Config.ParameterCount)
            : LargestMatrix(descriptor.Config) > Array.MaxLength - 4096
                ? EngineRefusal.Range(EngineRefusalCode.ModelTooLarge, "parameters of one matrix", 0, Array.MaxLength - 4096, LargestMatrix(descriptor.Config))
                : null;
        if (refusal is null)
        {
            model = new Model(descriptor);
        }

        return model is not null;
    }

    private static long LargestMatrix(ModelConfig config) =>
        (long)config.Dimension * Math.Max(Math.Max(config.Vocabulary + 15, config.FeedForward), config.QueryWidth);

    private Digest ComputeWeightsDigest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, WeightKind.Embedding, 0, Embedding);
        Append(hash, WeightKind.Output, 0, Output);
        for (int i = 0; i < Layers.Length; i++)
        {
            LayerWeights layer = Layers[i];
            Append(hash, WeightKind.Query, i, layer.Query);
            Append(hash, WeightKind.Key, i, layer.Key);
            Append(hash, WeightKind.Value, i, layer.Value);
            Append(hash, WeightKind.AttentionOutput, i, layer.AttentionOutput);
            Append(hash, WeightKind.Gate, i, layer.Gate);
            Append(hash, WeightKind.Up, i, layer.Up);
            Append(hash, WeightKind.Down, i, layer.Down);
        }

        return new Digest(hash.GetHashAndReset());
    }

    private static unsafe void Append(IncrementalHash hash, WeightKind kind, int layer, PackedMatrix matrix)
    {
        Span<byte> header = stackalloc byte[16];
        BinaryPrimitives.WriteInt32LittleEndian(header, (int)kind);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], layer);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], matrix.Rows);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], matrix.Columns);
        hash.AppendData(header);
        // The scales belong to the matrix, which this method keeps alive.
        hash.AppendData(MemoryMarshal.AsBytes(new ReadOnlySpan<float>(matrix.Scales, matrix.Rows)));
        byte[] line = new byte[matrix.Columns];
        for (int row = 0; row < matrix.Rows; row++)
        {
            for (int column = 0; column < line.Length; column++)
            {
                line[column] = (byte)matrix[row, column];
            }

            hash.AppendData(line);
        }
    }
}
