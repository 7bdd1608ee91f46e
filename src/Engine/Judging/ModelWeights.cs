using Ait.Engine.Weights;

namespace Ait.Engine.Judging;

/// <summary>The int8 weights of a model times their scales: what the engine approximates of a model that no checkpoint is known of.</summary>
internal sealed class ModelWeights(Model model) : IFloatWeights
{
    public ModelConfig Shape => model.Config;

    // Gains of the stream are folded into the matrices behind them, the last one only at times.
    public float[] FinalGain => model.FinalGain is { } gain ? gain.Span.ToArray() : Ones();

    public void Read(WeightKind kind, int layer, int firstRow, Span<float> target) => Read(Matrix(kind, layer), firstRow, target);

    /// <summary>Rows of a matrix as floats, one after the other.</summary>
    public static void Read(PackedMatrix matrix, int firstRow, Span<float> target)
    {
        for (int i = 0; i < target.Length; i++)
        {
            int row = firstRow + (i / matrix.Columns);
            target[i] = matrix[row, i % matrix.Columns] * Scale(matrix, row);
        }
    }

    public float[] Vector(WeightKind kind, int layer)
    {
        LayerWeights weights = model.Layers[layer];
        AlignedBuffer<float>? vector = kind switch
        {
            WeightKind.QueryBias => weights.QueryBias,
            WeightKind.KeyBias => weights.KeyBias,
            WeightKind.ValueBias => weights.ValueBias,
            WeightKind.AttentionOutputBias => weights.AttentionOutputBias,
            WeightKind.GateBias => weights.GateBias,
            WeightKind.UpBias => weights.UpBias,
            WeightKind.DownBias => weights.DownBias,
            WeightKind.QueryGain => weights.QueryGain,
            _ => weights.KeyGain,
        };
        return vector?.Span.ToArray() ?? throw new ArgumentOutOfRangeException(nameof(kind));
    }

    public float[] InputGain(int layer) => Ones();

    public float[] MiddleGain(int layer) => Ones();

    // The matrix is the model's and outlives the call.
    private static unsafe float Scale(PackedMatrix matrix, int row) => matrix.Scales[row];

    private PackedMatrix Matrix(WeightKind kind, int layer) => kind switch
    {
        WeightKind.Embedding => model.Embedding,
        WeightKind.Output => model.Output,
        WeightKind.Query => model.Layers[layer].Query,
        WeightKind.Key => model.Layers[layer].Key,
        WeightKind.Value => model.Layers[layer].Value,
        WeightKind.AttentionOutput => model.Layers[layer].AttentionOutput,
        WeightKind.Gate => model.Layers[layer].Gate,
        WeightKind.Up => model.Layers[layer].Up,
        _ => model.Layers[layer].Down,
    };

    private float[] Ones()
    {
        float[] ones = new float[Shape.Dimension];
        ones.AsSpan().Fill(1);
        return ones;
    }
}
