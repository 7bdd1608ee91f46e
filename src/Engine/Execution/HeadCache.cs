namespace Ait.Engine.Execution;

/// <summary>
/// Keys and values of one key/value head of one sequence. Keys lie like the rows of a packed matrix (panels of 16
/// positions, groups of 4 elements); values lie in pairs of positions: byte (position, i) at
/// <c>(position / 2 · width + i) · 2 + position % 2</c>.
/// </summary>
internal readonly unsafe struct HeadCache(int width, sbyte* keys, float* keyScales, sbyte* values, int* valueExponents)
{
    public int Width { get; } = width;

    public sbyte* Keys { get; } = keys;

    public float* KeyScales { get; } = keyScales;

    public sbyte* Values { get; } = values;

    public int* ValueExponents { get; } = valueExponents;

    public sbyte Key(int position, int i) => Keys[Weights.PackedMatrix.Index(position, i, Width)];

    public sbyte Value(int position, int i) => Values[ValueIndex(position, i)];

    public long ValueIndex(int position, int i) => ((((long)(position >> 1) * Width) + i) * 2) + (position & 1);
}
