using Ait.Engine.Execution;

namespace Ait.Engine.Gpu;

/// <summary>Pages of cache in the memory of a device, carved from slabs: see Kernels/arguments.cuh for what a page holds.</summary>
internal sealed class GpuPages(IGpuDevice device, ModelConfig config) : IPageMemory, IDisposable
{
    private const long SlabBytes = 512L << 20;

    private readonly List<ulong> _slabs = [];
    private ulong _slabEnd;
    private long _left;

    /// <summary>Elements from one key to the next.</summary>
    public static int KeyStride(ModelConfig config) => GpuMatrix.StrideOf(config.HeadDimension);

    /// <summary>Bytes of one head in a page.</summary>
    public static long HeadBytes(ModelConfig config) =>
        HeadCache.PagePositions * (KeyStride(config) + config.HeadDimension + sizeof(float) + (long)sizeof(int));

    public long PageBytes { get; } = config.Layers * config.KeyValueHeads * HeadBytes(config);

    public CachePage Create()
    {
        if (_left < PageBytes)
        {
            // Small models get small slabs.
            long slab = Math.Max(PageBytes, Math.Min(SlabBytes, 64 * PageBytes));
            _slabs.Add(device.Allocate(slab));
            _left = slab;
            _slabEnd = _slabs[^1] + (ulong)slab;
        }

        ulong address = _slabEnd - (ulong)_left;
        _left -= PageBytes;
        return new CachePage((nint)address, null);
    }

    public void Dispose()
    {
        foreach (ulong slab in _slabs)
        {
            device.Release(slab);
        }

        _slabs.Clear();
        _left = 0;
    }
}
