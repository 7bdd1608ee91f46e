using System.Text;

namespace Ait.Engine.Gpu.Drivers;

/// <summary>
/// A GPU behind its driver: one stream, and the kernels compiled for it. Every call takes the lock of the device, which whoever records
/// holds all along: the driver forbids others to take or copy memory in between.
/// </summary>
internal sealed unsafe class DriverDevice : IGpuDevice
{
    private readonly GpuDriver _driver;
    private readonly int _ordinal;
    private readonly nint _module;
    private readonly Dictionary<string, nint> _kernels = [];
    private readonly VendorProducts? _products;
    private nint _stream;
    private bool _isRecording;

    /// <summary>Opens the device and compiles the kernels.</summary>
    /// <exception cref="GpuException">Driver or compiler fail.</exception>
    public DriverDevice(GpuDriver driver, int ordinal)
    {
        _driver = driver;
        _ordinal = ordinal;
        driver.Demand(driver.Select(ordinal), $"selecting device {ordinal}");
        Span<byte> name = stackalloc byte[256];
        driver.Demand(driver.DeviceName(name, ordinal), "asking for the device's name");
        driver.Demand(driver.Memory(out nuint memory, ordinal), "asking for the device's memory");
        driver.Demand(driver.Multiprocessors(out int multiprocessors, ordinal), "asking for the device's multiprocessors");
        Name = Encoding.UTF8.GetString(name[..Math.Max(0, name.IndexOf((byte)0))]);
        MemoryBytes = (long)memory;
        Multiprocessors = multiprocessors;
        byte[] code = driver.Compile(KernelSource.Text, ordinal);
        fixed (byte* image = code)
        {
            driver.Demand(driver.LoadModule(out _module, image), "loading the kernels");
        }

        driver.Demand(driver.CreateStream(out _stream), "creating a stream");
        (_products, ProductsAbsence) = driver.OpenProducts(this, _stream);
    }

    public string Name { get; }

    public int Multiprocessors { get; }

    public int WarpSize => _driver.WarpSize;

    public long MemoryBytes { get; }

    public bool HasProducts => _products is not null;

    public string ProductsAbsence { get; }

    public nint Kernel(string name)
    {
        lock (this)
        {
            if (!_kernels.TryGetValue(name, out nint function))
            {
                Enter();
                _driver.Demand(_driver.Function(out function, _module, name), $"finding kernel {name}");
                _kernels.Add(name, function);
            }

            return function;
        }
    }

    public ulong Allocate(long bytes)
    {
        lock (this)
        {
            Enter();
            bytes = Math.Max(bytes, 1);
            _driver.Demand(_driver.Allocate(out ulong address, (nuint)bytes), $"taking {bytes} bytes of device memory");
            Clear(address, bytes);
            return address;
        }
    }

    public void Release(ulong address)
    {
        lock (this)
        {
            Enter();
            _driver.Demand(_driver.Synchronize(_stream), "waiting for the device");
            _driver.Demand(_driver.Free(address), "giving device memory back");
        }
    }

    public void* AllocateHost(long bytes)
    {
        lock (this)
        {
            Enter();
            _driver.Demand(_driver.AllocateHost(out void* memory, (nuint)Math.Max(bytes, 1)), $"taking {bytes} bytes of host memory");
            return memory;
        }
    }

    public void ReleaseHost(void* memory)
    {
        lock (this)
        {
            _driver.Demand(_driver.FreeHost(memory), "giving host memory back");
        }
    }

    public void Upload(ulong target, void* source, long bytes)
    {
        lock (this)
        {
            Enter();
            _driver.Demand(_driver.Upload(target, source, (nuint)bytes, _stream), $"copying {bytes} bytes to the device");
        }
    }

    public void Download(void* target, ulong source, long bytes)
    {
        lock (this)
        {
            Enter();
            _driver.Demand(_driver.Download(target, source, (nuint)bytes, _stream), $"copying {bytes} bytes from the device");
            _driver.Demand(_driver.Synchronize(_stream), "waiting for the device");
        }
    }

    public void Clear(ulong address, long bytes)
    {
        lock (this)
        {
            Enter();
            _driver.Demand(_driver.Clear(address, (nuint)bytes, _stream), "clearing device memory");
        }
    }

    public void Launch(nint kernel, in GpuGrid grid, void* arguments, int size)
    {
        lock (this)
        {
            // The one parameter of a kernel is its structure; the driver copies as many bytes as the kernel declares.
            void* parameter = arguments;
            _driver.Demand(_driver.Launch(kernel, grid, _stream, &parameter), "launching a kernel");
        }
    }

    // A library may ask the driver for things that a capture forbids.
    public bool TryMultiply(ulong weights, int weightRows, ulong x, int rows, int columns, int stride, ulong sums) =>
        !_isRecording && _products is not null && _products.TryMultiply(weights, weightRows, x, rows, columns, stride, sums);

    public void StartRecording()
    {
        lock (this)
        {
            _driver.Demand(_driver.BeginCapture(_stream), "beginning a capture");
            _isRecording = true;
        }
    }

    public nint EndRecording()
    {
        lock (this)
        {
            _isRecording = false;
            _driver.Demand(_driver.EndCapture(_stream, out nint graph), "ending a capture");
            int error = _driver.Instantiate(out nint executable, graph);
            _driver.Demand(_driver.DestroyGraph(graph), "forgetting a graph");
            _driver.Demand(error, "instantiating a graph");
            return executable;
        }
    }

    public void Replay(nint recording) => _driver.Demand(_driver.LaunchGraph(recording, _stream), "launching a graph");

    public void ReleaseRecording(nint recording) => _driver.Demand(_driver.DestroyExecutable(recording), "forgetting a graph");

    public void Dispose()
    {
        if (_stream != 0)
        {
            Enter();
            _driver.Demand(_driver.Synchronize(_stream), "waiting for the device");
            _products?.Dispose();
            _driver.Demand(_driver.DestroyStream(_stream), "destroying a stream");
            _driver.Demand(_driver.UnloadModule(_module), "unloading the kernels");
            _stream = 0;
        }
    }

    // The selected device belongs to the thread, and callers come on different ones.
    private void Enter() => _driver.Demand(_driver.Select(_ordinal), $"selecting device {_ordinal}");
}
