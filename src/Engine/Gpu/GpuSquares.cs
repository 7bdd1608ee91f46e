namespace Ait.Engine.Gpu;

/// <summary>What takes attention back, for several pairs of window and key/value head at a time: all of one pair lies together in each buffer.</summary>
internal sealed class GpuSquares
{
    public GpuSquares(GpuArena arena, ModelConfig config, int length, int items)
    {
        Items = items;
        int stride = GpuMatrix.StrideOf(length);
        int width = config.HeadDimension;
        long rows = (long)items * length;
        Keys = arena.Take(rows * GpuPages.KeyStride(config), 1);
        KeysAcross = arena.Take((long)items * width * stride, 1);
        Values = arena.Take(rows * GpuPages.KeyStride(config), 1);
        KeyScales = arena.Take(rows, sizeof(float));
        ValueUnits = arena.Take(rows, sizeof(float));
        High = arena.Take(rows * GpuPages.KeyStride(config), 1);
        Low = arena.Take(rows * GpuPages.KeyStride(config), 1);
        Units = arena.Take(rows, sizeof(float));
        Centers = arena.Take(rows, sizeof(float));
        HighAcross = arena.Take((long)items * width * stride, 1);
        LowAcross = arena.Take((long)items * width * stride, 1);
        QueriesAcross = arena.Take((long)items * width * stride, 1);
        Products = arena.Take(rows * length, sizeof(float));
        Shares = arena.Take(rows * length, sizeof(float));
        ScoresHigh = arena.Take(rows * stride, 1);
        ScoresLow = arena.Take(rows * stride, 1);
        ScoreUnits = arena.Take(rows, sizeof(float));
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
}
