using Ait.Engine.Weights;

namespace Ait.Engine.Judging;

/// <summary>The weights of a float reference, read part by part.</summary>
internal interface IFloatWeights
{
    public ModelConfig Shape { get; }

    /// <summary>Rows of a matrix, one after the other, beginning with the first.</summary>
    public void Read(WeightKind kind, int layer, int firstRow, Span<float> target);

    /// <summary>A vector that the shape has.</summary>
    public float[] Vector(WeightKind kind, int layer);

    /// <summary>The gain of the norm before attention.</summary>
    public float[] InputGain(int layer);

    /// <summary>The gain of the norm before the feed-forward part.</summary>
    public float[] MiddleGain(int layer);

    /// <summary>The gain of the last norm.</summary>
    public float[] FinalGain { get; }
}
