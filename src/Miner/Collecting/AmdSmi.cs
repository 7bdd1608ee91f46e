using System.Runtime.InteropServices;

namespace Ait.Miner.Collecting;

/// <summary>
/// The calls of AMD's management library that this room makes, bound when first called. Only calls with plain arguments: the
/// library's structures change between versions.
/// </summary>
internal static unsafe partial class AmdSmi
{
    public const int Success = 0;

    /// <summary>AMDSMI_INIT_AMD_GPUS.</summary>
    public const ulong Gpus = 2;

    /// <summary>AMDSMI_GPU_UUID_SIZE.</summary>
    public const int UuidLength = 38;

    /// <summary>AMDSMI_MEM_TYPE_VRAM.</summary>
    public const int DeviceMemory = 0;

    /// <summary>AMDSMI_TEMPERATURE_TYPE_HOTSPOT and AMDSMI_TEMP_CURRENT.</summary>
    public const int HottestSpot = 1;
    public const int CurrentTemperature = 0;
    private const string Library = "libamd_smi.so";

    [LibraryImport(Library, EntryPoint = "amdsmi_init")]
    public static partial int Initialize(ulong flags);

    [LibraryImport(Library, EntryPoint = "amdsmi_shut_down")]
    public static partial int ShutDown();

    [LibraryImport(Library, EntryPoint = "amdsmi_get_socket_handles")]
    public static partial int GetSockets(uint* count, nint* sockets);

    [LibraryImport(Library, EntryPoint = "amdsmi_get_processor_handles")]
    public static partial int GetProcessors(nint socket, uint* count, nint* processors);

    [LibraryImport(Library, EntryPoint = "amdsmi_get_gpu_device_uuid")]
    public static partial int GetUuid(nint processor, uint* length, byte* text);

    [LibraryImport(Library, EntryPoint = "amdsmi_get_gpu_id")]
    public static partial int GetDeviceId(nint processor, ushort* id);

    [LibraryImport(Library, EntryPoint = "amdsmi_get_gpu_memory_total")]
    public static partial int GetMemoryTotal(nint processor, int kind, ulong* bytes);

    /// <summary>In degrees Celsius.</summary>
    [LibraryImport(Library, EntryPoint = "amdsmi_get_temp_metric")]
    public static partial int GetTemperature(nint processor, int sensor, int metric, long* celsius);
}
