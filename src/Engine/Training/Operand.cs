namespace Ait.Engine.Training;

/// <summary>The left side of an exact product: pairs of int16 along the depth, and what a unit of each row is worth.</summary>
/// <param name="words">The pairs.</param>
/// <param name="rowStride">Words from one row to the next.</param>
/// <param name="depthStride">Words from one pair of a row to the next.</param>
/// <param name="units">One for each row.</param>
internal readonly unsafe struct Operand(int* words, int rowStride, int depthStride, float* units)
{
    public int* Words { get; } = words;

    public int RowStride { get; } = rowStride;

    public int DepthStride { get; } = depthStride;

    public float* Units { get; } = units;

    /// <summary>Rows of int16, one after the other.</summary>
    public static Operand OfRows(short* rows, int stride, float* units) => new((int*)rows, stride / 2, 1, units);

    /// <summary>Paired form over the depth, so many rows wide.</summary>
    public static Operand OfPairs(int* pairs, int rows, float* units) => new(pairs, 1, rows, units);
}
