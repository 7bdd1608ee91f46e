namespace Ait.Engine.Gpu;

/// <summary>Everything that the launches of a step depend on, apart from what the plan in device memory says.</summary>
internal readonly record struct GpuStepShape(int Rows, int LogitsRows, int Tiles, int TileQueries, int Splits, bool KeepsScores, int Pools);
