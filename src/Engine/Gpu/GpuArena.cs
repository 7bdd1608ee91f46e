using Ait.Engine.Weights;

namespace Ait.Engine.Gpu;

/// <summary>Memory and matrices on a device that are given back together. Whoever takes or gives back has locked the device.</summary>
internal sealed class GpuArena(IGpuDevice device) : IDisposable
{
    private readonly List<ulong> _blocks = [];
    private readonly List<GpuMatrix> _matrices = [];

    public IGpuDevice Device => device;

    /// <summary>Takes zeroed memory for so many elements of so many bytes.</summary>
    public ulong Take(long count, int size)
    {
        ulong address = device.Allocate(checked(count * size));
        _blocks.Add(address);
        return address;
    }

    /// <summary>Takes memory for quantised rows.</summary>
    public GpuRows TakeRows(int rows, int width)
    {
        int stride = GpuMatrix.StrideOf(width);
        return new GpuRows(Take((long)rows * stride, 1), stride, Take(rows, sizeof(float)));
    }

    /// <summary>Copies matrices to the device as one.</summary>
    public GpuMatrix Copy(ReadOnlySpan<PackedMatrix> parts)
    {
        var matrix = new GpuMatrix(device, parts, []);
        _matrices.Add(matrix);
        return matrix;
    }

    public void Dispose()
    {
        foreach (GpuMatrix matrix in _matrices)
        {
            matrix.Dispose();
        }

        foreach (ulong address in _blocks)
        {
            device.Release(address);
        }
    }
}
