namespace Ait.Engine.Execution;

/// <summary>Quantised rows that go into a linear layer: values of −127 … 127 and one scale per row.</summary>
/// <param name="values">The rows, as int16.</param>
/// <param name="stride">Elements from one row to the next.</param>
/// <param name="scales">What a unit of each row is worth.</param>
/// <param name="rows">Number of rows.</param>
/// <param name="packed">The rows as the backend packed them; only if <see cref="Kernels.PacksActivations"/>.</param>
/// <param name="sums">The sum of each row; only if <see cref="Kernels.PacksActivations"/>.</param>
internal readonly unsafe struct Activations(short* values, int stride, float* scales, int rows, sbyte* packed, int* sums)
{
    /// <summary>Rows that are packed together.</summary>
    public const int TileRows = 16;

    public short* Values { get; } = values;

    public int Stride { get; } = stride;

    public float* Scales { get; } = scales;

    public int Rows { get; } = rows;

    public sbyte* Packed { get; } = packed;

    public int* Sums { get; } = sums;
}
