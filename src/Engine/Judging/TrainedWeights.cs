using Ait.Engine.Training;
using Ait.Engine.Weights;

namespace Ait.Engine.Judging;

/// <summary>The float weights of a run of training, which the int8 matrices of its model are rounded from; adapters are merged as floats.</summary>
internal sealed class TrainedWeights(TrainedDecoder decoder) : IFloatWeights
{
    public ModelConfig Shape => decoder.Config;

    // A decoder that is trained has no gains of its own.
    public float[] FinalGain => Ones();

    public void Read(WeightKind kind, int layer, int firstRow, Span<float> target)
    {
        LinearLayer linear = kind switch
        {
            WeightKind.Embedding => decoder.Embedding,
            WeightKind.Output => decoder.Output,
            _ => decoder.Of(layer, kind),
        };
        if (linear.Whole is { } whole)
        {
            whole.Weights.Span.Slice(firstRow * whole.Columns, target.Length).CopyTo(target);
            return;
        }

        ModelWeights.Read(linear.Main.Packed, firstRow, target);
        if (linear is { Inner: { } inner, Outer: { } outer })
        {
            Merge(inner, outer, firstRow, target);
        }
    }

    public float[] Vector(WeightKind kind, int layer) => throw new InvalidOperationException("A decoder that is trained has no vectors.");

    public float[] InputGain(int layer) => Ones();

    public float[] MiddleGain(int layer) => Ones();

    // W + λ · B · A.
    private void Merge(Parameter inner, Parameter outer, int firstRow, Span<float> target)
    {
        Span<float> a = inner.Weights.Span;
        Span<float> b = outer.Weights.Span;
        int columns = inner.Columns;
        int rank = inner.Rows;
        for (int i = 0; i < target.Length; i++)
        {
            int row = firstRow + (i / columns);
            double sum = 0;
            for (int r = 0; r < rank; r++)
            {
                sum += (double)b[(row * rank) + r] * a[(r * columns) + (i % columns)];
            }

            target[i] = (float)(target[i] + (decoder.Recipe.AdapterScale * sum));
        }
    }

    private float[] Ones()
    {
        float[] ones = new float[Shape.Dimension];
        ones.AsSpan().Fill(1);
        return ones;
    }
}
