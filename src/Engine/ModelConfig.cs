namespace Ait.Engine;

/// <summary>The shape of a Llama-class decoder. Compared by content; valid if <see cref="Check"/> yields nothing.</summary>
public sealed partial record ModelConfig
{
    private const ModelFeatures AllFeatures = ModelFeatures.AttentionBias | ModelFeatures.OutputBias | ModelFeatures.FeedForwardBias
        | ModelFeatures.QueryKeyNorm | ModelFeatures.TiedOutput | ModelFeatures.FinalGain;

    /// <summary>Width of the residual stream; a multiple of 16.</summary>
    public required int Dimension { get; init; }

    /// <summary>Number of decoder layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Number of query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Number of key/value heads; divides <see cref="Heads"/>.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of one head; a multiple of 16.</summary>
    public required int HeadDimension { get; init; }

    /// <summary>Width of the gated feed-forward layer; a multiple of 16.</summary>
    public required int FeedForward { get; init; }

    /// <summary>Number of token ids.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Base of the rotary frequencies, 2 to 2^31 − 1.</summary>
    public int RopeTheta { get; init; } = 10_000;

    /// <summary>Added to the mean square of a norm; 2^-40 to 1.</summary>
    public float NormEpsilon { get; init; } = 1e-5f;

    /// <summary>Longest sequence, prompt and new tokens together.</summary>
    public required int MaxContext { get; init; }

    /// <summary>Parts beyond the plain decoder. Default: none.</summary>
    public ModelFeatures Features { get; init; }

    /// <summary>How many positions a query sees, its own included; 0 is all. Default 0.</summary>
    public int SlidingWindow { get; init; }

    /// <summary>Rotary frequencies that do not follow from <see cref="RopeTheta"/> alone; null if they do.</summary>
    public RotaryFrequencies? Rotary { get; init; }

    /// <summary>Whether the shape needs the extended encoding.</summary>
    public bool IsExtended => Features != ModelFeatures.None || SlidingWindow != 0 || Rotary is not null;

    /// <summary>Width of all query heads together.</summary>
    public int QueryWidth => Heads * HeadDimension;

    /// <summary>Width of all key (or value) heads together.</summary>
    public int KeyValueWidth => KeyValueHeads * HeadDimension;

    /// <summary>Number of int8 parameters.</summary>
    public long ParameterCount
    {
        get
        {
            long attention = (2L * QueryWidth + 2L * KeyValueWidth) * Dimension;
            long feedForward = 3L * FeedForward * Dimension;
            long tables = Has(ModelFeatures.TiedOutput) ? 1 : 2;
            return Layers * (attention + feedForward) + tables * Vocabulary * Dimension;
        }
    }

    /// <summary>Whether the model has the part.</summary>
    public bool Has(ModelFeatures feature) => (Features & feature) != 0;

    /// <summary>The first rule the shape breaks, or null.</summary>
    public EngineRefusal? Check()
    {
        return Ranged("dimension", Dimension, EngineLimits.Granule, EngineLimits.MaxDimension, EngineLimits.Granule)
            ?? Ranged("layers", Layers, 1, EngineLimits.MaxLayers, 1)
            ?? Ranged("heads", Heads, 1, EngineLimits.MaxHeads, 1)
            ?? Ranged("key/value heads", KeyValueHeads, 1, EngineLimits.MaxHeads, 1)
            ?? Ranged("head dimension", HeadDimension, EngineLimits.Granule, EngineLimits.MaxHeadDimension, EngineLimits.Granule)
            ?? Ranged("feed-forward", FeedForward, EngineLimits.Granule, EngineLimits.MaxInnerDimension, EngineLimits.Granule)
            ?? Ranged("vocabulary", Vocabulary, 2, EngineLimits.MaxVocabulary, 1)
            ?? Ranged("context", MaxContext, 1, EngineLimits.MaxContext, 1)
            ?? Ranged("rope theta", RopeTheta, 2, int.MaxValue, 1)
            ?? Ranged("query width", QueryWidth, EngineLimits.Granule, EngineLimits.MaxInnerDimension, 1)
            ?? (Heads % KeyValueHeads == 0 ? null : Shape("key/value heads", $"a divisor of {Heads}", $"{KeyValueHeads}"))
            ?? (NormEpsilon is >= 1f / (1L << 40) and <= 1f ? null : Shape("norm epsilon", "2^-40 to 1", string.Create(null, $"{NormEpsilon:R}")))
            ?? ((Features & ~AllFeatures) == 0 ? null : Shape("features", $"bits of {(int)AllFeatures}", $"{(int)Features}"))
            ?? Ranged("sliding window", SlidingWindow, 0, EngineLimits.MaxContext, 1)
            ?? (Rotary is null || Rotary.PerPosition.Length == HeadDimension / 2
                ? null
                : Shape("rotary frequencies", $"{HeadDimension / 2}", $"{Rotary.PerPosition.Length}"))
            ?? (Rotary is null or { Gain: >= 0.25f and <= 4f } ? null : Shape("rotary gain", "0.25 to 4", string.Create(null, $"{Rotary.Gain:R}")));
    }

    private static EngineRefusal? Ranged(string what, int value, int low, int high, int step)
    {
        if (value < low || value > high)
        {
            return EngineRefusal.Range(EngineRefusalCode.ModelShape, what, low, high, value);
        }

        return value % step == 0 ? null : Shape(what, $"a multiple of {step}", $"{value}");
    }

    private static EngineRefusal Shape(string what, string expected, string found) =>
        new(EngineRefusalCode.ModelShape, what, expected, found);
}
