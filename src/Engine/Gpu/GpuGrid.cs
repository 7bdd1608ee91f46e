namespace Ait.Engine.Gpu;

/// <summary>How many blocks of how many threads a launch has.</summary>
internal readonly record struct GpuGrid(int X, int Y, int Z, int Threads)
{
    /// <summary>Blocks that cover so many items.</summary>
    public static int Blocks(int items, int each) => (items + each - 1) / each;
}
