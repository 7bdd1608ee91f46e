using System.Runtime.InteropServices;

namespace Ait.Engine.Gpu.Drivers;

/// <summary>The HIP runtime, as hip_runtime_api.h of ROCm 6 declares it. Bound at the first call.</summary>
internal static unsafe partial class HipApi
{
    public const string Library = "amdhip64";
    public const int MultiprocessorCount = 63;
    public const uint NonBlocking = 1;
    public const int CaptureThreadLocal = 1;

    [LibraryImport(Library, EntryPoint = "hipInit")]
    public static partial int Init(uint flags);

    [LibraryImport(Library, EntryPoint = "hipGetDeviceCount")]
    public static partial int GetDeviceCount(out int count);

    [LibraryImport(Library, EntryPoint = "hipSetDevice")]
    public static partial int SetDevice(int ordinal);

    [LibraryImport(Library, EntryPoint = "hipDeviceGetName")]
    public static partial int DeviceGetName(byte* name, int length, int device);

    [LibraryImport(Library, EntryPoint = "hipDeviceTotalMem")]
    public static partial int DeviceTotalMemory(out nuint bytes, int device);

    [LibraryImport(Library, EntryPoint = "hipDeviceGetAttribute")]
    public static partial int DeviceGetAttribute(out int value, int attribute, int device);

    [LibraryImport(Library, EntryPoint = "hipStreamCreateWithFlags")]
    public static partial int StreamCreate(out nint stream, uint flags);

    [LibraryImport(Library, EntryPoint = "hipStreamDestroy")]
    public static partial int StreamDestroy(nint stream);

    [LibraryImport(Library, EntryPoint = "hipStreamSynchronize")]
    public static partial int StreamSynchronize(nint stream);

    [LibraryImport(Library, EntryPoint = "hipMalloc")]
    public static partial int MemoryAllocate(out ulong address, nuint bytes);

    [LibraryImport(Library, EntryPoint = "hipFree")]
    public static partial int MemoryFree(ulong address);

    [LibraryImport(Library, EntryPoint = "hipHostMalloc")]
    public static partial int HostAllocate(out void* memory, nuint bytes, uint flags);

    [LibraryImport(Library, EntryPoint = "hipHostFree")]
    public static partial int HostFree(void* memory);

    [LibraryImport(Library, EntryPoint = "hipMemcpyHtoDAsync")]
    public static partial int CopyToDevice(ulong target, void* source, nuint bytes, nint stream);

    [LibraryImport(Library, EntryPoint = "hipMemcpyDtoHAsync")]
    public static partial int CopyToHost(void* target, ulong source, nuint bytes, nint stream);

    [LibraryImport(Library, EntryPoint = "hipMemsetD8Async")]
    public static partial int SetBytes(ulong address, byte value, nuint bytes, nint stream);

    [LibraryImport(Library, EntryPoint = "hipModuleLoadData")]
    public static partial int ModuleLoad(out nint module, void* image);

    [LibraryImport(Library, EntryPoint = "hipModuleUnload")]
    public static partial int ModuleUnload(nint module);

    [LibraryImport(Library, EntryPoint = "hipModuleGetFunction", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ModuleGetFunction(out nint function, nint module, string name);

    [LibraryImport(Library, EntryPoint = "hipModuleLaunchKernel")]
    public static partial int LaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint sharedBytes, nint stream, void** parameters, void** extra);

    [LibraryImport(Library, EntryPoint = "hipStreamBeginCapture")]
    public static partial int StreamBeginCapture(nint stream, int mode);

    [LibraryImport(Library, EntryPoint = "hipStreamEndCapture")]
    public static partial int StreamEndCapture(nint stream, out nint graph);

    [LibraryImport(Library, EntryPoint = "hipGraphInstantiateWithFlags")]
    public static partial int GraphInstantiate(out nint executable, nint graph, ulong flags);

    [LibraryImport(Library, EntryPoint = "hipGraphLaunch")]
    public static partial int GraphLaunch(nint executable, nint stream);

    [LibraryImport(Library, EntryPoint = "hipGraphExecDestroy")]
    public static partial int GraphExecutableDestroy(nint executable);

    [LibraryImport(Library, EntryPoint = "hipGraphDestroy")]
    public static partial int GraphDestroy(nint graph);

    [LibraryImport(Library, EntryPoint = "hipGetErrorString")]
    public static partial byte* GetErrorString(int error);
}
