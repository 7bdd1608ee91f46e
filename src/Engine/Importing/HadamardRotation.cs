namespace Ait.Engine.Importing;

/// <summary>
/// An orthogonal rotation of the residual stream that spreads outliers: Hadamard matrices of the greatest power of two that
/// divides the dimension, along the diagonal, over their root. It is its own inverse. A norm over the whole stream does not see
/// it, so the model computes the same function.
/// </summary>
internal sealed class HadamardRotation
{
    private readonly float _factor;

    public HadamardRotation(int dimension)
    {
        Block = dimension & -dimension;
        _factor = 1f / float.Sqrt(Block);
    }

    /// <summary>Elements that are mixed with each other.</summary>
    public int Block { get; }

    /// <summary>Rotates a vector of whole blocks.</summary>
    public void Rotate(Span<float> x)
    {
        for (int half = 1; half < Block; half *= 2)
        {
            for (int start = 0; start < x.Length; start += 2 * half)
            {
                for (int i = start; i < start + half; i++)
                {
                    float a = x[i];
                    float b = x[i + half];
                    x[i] = a + b;
                    x[i + half] = a - b;
                }
            }
        }

        for (int i = 0; i < x.Length; i++)
        {
            x[i] = x[i] * _factor;
        }
    }

    /// <summary>Rotates the rows of a block against each other: every column is a vector.</summary>
    public void RotateRows(Span<float> rows, int columns)
    {
        for (int half = 1; half < Block; half *= 2)
        {
            for (int start = 0; start < Block; start += 2 * half)
            {
                for (int row = start; row < start + half; row++)
                {
                    Span<float> upper = rows.Slice(row * columns, columns);
                    Span<float> lower = rows.Slice((row + half) * columns, columns);
                    for (int i = 0; i < columns; i++)
                    {
                        float a = upper[i];
                        float b = lower[i];
                        upper[i] = a + b;
                        lower[i] = a - b;
                    }
                }
            }
        }

        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = rows[i] * _factor;
        }
    }
}
