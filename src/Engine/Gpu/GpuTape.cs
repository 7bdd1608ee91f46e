using Ait.Engine.Execution;

namespace Ait.Engine.Gpu;

/// <summary>What the backward pass needs of one layer's forward pass, in the memory of a device. Keys and values are in the pages.</summary>
internal sealed class GpuTape
{
    public GpuTape(GpuArena arena, ModelConfig config, int rows)
    {
        InputNorm = arena.TakeRows(rows, config.Dimension);
        Queries = arena.Take((long)rows * config.Heads * GpuPages.KeyStride(config), 1);
        QueryUnits = arena.Take((long)rows * config.Heads, sizeof(float));
        Attended = arena.Take((long)rows * config.QueryWidth, sizeof(float));
        AttendedRows = arena.TakeRows(rows, config.QueryWidth);
        MiddleNorm = arena.TakeRows(rows, config.Dimension);
        Gates = arena.Take(2L * rows * config.FeedForward, sizeof(float));
        Gated = arena.TakeRows(rows, config.FeedForward);
    }

    public GpuRows InputNorm { get; }

    /// <summary>The rotated queries as int8, each with the stride of a key, and what a unit of each is worth.</summary>
    public ulong Queries { get; }

    public ulong QueryUnits { get; }

    /// <summary>What attention yielded.</summary>
    public ulong Attended { get; }

    public GpuRows AttendedRows { get; }

    public GpuRows MiddleNorm { get; }

    /// <summary>Gates and, behind those of each row, what they gate.</summary>
    public ulong Gates { get; }

    public GpuRows Gated { get; }

    /// <summary>Bytes of a row, of all layers.</summary>
    public static long RowBytes(ModelConfig config) => config.Layers * (
        (2L * GpuMatrix.StrideOf(config.Dimension)) + GpuMatrix.StrideOf(config.QueryWidth) + GpuMatrix.StrideOf(config.FeedForward) + (4 * sizeof(float))
        + (config.Heads * (GpuPages.KeyStride(config) + (long)sizeof(float))) + ((config.QueryWidth + (2L * config.FeedForward) + (2L * config.Dimension)) * sizeof(float))
        + (config.KeyValueHeads * GpuPages.HeadBytes(config) / HeadCache.PagePositions));
}
