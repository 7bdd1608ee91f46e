using Ait.Engine.Weights;

namespace Ait.Engine.Execution;

/// <summary>
/// Keys and values of one key/value head of one sequence, in pages of 64 positions. In a page keys lie like the rows of a
/// packed matrix (panels of 16 positions, groups of 4 elements); values lie in pairs of positions: byte (position, i) at
/// <c>(position / 2 · width + i) · 2 + position % 2</c>. Scales of the keys and exponents of the values follow.
/// </summary>
/// <param name="width">Width of the head.</param>
/// <param name="pages">The pages of the sequence, in the order of positions.</param>
/// <param name="offset">Where the head begins in every page.</param>
internal readonly unsafe struct HeadCache(int width, sbyte** pages, long offset)
{
    /// <summary>Positions in a page; a multiple of 16.</summary>
    public const int PagePositions = 64;

    public int Width { get; } = width;

    /// <summary>Bytes of one head in a page.</summary>
    public static long Size(int width) => PagePositions * ((2L * width) + sizeof(float) + sizeof(int));

    public sbyte* Keys(int page) => pages[page] + offset;

    public sbyte* Values(int page) => Keys(page) + ((long)PagePositions * Width);

    public float* KeyScales(int page) => (float*)(Keys(page) + (2L * PagePositions * Width));

    public int* ValueExponents(int page) => (int*)(KeyScales(page) + PagePositions);

    public sbyte Key(int position, int i) => Keys(position / PagePositions)[PackedMatrix.Index(position % PagePositions, i, Width)];

    public sbyte Value(int position, int i) => Values(position / PagePositions)[ValueIndex(position % PagePositions, i)];

    public float KeyScale(int position) => KeyScales(position / PagePositions)[position % PagePositions];

    public int ValueExponent(int position) => ValueExponents(position / PagePositions)[position % PagePositions];

    /// <summary>Where the element of a value lies, counted from the begin of the page's values.</summary>
    public long ValueIndex(int positionInPage, int i) => ((((long)(positionInPage >> 1) * Width) + i) * 2) + (positionInPage & 1);
}
