namespace Ait.Engine.Weights;

/// <summary>Which matrices and vectors a shape has, and how large they are.</summary>
internal static class WeightShape
{
    /// <summary>The kinds of a layer, in the order of the weights digest and of an artifact.</summary>
    public static ReadOnlySpan<WeightKind> OfLayer =>
    [
        WeightKind.Query, WeightKind.Key, WeightKind.Value, WeightKind.AttentionOutput, WeightKind.Gate, WeightKind.Up, WeightKind.Down,
        WeightKind.QueryBias, WeightKind.KeyBias, WeightKind.ValueBias, WeightKind.AttentionOutputBias,
        WeightKind.GateBias, WeightKind.UpBias, WeightKind.DownBias, WeightKind.QueryGain, WeightKind.KeyGain,
    ];

    /// <summary>The kinds outside the layers, in the order of the weights digest and of an artifact.</summary>
    public static ReadOnlySpan<WeightKind> OfModel => [WeightKind.Embedding, WeightKind.Output, WeightKind.FinalGain];

    public static bool IsVector(WeightKind kind) => kind >= WeightKind.QueryBias;

    public static bool Has(ModelConfig config, WeightKind kind) => kind switch
    {
        WeightKind.Output => !config.Has(ModelFeatures.TiedOutput),
        WeightKind.QueryBias or WeightKind.KeyBias or WeightKind.ValueBias => config.Has(ModelFeatures.AttentionBias),
        WeightKind.AttentionOutputBias => config.Has(ModelFeatures.OutputBias),
        WeightKind.GateBias or WeightKind.UpBias or WeightKind.DownBias => config.Has(ModelFeatures.FeedForwardBias),
        WeightKind.QueryGain or WeightKind.KeyGain => config.Has(ModelFeatures.QueryKeyNorm),
        WeightKind.FinalGain => config.Has(ModelFeatures.FinalGain),
        _ => true,
    };

    /// <summary>Rows and columns; of a vector its length, and no columns.</summary>
    public static (int Rows, int Columns) Of(ModelConfig config, WeightKind kind) => kind switch
    {
        WeightKind.Embedding or WeightKind.Output => (config.Vocabulary, config.Dimension),
        WeightKind.Query => (config.QueryWidth, config.Dimension),
        WeightKind.Key or WeightKind.Value => (config.KeyValueWidth, config.Dimension),
        WeightKind.AttentionOutput => (config.Dimension, config.QueryWidth),
        WeightKind.Gate or WeightKind.Up => (config.FeedForward, config.Dimension),
        WeightKind.Down => (config.Dimension, config.FeedForward),
        WeightKind.QueryBias => (config.QueryWidth, 0),
        WeightKind.KeyBias or WeightKind.ValueBias => (config.KeyValueWidth, 0),
        WeightKind.GateBias or WeightKind.UpBias => (config.FeedForward, 0),
        WeightKind.QueryGain or WeightKind.KeyGain => (config.HeadDimension, 0),
        WeightKind.AttentionOutputBias or WeightKind.DownBias or WeightKind.FinalGain => (config.Dimension, 0),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
