using Ait.Engine.Execution;

namespace Ait.Engine.Gpu;

/// <summary>What the backward pass needs of one layer's forward pass, in the memory of a device. Keys and values are in the pages.</summary>
internal sealed class GpuTape : IDisposable
{
    private readonly IGpuDevice _device;
    private readonly List<ulong> _owned = [];

    public GpuTape(IGpuDevice device, ModelConfig config, int rows)
    {
        _device = device;
        InputNorm = Rows(rows, config.Dimension);
        Queries = Take((long)rows * config.Heads * GpuPages.KeyStride(config));
        QueryUnits = Take((long)rows * config.Heads * sizeof(float));
        Attended = Take((long)rows * config.QueryWidth * sizeof(float));
        AttendedRows = Rows(rows, config.QueryWidth);
        MiddleNorm = Rows(rows, config.Dimension);
        Gates = Take(2L * rows * config.FeedForward * sizeof(float));
        Gated = Rows(rows, config.FeedForward);
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

    public void Dispose()
    {
        foreach (ulong address in _owned)
        {
            _device.Release(address);
        }
    }

    private GpuRows Rows(int rows, int width)
    {
        int stride = GpuMatrix.StrideOf(width);
        return new GpuRows(Take((long)rows * stride), stride, Take((long)rows * sizeof(float)));
    }

    private ulong Take(long bytes)
    {
        ulong address = _device.Allocate(bytes);
        _owned.Add(address);
        return address;
    }
}
