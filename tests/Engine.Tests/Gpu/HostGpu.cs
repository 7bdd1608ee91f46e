using System.Runtime.InteropServices;
using Ait.Engine.Gpu;

namespace Ait.Engine.Tests.Gpu;

/// <summary>A device whose kernels run on the host. Its memory is the host's, so that a stray address is a crash and not a wrong sum.</summary>
internal sealed unsafe class HostGpu : IGpuDevice
{
    private readonly HostKernels _kernels;
    private readonly List<string> _names = [];
    private readonly List<List<Action>> _recordings = [];
    private readonly Dictionary<ulong, long> _blocks = [];
    private List<Action>? _recording;

    /// <summary>Opens a device with so wide warps; with products it has a library of them, which multiplies in loops.</summary>
    public HostGpu(int warp, int multiprocessors = 4, bool hasProducts = false)
    {
        HasProducts = hasProducts;
        _kernels = HostKernels.Of(warp);
        Multiprocessors = multiprocessors;
    }

    public string Name => $"host, warps of {WarpSize}";

    public int Multiprocessors { get; }

    public int WarpSize => _kernels.Warp;

    public long MemoryBytes => long.MaxValue;

    /// <summary>Blocks of memory that were taken and not given back.</summary>
    public int Blocks => _blocks.Count;

    /// <summary>Their bytes.</summary>
    public long Bytes => _blocks.Values.Sum();

    /// <summary>Blocks that the memory has room for.</summary>
    public int MostBlocks { get; set; } = int.MaxValue;

    /// <summary>Names of the kernels that ran.</summary>
    public HashSet<string> Launched { get; } = [];

    /// <summary>How often something recorded was done.</summary>
    public int Replays { get; private set; }

    public bool HasProducts { get; }

    public string ProductsAbsence => HasProducts ? "" : "the host has none";

    /// <summary>Products that the library made.</summary>
    public int Products { get; private set; }

    /// <summary>Counts products from 0 again.</summary>
    public void ForgetProducts() => Products = 0;

    public bool TryMultiply(ulong weights, int weightRows, ulong x, int rows, int columns, int stride, ulong sums)
    {
        if (!HasProducts || _recording is not null || weightRows % 4 != 0)
        {
            return false;
        }

        Products++;
        for (int r = 0; r < rows; r++)
        {
            for (int n = 0; n < weightRows; n++)
            {
                int sum = 0;
                for (int i = 0; i < columns; i++)
                {
                    sum += ((sbyte*)x)[((long)r * stride) + i] * ((sbyte*)weights)[((long)n * stride) + i];
                }

                ((int*)sums)[((long)r * weightRows) + n] = sum;
            }
        }

        return true;
    }

    public nint Kernel(string name)
    {
        int index = _names.IndexOf(name);
        if (index >= 0)
        {
            return index;
        }

        _names.Add(name);
        return _names.Count - 1;
    }

    public ulong Allocate(long bytes)
    {
        if (Blocks == MostBlocks)
        {
            throw new GpuException($"taking {bytes} bytes of device memory: there is no more");
        }

        void* memory = NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 1), 256);
        NativeMemory.Clear(memory, (nuint)bytes);
        _blocks.Add((ulong)memory, bytes);
        return (ulong)memory;
    }

    public void Release(ulong address)
    {
        Assert.True(_blocks.Remove(address), "What was never taken, or given back already, is given back.");
        NativeMemory.AlignedFree((void*)address);
    }

    public void* AllocateHost(long bytes) => (void*)Allocate(bytes);

    public void ReleaseHost(void* memory) => Release((ulong)memory);

    public void Upload(ulong target, void* source, long bytes)
    {
        Assert.Null(_recording);
        Buffer.MemoryCopy(source, (void*)target, bytes, bytes);
    }

    public void Download(void* target, ulong source, long bytes)
    {
        Assert.Null(_recording);
        Buffer.MemoryCopy((void*)source, target, bytes, bytes);
    }

    public void Clear(ulong address, long bytes) => Do(() => NativeMemory.Clear((void*)address, (nuint)bytes));

    public void Launch(nint kernel, in GpuGrid grid, void* arguments, int size)
    {
        Assert.InRange(Math.Max(grid.Y, grid.Z), 1, 65_535); // As CUDA has it.
        byte[] copy = new ReadOnlySpan<byte>(arguments, size).ToArray();
        GpuGrid shape = grid;
        string name = _names[(int)kernel];
        Do(() =>
        {
            Launched.Add(name);
            fixed (byte* p = copy)
            {
                Assert.Null(_kernels.Launch(name, shape, p, size) is { } error ? $"{name}: {error}" : null);
            }
        });
    }

    public void StartRecording()
    {
        Assert.Null(_recording);
        _recording = [];
    }

    public nint EndRecording()
    {
        _recordings.Add(_recording ?? throw new InvalidOperationException("Nothing is recorded."));
        _recording = null;
        return _recordings.Count - 1;
    }

    public void Replay(nint recording)
    {
        Replays++;
        _recordings[(int)recording].ForEach(action => action());
    }

    public void ReleaseRecording(nint recording) => _recordings[(int)recording] = [];

    public void Dispose()
    {
    }

    private void Do(Action action)
    {
        if (_recording is not null)
        {
            _recording.Add(action);
        }
        else
        {
            action();
        }
    }
}
