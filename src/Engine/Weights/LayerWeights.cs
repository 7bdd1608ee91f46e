namespace Ait.Engine.Weights;

/// <summary>The matrices of one decoder layer. Norm gains are folded into the matrices that follow them.</summary>
internal sealed class LayerWeights
{
    public LayerWeights(ModelConfig config, ulong seed, int layer)
    {
        Query = Draw(WeightKind.Query, config.QueryWidth, config.Dimension);
        Key = Draw(WeightKind.Key, config.KeyValueWidth, config.Dimension);
        Value = Draw(WeightKind.Value, config.KeyValueWidth, config.Dimension);
        AttentionOutput = Draw(WeightKind.AttentionOutput, config.Dimension, config.QueryWidth);
        Gate = Draw(WeightKind.Gate, config.FeedForward, config.Dimension);
        Up = Draw(WeightKind.Up, config.FeedForward, config.Dimension);
        Down = Draw(WeightKind.Down, config.Dimension, config.FeedForward);

        PackedMatrix Draw(WeightKind kind, int rows, int columns) => SeededWeights.Draw(seed, layer, kind, rows, columns);
    }

    public PackedMatrix Query { get; }

    public PackedMatrix Key { get; }

    public PackedMatrix Value { get; }

    public PackedMatrix AttentionOutput { get; }

    public PackedMatrix Gate { get; }

    public PackedMatrix Up { get; }

    public PackedMatrix Down { get; }
}
