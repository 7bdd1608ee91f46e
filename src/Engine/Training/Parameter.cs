using Ait.Engine.Weights;

namespace Ait.Engine.Training;

/// <summary>A matrix that is trained: its float weights, the two means of the optimiser, and the gradient of the step.</summary>
internal sealed class Parameter
{
    public Parameter(ParameterPart part, WeightKind kind, int layer, int rows, int columns)
    {
        (Part, Kind, Layer, Rows, Columns) = (part, kind, layer, rows, columns);
        int count = checked(rows * columns);
        Weights = new AlignedBuffer<float>(count);
        Mean = new AlignedBuffer<float>(count);
        Square = new AlignedBuffer<float>(count);
        Gradient = new AlignedBuffer<float>(count);
        Quantized = new PairedMatrix(rows, columns);
    }

    public ParameterPart Part { get; }

    public WeightKind Kind { get; }

    public int Layer { get; }

    public int Rows { get; }

    public int Columns { get; }

    public int Count => Rows * Columns;

    public AlignedBuffer<float> Weights { get; }

    public AlignedBuffer<float> Mean { get; }

    public AlignedBuffer<float> Square { get; }

    public AlignedBuffer<float> Gradient { get; }

    /// <summary>The weights as int8, for one step.</summary>
    public PairedMatrix Quantized { get; }

    /// <summary>Draws the weights: uniform in ± sqrt(3 / columns) · gain (docs/exact-arithmetic.md §10).</summary>
    public unsafe void Draw(ulong seed, float gain)
    {
        const uint Stream = 0x5400;
        float reach = gain * float.Sqrt(3f / (float)Columns);
        float unit = reach * (1f / (1 << 23));
        float* w = Weights.Pointer;
        uint* words = stackalloc uint[4];
        for (int i = 0; i < Count; i++)
        {
            if (i % 4 == 0)
            {
                (words[0], words[1], words[2], words[3]) = Philox.Draw(
                    (uint)(i / 4), 0, (uint)Layer, Stream + (uint)Kind + (0x20 * (uint)Part), (uint)seed, (uint)(seed >> 32));
            }

            w[i] = (float)((int)words[i % 4] >> 8) * unit;
        }
    }
}
