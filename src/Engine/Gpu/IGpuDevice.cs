namespace Ait.Engine.Gpu;

/// <summary>
/// A device with memory of its own that runs the kernels: a GPU behind a vendor's driver, or the host shim of the tests.
/// Everything asked of it happens in the order of asking; only <see cref="Download"/> waits. Whoever does several things that belong
/// together locks the device meanwhile.
/// </summary>
internal unsafe interface IGpuDevice : IDisposable
{
    /// <summary>What the vendor calls it.</summary>
    public string Name { get; }

    /// <summary>Blocks that run side by side, roughly; decides how work is divided and nothing else.</summary>
    public int Multiprocessors { get; }

    /// <summary>Lanes that work in step: 32, or 64.</summary>
    public int WarpSize { get; }

    /// <summary>Memory in all, in bytes.</summary>
    public long MemoryBytes { get; }

    /// <summary>Whether the vendor's library of matrix products is at hand.</summary>
    public bool HasProducts { get; }

    /// <summary>Why it is not, in words; empty if it is.</summary>
    public string ProductsAbsence { get; }

    /// <summary>
    /// sums[r, n] = x[r] · w[n] in int32 by the vendor's library, rows of either side with the stride, those of the sums without a gap.
    /// False, and nothing done, if it does not take the shape, or if launches are recorded.
    /// </summary>
    public bool TryMultiply(ulong weights, int weightRows, ulong x, int rows, int columns, int stride, ulong sums);

    /// <summary>The handle of a kernel by its name.</summary>
    public nint Kernel(string name);

    /// <summary>Takes zeroed memory, aligned to 256 bytes.</summary>
    public ulong Allocate(long bytes);

    /// <summary>Gives memory back, after everything asked before.</summary>
    public void Release(ulong address);

    /// <summary>Takes memory of the host that copies run from and to at full speed.</summary>
    public void* AllocateHost(long bytes);

    /// <summary>Gives memory of the host back.</summary>
    public void ReleaseHost(void* memory);

    /// <summary>Copies to the device. The source must not change before the next download.</summary>
    public void Upload(ulong target, void* source, long bytes);

    /// <summary>Copies to the host and returns when that and everything before is done.</summary>
    public void Download(void* target, ulong source, long bytes);

    /// <summary>Sets memory to zero.</summary>
    public void Clear(ulong address, long bytes);

    /// <summary>Runs a kernel over a grid of blocks. The arguments are copied.</summary>
    public void Launch(nint kernel, in GpuGrid grid, void* arguments, int size);

    /// <summary>From here to <see cref="EndRecording"/> launches and clearing are noted down instead of done.</summary>
    public void StartRecording();

    /// <summary>A handle of what was noted down.</summary>
    public nint EndRecording();

    /// <summary>Does what was noted down.</summary>
    public void Replay(nint recording);

    /// <summary>Forgets what was noted down.</summary>
    public void ReleaseRecording(nint recording);
}
