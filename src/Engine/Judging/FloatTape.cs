using Ait.Engine.Weights;

namespace Ait.Engine.Judging;

/// <summary>What the float twin keeps of one layer.</summary>
internal sealed class FloatTape(ModelConfig shape, int rows, int length)
{
    public AlignedBuffer<float> Input { get; } = new(rows * shape.Dimension);

    public AlignedBuffer<float> InputNorm { get; } = new(rows * shape.Dimension);

    public AlignedBuffer<float> InputRoots { get; } = new(rows);

    public AlignedBuffer<float> Query { get; } = new(rows * shape.QueryWidth);

    public AlignedBuffer<float> Key { get; } = new(rows * shape.KeyValueWidth);

    public AlignedBuffer<float> Value { get; } = new(rows * shape.KeyValueWidth);

    public AlignedBuffer<float> Shares { get; } = new(rows * shape.Heads * length);

    public AlignedBuffer<float> Attended { get; } = new(rows * shape.QueryWidth);

    public AlignedBuffer<float> Middle { get; } = new(rows * shape.Dimension);

    public AlignedBuffer<float> MiddleNorm { get; } = new(rows * shape.Dimension);

    public AlignedBuffer<float> MiddleRoots { get; } = new(rows);

    public AlignedBuffer<float> Gate { get; } = new(rows * shape.FeedForward);

    public AlignedBuffer<float> Up { get; } = new(rows * shape.FeedForward);

    public AlignedBuffer<float> Gated { get; } = new(rows * shape.FeedForward);
}
