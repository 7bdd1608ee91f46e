using Ait.Engine.Training;

namespace Ait.Engine;

/// <summary>
/// Everything that determines a training run: shape and beginning, method, data, optimiser, seed. Compared by content; valid if
/// <see cref="Check"/> yields nothing.
/// </summary>
public sealed partial record TrainingRecipe
{
    /// <summary>The shape of the decoder: a plain one, without features, window or frequencies of its own.</summary>
    public required ModelConfig Shape { get; init; }

    /// <summary>Digest of the descriptor of the model that training begins from; null if weights are drawn from the seed.</summary>
    public Digest? Base { get; init; }

    /// <summary>What is trained. Default: everything.</summary>
    public TrainingMethod Method { get; init; }

    /// <summary>Rank of the adapters, a multiple of 16; 0 if everything is trained.</summary>
    public int Rank { get; init; }

    /// <summary>Factor of what an adapter adds, above 0 to 1024; 1 if everything is trained. Default 1.</summary>
    public float AdapterScale { get; init; } = 1f;

    /// <summary>Digest of the <see cref="TrainingData"/>.</summary>
    public required Digest Data { get; init; }

    /// <summary>Positions in a window, a multiple of 16, at most 4096.</summary>
    public required int SequenceLength { get; init; }

    /// <summary>Windows in a step, 1 to 4096.</summary>
    public required int Batch { get; init; }

    /// <summary>Steps of the whole run, 1 to 10,000,000.</summary>
    public required int Steps { get; init; }

    /// <summary>Steps in which the learning rate rises, 1 to one less than all.</summary>
    public required int WarmupSteps { get; init; }

    /// <summary>Learning rate after the rise; above 0, at most 1.</summary>
    public required float LearningRate { get; init; }

    /// <summary>Share of the old mean of gradients, 0 to below 1. Default 0.9.</summary>
    public float Beta1 { get; init; } = 0.9f;

    /// <summary>Share of the old mean square of gradients, 0 to below 1. Default 0.95.</summary>
    public float Beta2 { get; init; } = 0.95f;

    /// <summary>Added to the root of the mean square, 2^-60 to 1. Default 1e-8.</summary>
    public float Epsilon { get; init; } = 1e-8f;

    /// <summary>Weight decay, 0 to 1. Default 0.1.</summary>
    public float Decay { get; init; } = 0.1f;

    /// <summary>Largest norm of the gradient, 2^-20 to 2^20. Default 1.</summary>
    public float ClipNorm { get; init; } = 1f;

    /// <summary>Seed of drawn weights and of the order of the windows.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Bytes of every checkpoint of the run; meaningful if <see cref="Check"/> yields nothing.</summary>
    public long CheckpointLength => TrainingState.LengthOf(this);

    /// <summary>The first rule that is broken, or null.</summary>
    public EngineRefusal? Check()
    {
        ModelConfig shape = Shape;
        bool isFull = Method == TrainingMethod.Full;
        return shape.Check()
            ?? (shape.IsExtended ? NotSupported("shape", "a plain decoder", $"features {shape.Features}, window {shape.SlidingWindow}") : null)
            ?? (shape.ParameterCount <= EngineLimits.MaxTrainedParameters
                ? null
                : EngineRefusal.Range(EngineRefusalCode.ModelTooLarge, "parameters", 0, EngineLimits.MaxTrainedParameters, shape.ParameterCount))
            ?? (Method is TrainingMethod.Full or TrainingMethod.Adapter ? null : NotSupported("method", "0 (full) or 1 (adapter)", $"{(int)Method}"))
            ?? (isFull || Base is not null ? null : NotSupported("base", "a model under the adapters", "none"))
            ?? (isFull ? Ranged("rank", Rank, 0, 0) : Ranged("rank", Rank, EngineLimits.Granule, EngineLimits.MaxAdapterRank))
            ?? (Rank % EngineLimits.Granule == 0 ? null : NotSupported("rank", "a multiple of 16", $"{Rank}"))
            ?? (isFull ? Real("adapter scale", AdapterScale, 1f, 1f) : Real("adapter scale", AdapterScale, 1f / 1024, 1024f))
            ?? Ranged("sequence length", SequenceLength, EngineLimits.Granule, Math.Min(EngineLimits.MaxTrainingLength, shape.MaxContext))
            ?? (SequenceLength % EngineLimits.Granule == 0 ? null : NotSupported("sequence length", "a multiple of 16", $"{SequenceLength}"))
            ?? Ranged("batch", Batch, 1, EngineLimits.MaxTrainingBatch)
            ?? Ranged("steps", Steps, 2, EngineLimits.MaxTrainingSteps)
            ?? Ranged("warm-up steps", WarmupSteps, 1, Steps - 1)
            ?? Real("learning rate", LearningRate, 1e-9f, 1f)
            ?? Real("beta 1", Beta1, 0f, 0.9999999f)
            ?? Real("beta 2", Beta2, 0f, 0.9999999f)
            ?? Real("epsilon", Epsilon, 1e-18f, 1f)
            ?? Real("decay", Decay, 0f, 1f)
            ?? Real("clip norm", ClipNorm, 1f / (1 << 20), 1 << 20);
    }

    private static EngineRefusal? Ranged(string what, int value, int low, int high) =>
        value >= low && value <= high ? null : EngineRefusal.Range(EngineRefusalCode.RecipeOutOfRange, what, low, high, value);

    // NaN is in no range; −0 has another encoding than 0.
    private static EngineRefusal? Real(string what, float value, float low, float high) => value >= low && value <= high && !float.IsNegative(value)
        ? null
        : new EngineRefusal(EngineRefusalCode.RecipeOutOfRange, what, string.Create(null, $"{low:R} to {high:R}"), string.Create(null, $"{value:R}"));

    private static EngineRefusal NotSupported(string what, string expected, string found) => new(EngineRefusalCode.TrainingNotSupported, what, expected, found);
}
