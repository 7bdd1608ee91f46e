using Ait.Engine.Weights;

namespace Ait.Engine.Training;

/// <summary>What the backward pass needs of the forward pass of one layer, for the rows of a micro-batch.</summary>
internal sealed class LayerTape
{
    public LayerTape(ModelConfig config, int rows)
    {
        Input = new AlignedBuffer<float>(checked(rows * config.Dimension));
        InputNorm = new QuantizedRows(rows, config.Dimension);
        InputRoots = new AlignedBuffer<float>(rows);
        Query = new AlignedBuffer<short>(checked(rows * config.QueryWidth));
        QueryUnits = new AlignedBuffer<float>(checked(rows * config.Heads));
        Key = new AlignedBuffer<short>(checked(rows * config.KeyValueWidth));
        KeyUnits = new AlignedBuffer<float>(checked(rows * config.KeyValueHeads));
        Value = new AlignedBuffer<short>(checked(rows * config.KeyValueWidth));
        ValueUnits = new AlignedBuffer<float>(checked(rows * config.KeyValueHeads));
        Attended = new AlignedBuffer<float>(checked(rows * config.QueryWidth));
        AttendedRows = new QuantizedRows(rows, config.QueryWidth);
        Middle = new AlignedBuffer<float>(checked(rows * config.Dimension));
        MiddleNorm = new QuantizedRows(rows, config.Dimension);
        MiddleRoots = new AlignedBuffer<float>(rows);
        Gate = new AlignedBuffer<float>(checked(rows * config.FeedForward));
        Up = new AlignedBuffer<float>(checked(rows * config.FeedForward));
        Gated = new QuantizedRows(rows, config.FeedForward);
    }

    /// <summary>The stream before the layer.</summary>
    public AlignedBuffer<float> Input { get; }

    public QuantizedRows InputNorm { get; }

    /// <summary>The inverse roots of the first norm.</summary>
    public AlignedBuffer<float> InputRoots { get; }

    /// <summary>The rotated queries as int8, and what a unit of each head is worth.</summary>
    public AlignedBuffer<short> Query { get; }

    public AlignedBuffer<float> QueryUnits { get; }

    public AlignedBuffer<short> Key { get; }

    public AlignedBuffer<float> KeyUnits { get; }

    public AlignedBuffer<short> Value { get; }

    /// <summary>Powers of two.</summary>
    public AlignedBuffer<float> ValueUnits { get; }

    /// <summary>What attention yielded.</summary>
    public AlignedBuffer<float> Attended { get; }

    public QuantizedRows AttendedRows { get; }

    /// <summary>The stream between attention and feed-forward.</summary>
    public AlignedBuffer<float> Middle { get; }

    public QuantizedRows MiddleNorm { get; }

    /// <summary>The inverse roots of the second norm.</summary>
    public AlignedBuffer<float> MiddleRoots { get; }

    public AlignedBuffer<float> Gate { get; }

    public AlignedBuffer<float> Up { get; }

    public QuantizedRows Gated { get; }
}
