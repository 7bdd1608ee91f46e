namespace Ait.Engine.Gpu.Drivers;

/// <summary>
/// The calls of a vendor's driver and run-time compiler that the engine needs; CUDA and HIP differ in names, numbers and little
/// else. Every call returns the vendor's error number, 0 for success. Nothing is loaded before the first call.
/// </summary>
internal abstract unsafe class GpuDriver
{
    public abstract string Vendor { get; }

    /// <summary>Lanes of a warp.</summary>
    public abstract int WarpSize { get; }

    public abstract int Start();

    public abstract int DeviceCount(out int count);

    public abstract int Select(int ordinal);

    public abstract int DeviceName(Span<byte> name, int ordinal);

    public abstract int Memory(out nuint bytes, int ordinal);

    public abstract int Multiprocessors(out int count, int ordinal);

    public abstract int CreateStream(out nint stream);

    public abstract int DestroyStream(nint stream);

    public abstract int Synchronize(nint stream);

    public abstract int Allocate(out ulong address, nuint bytes);

    public abstract int Free(ulong address);

    public abstract int AllocateHost(out void* memory, nuint bytes);

    public abstract int FreeHost(void* memory);

    public abstract int Upload(ulong target, void* source, nuint bytes, nint stream);

    public abstract int Download(void* target, ulong source, nuint bytes, nint stream);

    public abstract int Clear(ulong address, nuint bytes, nint stream);

    public abstract int LoadModule(out nint module, void* image);

    public abstract int UnloadModule(nint module);

    public abstract int Function(out nint function, nint module, string name);

    public abstract int Launch(nint function, in GpuGrid grid, nint stream, void** parameters);

    public abstract int BeginCapture(nint stream);

    public abstract int EndCapture(nint stream, out nint graph);

    public abstract int Instantiate(out nint executable, nint graph);

    public abstract int LaunchGraph(nint executable, nint stream);

    public abstract int DestroyExecutable(nint executable);

    public abstract int DestroyGraph(nint graph);

    public abstract string ErrorText(int error);

    /// <summary>The vendor's library of matrix products if it is at hand and exact on this device; else null, and why.</summary>
    public abstract (VendorProducts? Products, string Absence) OpenProducts(IGpuDevice device, nint stream);

    /// <summary>Compiles the kernels for the selected device.</summary>
    /// <exception cref="GpuException">The compiler refuses the source, or is missing.</exception>
    public abstract byte[] Compile(string source, int ordinal);

    /// <summary>Throws unless the call succeeded.</summary>
    public void Demand(int error, string what)
    {
        if (error != 0)
        {
            throw new GpuException($"{Vendor}: {what} failed with error {error}: {ErrorText(error)}.");
        }
    }
}
