using System.Runtime.InteropServices;

namespace Ait.Engine.Gpu.Drivers;

/// <summary>NVIDIA: the CUDA driver and NVRTC.</summary>
internal sealed unsafe class CudaDriver : GpuDriver
{
    private readonly Dictionary<int, nint> _contexts = [];

    public override string Vendor => "CUDA";

    public override int WarpSize => 32;

    public override int Start() => CudaApi.Init(0);

    public override int DeviceCount(out int count) => CudaApi.DeviceGetCount(out count);

    public override int Select(int ordinal)
    {
        nint context;
        lock (_contexts)
        {
            if (!_contexts.TryGetValue(ordinal, out context))
            {
                int error = CudaApi.DeviceGet(out int device, ordinal);
                error = error != 0 ? error : CudaApi.RetainPrimaryContext(out context, device);
                if (error != 0)
                {
                    return error;
                }

                _contexts.Add(ordinal, context);
            }
        }

        return CudaApi.SetCurrentContext(context);
    }

    public override int DeviceName(Span<byte> name, int ordinal)
    {
        fixed (byte* p = name)
        {
            return CudaApi.DeviceGetName(p, name.Length, ordinal);
        }
    }

    public override int Memory(out nuint bytes, int ordinal) => CudaApi.DeviceTotalMemory(out bytes, ordinal);

    public override int Multiprocessors(out int count, int ordinal) => CudaApi.DeviceGetAttribute(out count, CudaApi.MultiprocessorCount, ordinal);

    public override int CreateStream(out nint stream) => CudaApi.StreamCreate(out stream, CudaApi.NonBlocking);

    public override int DestroyStream(nint stream) => CudaApi.StreamDestroy(stream);

    public override int Synchronize(nint stream) => CudaApi.StreamSynchronize(stream);

    public override int Allocate(out ulong address, nuint bytes) => CudaApi.MemoryAllocate(out address, bytes);

    public override int Free(ulong address) => CudaApi.MemoryFree(address);

    public override int AllocateHost(out void* memory, nuint bytes) => CudaApi.HostAllocate(out memory, bytes, 0);

    public override int FreeHost(void* memory) => CudaApi.HostFree(memory);

    public override int Upload(ulong target, void* source, nuint bytes, nint stream) => CudaApi.CopyToDevice(target, source, bytes, stream);

    public override int Download(void* target, ulong source, nuint bytes, nint stream) => CudaApi.CopyToHost(target, source, bytes, stream);

    public override int Clear(ulong address, nuint bytes, nint stream) => CudaApi.SetBytes(address, 0, bytes, stream);

    public override int LoadModule(out nint module, void* image) => CudaApi.ModuleLoad(out module, image);

    public override int UnloadModule(nint module) => CudaApi.ModuleUnload(module);

    public override int Function(out nint function, nint module, string name) => CudaApi.ModuleGetFunction(out function, module, name);

    public override int Launch(nint function, in GpuGrid grid, nint stream, void** parameters) =>
        CudaApi.LaunchKernel(function, (uint)grid.X, (uint)grid.Y, (uint)grid.Z, (uint)grid.Threads, 1, 1, 0, stream, parameters, null);

    public override int BeginCapture(nint stream) => CudaApi.StreamBeginCapture(stream, CudaApi.CaptureThreadLocal);

    public override int EndCapture(nint stream, out nint graph) => CudaApi.StreamEndCapture(stream, out graph);

    public override int Instantiate(out nint executable, nint graph) => CudaApi.GraphInstantiate(out executable, graph, 0);

    public override int LaunchGraph(nint executable, nint stream) => CudaApi.GraphLaunch(executable, stream);

    public override int DestroyExecutable(nint executable) => CudaApi.GraphExecutableDestroy(executable);

    public override int DestroyGraph(nint graph) => CudaApi.GraphDestroy(graph);

    public override string ErrorText(int error) =>
        CudaApi.GetErrorString(error, out byte* text) == 0 ? Marshal.PtrToStringUTF8((nint)text) ?? "unknown" : "unknown";

    public override (VendorProducts? Products, string Absence) OpenProducts(IGpuDevice device, nint stream) =>
        VendorProducts.Open(new CublasLt(), CublasLtApi.Library, device, stream);

    public override byte[] Compile(string source, int ordinal)
    {
        Demand(CudaApi.DeviceGetAttribute(out int major, CudaApi.ComputeCapabilityMajor, ordinal), "asking for the compute capability");
        Demand(CudaApi.DeviceGetAttribute(out int minor, CudaApi.ComputeCapabilityMinor, ordinal), "asking for the compute capability");
        if (major < 8)
        {
            throw new GpuException($"CUDA: the kernels need compute capability 8.0 or newer, found {major}.{minor}.");
        }

        // Every product is rounded on its own, subnormal numbers stay, division and root are correctly rounded.
        string[] options = [$"--gpu-architecture=sm_{major}{minor}", "--std=c++17", "--fmad=false", "--ftz=false", "--prec-div=true", "--prec-sqrt=true"];
        return RuntimeCompiler.Compile(
            Vendor,
            source,
            options,
            NvrtcApi.CreateProgram,
            NvrtcApi.CompileProgram,
            NvrtcApi.LogSize,
            NvrtcApi.Log,
            NvrtcApi.CodeSize,
            NvrtcApi.Code,
            NvrtcApi.DestroyProgram);
    }
}
