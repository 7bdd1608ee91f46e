using Ait.Engine.Training;

namespace Ait.Engine.Gpu;

/// <summary>A linear layer on a device, trained whole, or frozen with or without an adapter; one of those that read the same activations.</summary>
internal sealed class GpuTrainedLinear : IDisposable
{
    private readonly IGpuDevice _device;
    private readonly List<GpuMatrix> _homes = [];

    /// <param name="device">Where.</param>
    /// <param name="home">The matrix that holds it among its neighbours.</param>
    /// <param name="firstRow">Its first row there, and its first output in a row of theirs.</param>
    /// <param name="layer">What it is.</param>
    /// <param name="rows">Most rows of activations.</param>
    public GpuTrainedLinear(IGpuDevice device, GpuMatrix home, int firstRow, LinearLayer layer, int rows)
    {
        _device = device;
        FirstOutput = firstRow;
        Main = new GpuTrainedMatrix(device, home, firstRow, layer.Main.Packed.Rows, layer.Whole);
        if (layer.Inner is { } inner && layer.Outer is { } outer)
        {
            Inner = MatrixOf(inner);
            Outer = MatrixOf(outer);
            Narrow = new GpuRows(device.Allocate((long)rows * Outer.Stride), Outer.Stride, device.Allocate((long)rows * sizeof(float)));
        }
    }

    public int FirstOutput { get; }

    public GpuTrainedMatrix Main { get; }

    /// <summary>The narrow matrix of the adapter.</summary>
    public GpuTrainedMatrix? Inner { get; }

    /// <summary>The tall matrix of the adapter.</summary>
    public GpuTrainedMatrix? Outer { get; }

    /// <summary>What went into the tall matrix.</summary>
    public GpuRows Narrow { get; }

    /// <summary>All matrices of the layer.</summary>
    public IEnumerable<GpuTrainedMatrix> Matrices => Inner is null || Outer is null ? [Main] : [Main, Inner, Outer];

    public void Dispose()
    {
        foreach (GpuTrainedMatrix matrix in Matrices)
        {
            matrix.Dispose();
        }

        foreach (GpuMatrix home in _homes)
        {
            home.Dispose();
        }

        if (Narrow.Values != 0)
        {
            _device.Release(Narrow.Values);
            _device.Release(Narrow.Scales);
        }
    }

    private GpuTrainedMatrix MatrixOf(Parameter parameter)
    {
        var home = new GpuMatrix(_device, [parameter.Quantized.Packed], []);
        _homes.Add(home);
        return new GpuTrainedMatrix(_device, home, 0, parameter.Rows, parameter);
    }
}
