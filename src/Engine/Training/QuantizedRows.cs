using Ait.Engine.Weights;

namespace Ait.Engine.Training;

/// <summary>Rows that went into a linear layer, as int8 in int16, with what a unit of each row is worth.</summary>
internal sealed unsafe class QuantizedRows
{
    private readonly AlignedBuffer<short> _values;
    private readonly AlignedBuffer<float> _scales;

    public QuantizedRows(int rows, int width)
    {
        Width = width;
        _values = new AlignedBuffer<short>(checked(rows * width));
        _scales = new AlignedBuffer<float>(rows);
    }

    public int Width { get; }

    public float* Scales => _scales.Pointer;

    public short* Row(int row) => _values.Pointer + ((long)row * Width);
}
