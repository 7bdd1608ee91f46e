using System.Runtime.InteropServices;

namespace Ait.Miner.Collecting;

/// <summary>The calls of NVIDIA's management library that this room makes, bound when first called. Sizes and offsets are pinned by a test.</summary>
internal static unsafe partial class Nvml
{
    public const int Success = 0;
    public const int NotSupported = 3;
    public const int NoPermission = 4;
    public const int FunctionNotFound = 13;
    public const int TextLength = 96;
    public const int ReportLength = 0x2000;
    public const int CertificatesLength = 0x1400;
    public const int NonceLength = 0x20;

    /// <summary>sizeof(ConfidentialSettings) | version 1 &lt;&lt; 24.</summary>
    public const uint SettingsVersion = 20 | (1 << 24);
    private const string Library = "libnvidia-ml.so.1";

    [LibraryImport(Library, EntryPoint = "nvmlInit_v2")]
    public static partial int Initialize();

    [LibraryImport(Library, EntryPoint = "nvmlShutdown")]
    public static partial int Shutdown();

    [LibraryImport(Library, EntryPoint = "nvmlErrorString")]
    public static partial byte* ErrorText(int code);

    [LibraryImport(Library, EntryPoint = "nvmlSystemGetDriverVersion")]
    public static partial int GetDriverVersion(byte* text, uint length);

    [LibraryImport(Library, EntryPoint = "nvmlSystemGetConfComputeState")]
    public static partial int GetConfidentialState(out ConfidentialState state);

    [LibraryImport(Library, EntryPoint = "nvmlSystemGetConfComputeSettings")]
    public static partial int GetConfidentialSettings(ref ConfidentialSettings settings);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetCount_v2")]
    public static partial int GetCount(out uint count);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetHandleByIndex_v2")]
    public static partial int GetHandle(uint index, out nint device);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetName")]
    public static partial int GetName(nint device, byte* text, uint length);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetUUID")]
    public static partial int GetUuid(nint device, byte* text, uint length);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetVbiosVersion")]
    public static partial int GetVbiosVersion(nint device, byte* text, uint length);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetMemoryInfo")]
    public static partial int GetMemory(nint device, out Memory memory);

    /// <summary>Sensor 0 is the die, the only one there is.</summary>
    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetTemperature")]
    public static partial int GetTemperature(nint device, int sensor, out uint celsius);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetConfComputeGpuAttestationReport")]
    public static partial int GetAttestationReport(nint device, AttestationReport* report);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetConfComputeGpuCertificate")]
    public static partial int GetCertificate(nint device, GpuCertificate* certificate);

    [StructLayout(LayoutKind.Sequential)]
    internal struct ConfidentialState
    {
        public uint Environment;
        public uint Feature;
        public uint DeveloperTools;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct ConfidentialSettings
    {
        public uint Version;
        public uint Environment;
        public uint Feature;
        public uint DeveloperTools;
        public uint MultiGpu;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Memory
    {
        public ulong Total;
        public ulong Free;
        public ulong Used;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct AttestationReport
    {
        public uint HasControllerReport;
        public uint Size;
        public uint ControllerSize;
        public fixed byte Nonce[NonceLength];
        public fixed byte Bytes[ReportLength];
        public fixed byte ControllerBytes[0x1000];
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct GpuCertificate
    {
        public uint ChainSize;
        public uint AttestationChainSize;
        public fixed byte Chain[0x1000];
        public fixed byte AttestationChain[CertificatesLength];
    }
}
