using Ait.Engine.Weights;

namespace Ait.Engine.Training;

/// <summary>An int8 matrix as the forward pass reads it and, in paired form over its rows, as the backward pass does.</summary>
internal sealed unsafe class PairedMatrix
{
    private readonly AlignedBuffer<int> _pairs;

    public PairedMatrix(int rows, int columns)
        : this(new PackedMatrix(rows, columns))
    {
    }

    private PairedMatrix(PackedMatrix packed)
    {
        Packed = packed;
        _pairs = new AlignedBuffer<int>(checked(packed.PaddedRows / 2 * packed.Columns));
    }

    public PackedMatrix Packed { get; }

    public int* Pairs => _pairs.Pointer;

    /// <summary>A matrix that stays as it is.</summary>
    public static PairedMatrix OfFrozen(PackedMatrix packed)
    {
        var matrix = new PairedMatrix(packed);
        for (int row = 0; row < packed.PaddedRows; row += 2)
        {
            int* target = matrix.Pairs + ((long)(row / 2) * packed.Columns);
            for (int i = 0; i < packed.Columns; i++)
            {
                target[i] = (packed[row, i] & 0xFFFF) | (packed[row + 1, i] << 16);
            }
        }

        return matrix;
    }

    /// <summary>Quantises the float rows of a panel. False on a numeric fault.</summary>
    public bool Quantize(TrainingKernels kernels, float* weights, int panel)
    {
        int columns = Packed.Columns;
        int first = panel * PackedMatrix.PanelRows;
        int rows = Math.Min(PackedMatrix.PanelRows, Packed.Rows - first);
        short[] scratch = new short[PackedMatrix.PanelRows * columns];
        bool fits = true;
        fixed (short* q = scratch)
        {
            for (int r = 0; r < rows; r++)
            {
                fits &= kernels.QuantizeWeights(weights + ((long)(first + r) * columns), columns, q + (r * columns), out Packed.Scales[first + r]);
            }

            kernels.PairRows(q, columns, PackedMatrix.PanelRows, columns, Pairs + ((long)(first / 2) * columns));
            // Groups of 4 columns of 16 rows follow each other.
            sbyte* target = Packed.Panel(panel);
            for (int k = 0; k < columns; k += PackedMatrix.Group)
            {
                for (int r = 0; r < PackedMatrix.PanelRows; r++)
                {
                    short* source = q + (r * columns) + k;
                    target[0] = (sbyte)source[0];
                    target[1] = (sbyte)source[1];
                    target[2] = (sbyte)source[2];
                    target[3] = (sbyte)source[3];
                    target += PackedMatrix.Group;
                }
            }
        }

        GC.KeepAlive(this); // Written to through pointers.
        return fits;
    }
}
