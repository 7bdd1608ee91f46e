namespace Ait.Engine.Gpu;

/// <summary>What takes attention back, for several pairs of window and key/value head at a time: all of one pair lies together in each buffer.</summary>
internal sealed class GpuSquares : IDisposable
{
    private readonly IGpuDevice _device;
    private readonly List<ulong> _owned = [];

    public GpuSquares(IGpuDevice device, ModelConfig config, int length, int items)
    {
        _device = device;
        Items = items;
        int stride = GpuMatrix.StrideOf(length);
        int width = config.HeadDimension;
        long rows = (long)items * length;
        Keys = Take(rows * GpuPages.KeyStride(config));
        KeysAcross = Take((long)items * width * stride);
        Values = Take(rows * GpuPages.KeyStride(config));
        KeyScales = Take(rows * sizeof(float));
        ValueUnits = Take(rows * sizeof(float));
        High = Take(rows * GpuPages.KeyStride(config));
        Low = Take(rows * GpuPages.KeyStride(config));
        Units = Take(rows * sizeof(float));
        Centers = Take(rows * sizeof(float));
        HighAcross = Take((long)items * width * stride);
        LowAcross = Take((long)items * width * stride);
        QueriesAcross = Take((long)items * width * stride);
        Products = Take(rows * length * sizeof(float));
        Shares = Take(rows * length * sizeof(float));
        ScoresHigh = Take(rows * stride);
        ScoresLow = Take(rows * stride);
        ScoreUnits = Take(rows * sizeof(float));
    }

    /// <summary>Most pairs at a time.</summary>
    public int Items { get; }

    public ulong Keys { get; }

    public ulong KeysAcross { get; }

    public ulong Values { get; }

    public ulong KeyScales { get; }

    /// <summary>Powers of two.</summary>
    public ulong ValueUnits { get; }

    /// <summary>The limbs of the gradient of the output, as rows, and what a unit of each row is worth.</summary>
    public ulong High { get; }

    public ulong Low { get; }

    public ulong Units { get; }

    public ulong Centers { get; }

    public ulong HighAcross { get; }

    public ulong LowAcross { get; }

    public ulong QueriesAcross { get; }

    public ulong Products { get; }

    public ulong Shares { get; }

    /// <summary>The limbs of what is multiplied by keys, queries or gradients.</summary>
    public ulong ScoresHigh { get; }

    public ulong ScoresLow { get; }

    public ulong ScoreUnits { get; }

    /// <summary>Bytes of one pair.</summary>
    public static long BytesOf(ModelConfig config, int length)
    {
        long stride = GpuMatrix.StrideOf(length);
        return (length * ((4L * GpuPages.KeyStride(config)) + (5 * sizeof(float)) + (2L * length * sizeof(float)) + (2 * stride))) + (4 * config.HeadDimension * stride);
    }

    public void Dispose()
    {
        foreach (ulong address in _owned)
        {
            _device.Release(address);
        }
    }

    private ulong Take(long bytes)
    {
        ulong address = _device.Allocate(bytes);
        _owned.Add(address);
        return address;
    }
}
