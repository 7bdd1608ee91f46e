namespace Ait.Engine.Gpu;

/// <summary>How many blocks of how many threads a launch has.</summary>
internal readonly record struct GpuGrid(int X, int Y, int Z, int Threads);
