using System.Runtime.InteropServices;

namespace Ait.Engine.Gpu.Drivers;

/// <summary>AMD: the HIP runtime and hipRTC, for matrix cores of the CDNA 3 kind (gfx942).</summary>
internal sealed unsafe class HipDriver : GpuDriver
{
    public override string Vendor => "HIP";

    public override int WarpSize => 64;

    public override int Start() => HipApi.Init(0);

    public override int DeviceCount(out int count) => HipApi.GetDeviceCount(out count);

    public override int Select(int ordinal) => HipApi.SetDevice(ordinal);

    public override int DeviceName(Span<byte> name, int ordinal)
    {
        fixed (byte* p = name)
        {
            return HipApi.DeviceGetName(p, name.Length, ordinal);
        }
    }

    public override int Memory(out nuint bytes, int ordinal) => HipApi.DeviceTotalMemory(out bytes, ordinal);

    public override int Multiprocessors(out int count, int ordinal) => HipApi.DeviceGetAttribute(out count, HipApi.MultiprocessorCount, ordinal);

    public override int CreateStream(out nint stream) => HipApi.StreamCreate(out stream, HipApi.NonBlocking);

    public override int DestroyStream(nint stream) => HipApi.StreamDestroy(stream);

    public override int Synchronize(nint stream) => HipApi.StreamSynchronize(stream);

    public override int Allocate(out ulong address, nuint bytes) => HipApi.MemoryAllocate(out address, bytes);

    public override int Free(ulong address) => HipApi.MemoryFree(address);

    public override int AllocateHost(out void* memory, nuint bytes) => HipApi.HostAllocate(out memory, bytes, 0);

    public override int FreeHost(void* memory) => HipApi.HostFree(memory);

    public override int Upload(ulong target, void* source, nuint bytes, nint stream) => HipApi.CopyToDevice(target, source, bytes, stream);

    public override int Download(void* target, ulong source, nuint bytes, nint stream) => HipApi.CopyToHost(target, source, bytes, stream);

    public override int Clear(ulong address, nuint bytes, nint stream) => HipApi.SetBytes(address, 0, bytes, stream);

    public override int LoadModule(out nint module, void* image) => HipApi.ModuleLoad(out module, image);

    public override int UnloadModule(nint module) => HipApi.ModuleUnload(module);

    public override int Function(out nint function, nint module, string name) => HipApi.ModuleGetFunction(out function, module, name);

    public override int Launch(nint function, in GpuGrid grid, nint stream, void** parameters) =>
        HipApi.LaunchKernel(function, (uint)grid.X, (uint)grid.Y, (uint)grid.Z, (uint)grid.Threads, 1, 1, 0, stream, parameters, null);

    public override int BeginCapture(nint stream) => HipApi.StreamBeginCapture(stream, HipApi.CaptureThreadLocal);

    public override int EndCapture(nint stream, out nint graph) => HipApi.StreamEndCapture(stream, out graph);

    public override int Instantiate(out nint executable, nint graph) => HipApi.GraphInstantiate(out executable, graph, 0);

    public override int LaunchGraph(nint executable, nint stream) => HipApi.GraphLaunch(executable, stream);

    public override int DestroyExecutable(nint executable) => HipApi.GraphExecutableDestroy(executable);

    public override int DestroyGraph(nint graph) => HipApi.GraphDestroy(graph);

    public override string ErrorText(int error) => Marshal.PtrToStringUTF8((nint)HipApi.GetErrorString(error)) ?? "unknown";

    public override (VendorProducts? Products, string Absence) OpenProducts(IGpuDevice device, nint stream) =>
        VendorProducts.Open(new HipblasLt(), HipblasLtApi.Library, device, stream);

    // Without an architecture among the options the compiler takes that of the selected device.
    public override byte[] Compile(string source, int ordinal) => RuntimeCompiler.Compile(
        Vendor,
        source,
        ["-std=c++17", "-O3", "-ffp-contract=off", "-fno-fast-math", "-fhip-fp32-correctly-rounded-divide-sqrt", "-fno-gpu-flush-denormals-to-zero"],
        HiprtcApi.CreateProgram,
        HiprtcApi.CompileProgram,
        HiprtcApi.LogSize,
        HiprtcApi.Log,
        HiprtcApi.CodeSize,
        HiprtcApi.Code,
        HiprtcApi.DestroyProgram);
}
