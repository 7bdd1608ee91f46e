namespace Ait.Engine.Gpu;

/// <summary>Quantised rows on a device: int8 with a stride, and what a unit of each row is worth.</summary>
internal readonly record struct GpuRows(ulong Values, int Stride, ulong Scales);
