using System.Diagnostics.CodeAnalysis;
using Ait.Engine.Weights;

namespace Ait.Engine;

/// <summary>A model in memory: immutable, shared by any number of runs on any backend.</summary>
public sealed class Model
{
    private readonly Lazy<Digest> _weightsDigest;

    internal Model(ModelDescriptor descriptor, IWeightSource source, Tokenizer tokenizer)
    {
        Tokenizer = tokenizer;
        ModelConfig config = descriptor.Config;
        Descriptor = descriptor;
        Config = config;
        Embedding = source.Matrix(WeightKind.Embedding, 0, config.Vocabulary, config.Dimension);
        Output = config.Has(ModelFeatures.TiedOutput) ? Embedding : source.Matrix(WeightKind.Output, 0, config.Vocabulary, config.Dimension);
        FinalGain = config.Has(ModelFeatures.FinalGain) ? source.Vector(WeightKind.FinalGain, 0, config.Dimension) : null;
        Layers = new LayerWeights[config.Layers];
        for (int i = 0; i < Layers.Length; i++)
        {
            Layers[i] = LayerWeights.From(config, i, source);
        }

        _weightsDigest = new Lazy<Digest>(ComputeWeightsDigest);
    }

    /// <summary>What the model was made from.</summary>
    public ModelDescriptor Descriptor { get; }

    /// <summary>The shape.</summary>
    public ModelConfig Config { get; }

    /// <summary>
    /// SHA-256 over every matrix and vector: kind, layer, rows, columns, scales, weights row by row. Computed at first use.
    /// </summary>
    public Digest WeightsDigest => _weightsDigest.Value;

    /// <summary>The model's tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    internal PackedMatrix Embedding { get; }

    internal PackedMatrix Output { get; }

    internal AlignedBuffer<float>? FinalGain { get; }

    internal LayerWeights[] Layers { get; }

    /// <summary>Draws the weights of the descriptor.</summary>
    /// <exception cref="EngineRefusedException">
    /// The model has more parameters than <see cref="EngineLimits.DefaultMaxParameters"/>, or its weights are stored.
    /// </exception>
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
        refusal = descriptor.IsStored
            ? new EngineRefusal(EngineRefusalCode.WeightsStored, "source of the weights", "a seed", "an artifact: load it from its file")
            : CheckSize(descriptor.Config, maxParameters);
        if (refusal is null)
        {
            model = new Model(descriptor, new SeedSource(descriptor.WeightSeed), Tokens.ByteTokens.Instance);
        }

        return model is not null;
    }

    internal static EngineRefusal? CheckSize(ModelConfig config, long maxParameters)
    {
        long largest = (long)config.Dimension * Math.Max(Math.Max(config.Vocabulary + 15, config.FeedForward), config.QueryWidth);
        long limit = Array.MaxLength - 4096;
        return config.ParameterCount > maxParameters
            ? EngineRefusal.Range(EngineRefusalCode.ModelTooLarge, "parameters", 0, maxParameters, config.ParameterCount)
            : largest > limit ? EngineRefusal.Range(EngineRefusalCode.ModelTooLarge, "parameters of one matrix", 0, limit, largest) : null;
    }

    private Digest ComputeWeightsDigest()
    {
        using var hash = new WeightsHash();
        hash.Append(WeightKind.Embedding, 0, Embedding);
        if (!ReferenceEquals(Output, Embedding))
        {
            hash.Append(WeightKind.Output, 0, Output);
        }

        AppendVector(WeightKind.FinalGain, 0, FinalGain);
        for (int i = 0; i < Layers.Length; i++)
        {
            LayerWeights layer = Layers[i];
            hash.Append(WeightKind.Query, i, layer.Query);
            hash.Append(WeightKind.Key, i, layer.Key);
            hash.Append(WeightKind.Value, i, layer.Value);
            hash.Append(WeightKind.AttentionOutput, i, layer.AttentionOutput);
            hash.Append(WeightKind.Gate, i, layer.Gate);
            hash.Append(WeightKind.Up, i, layer.Up);
            hash.Append(WeightKind.Down, i, layer.Down);
            AppendVector(WeightKind.QueryBias, i, layer.QueryBias);
            AppendVector(WeightKind.KeyBias, i, layer.KeyBias);
            AppendVector(WeightKind.ValueBias, i, layer.ValueBias);
            AppendVector(WeightKind.AttentionOutputBias, i, layer.AttentionOutputBias);
            AppendVector(WeightKind.GateBias, i, layer.GateBias);
            AppendVector(WeightKind.UpBias, i, layer.UpBias);
            AppendVector(WeightKind.DownBias, i, layer.DownBias);
            AppendVector(WeightKind.QueryGain, i, layer.QueryGain);
            AppendVector(WeightKind.KeyGain, i, layer.KeyGain);
        }

        return hash.End();

        void AppendVector(WeightKind kind, int layer, AlignedBuffer<float>? vector)
        {
            if (vector is not null)
            {
                hash.Append(kind, layer, vector);
            }
        }
    }
}
