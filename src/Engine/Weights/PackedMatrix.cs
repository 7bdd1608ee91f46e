namespace Ait.Engine.Weights;

/// <summary>
/// An int8 matrix with one scale per row, held once for all backends. Rows go in panels of 16, columns in groups of 4:
/// byte (row, column) lies at <c>((row / 16 · columns / 4 + column / 4) · 16 + row % 16) · 4 + column % 4</c>. A panel
/// row of 64 bytes feeds one 512-bit register. Rows beyond the last are zero, with scale zero.
/// </summary>
internal sealed unsafe class PackedMatrix
{
    public const int PanelRows = 16;
    public const int Group = 4;

    private readonly AlignedBuffer<sbyte> _weights;
    private readonly AlignedBuffer<float> _scales;

    public PackedMatrix(int rows, int columns)
    {
        Rows = rows;
        Columns = columns;
        Panels = (rows + PanelRows - 1) / PanelRows;
        _weights = new AlignedBuffer<sbyte>(checked(Panels * PanelRows * columns));
        _scales = new AlignedBuffer<float>(Panels * PanelRows);
    }

    public int Rows { get; }

    public int Columns { get; }

    public int Panels { get; }

    public int PaddedRows => Panels * PanelRows;

    public sbyte* Weights => _weights.Pointer;

    public float* Scales => _scales.Pointer;

    public sbyte* Panel(int panel) => Weights + ((long)panel * PanelRows * Columns);

    public static long Index(int row, int column, int columns) =>
        ((((long)(row / PanelRows) * (columns / Group)) + (column / Group)) * PanelRows * Group) + (row % PanelRows * Group) + (column % Group);

    public sbyte this[int row, int column]
    {
        get => Weights[Index(row, column, Columns)];
        set => Weights[Index(row, column, Columns)] = value;
    }
}
