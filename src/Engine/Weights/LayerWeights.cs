namespace Ait.Engine.Weights;

/// <summary>
/// The matrices and vectors of one decoder layer. Gains of the norms over the whole stream are folded into the matrices that
/// follow them. A vector that the model does not have is null.
/// </summary>
internal sealed class LayerWeights
{
    public required PackedMatrix Query { get; init; }

    public required PackedMatrix Key { get; init; }

    public required PackedMatrix Value { get; init; }

    public required PackedMatrix AttentionOutput { get; init; }

    public required PackedMatrix Gate { get; init; }

    public required PackedMatrix Up { get; init; }

    public required PackedMatrix Down { get; init; }

    public AlignedBuffer<float>? QueryBias { get; init; }

    public AlignedBuffer<float>? KeyBias { get; init; }

    public AlignedBuffer<float>? ValueBias { get; init; }

    public AlignedBuffer<float>? AttentionOutputBias { get; init; }

    public AlignedBuffer<float>? GateBias { get; init; }

    public AlignedBuffer<float>? UpBias { get; init; }

    public AlignedBuffer<float>? DownBias { get; init; }

    public AlignedBuffer<float>? QueryGain { get; init; }

    public AlignedBuffer<float>? KeyGain { get; init; }

    /// <summary>Takes every matrix and vector that the shape has from the source, in the order of their kinds.</summary>
    public static LayerWeights From(ModelConfig config, int layer, IWeightSource source)
    {
        AlignedBuffer<float>? Vector(WeightKind kind) => WeightShape.Has(config, kind) ? source.Vector(kind, layer, WeightShape.Of(config, kind).Rows) : null;
        PackedMatrix Matrix(WeightKind kind)
        {
            (int rows, int columns) = WeightShape.Of(config, kind);
            return source.Matrix(kind, layer, rows, columns);
        }

        return new LayerWeights
        {
            Query = Matrix(WeightKind.Query),
            Key = Matrix(WeightKind.Key),
            Value = Matrix(WeightKind.Value),
            AttentionOutput = Matrix(WeightKind.AttentionOutput),
            Gate = Matrix(WeightKind.Gate),
            Up = Matrix(WeightKind.Up),
            Down = Matrix(WeightKind.Down),
            QueryBias = Vector(WeightKind.QueryBias),
            KeyBias = Vector(WeightKind.KeyBias),
            ValueBias = Vector(WeightKind.ValueBias),
            AttentionOutputBias = Vector(WeightKind.AttentionOutputBias),
            GateBias = Vector(WeightKind.GateBias),
            UpBias = Vector(WeightKind.UpBias),
            DownBias = Vector(WeightKind.DownBias),
            QueryGain = Vector(WeightKind.QueryGain),
            KeyGain = Vector(WeightKind.KeyGain),
        };
    }
}
