using System.Runtime.InteropServices;

namespace Ait.Miner.Collecting;

/// <summary>The structures of Linux' <c>uapi/linux/sev-guest.h</c>; sizes and offsets are pinned by a test.</summary>
internal static class SevGuestLayout
{
    /// <summary>_IOWR('S', 0, struct snp_guest_request_ioctl).</summary>
    public const uint GetReport = 0xC020_5300;

    /// <summary>_IOWR('S', 2, struct snp_guest_request_ioctl).</summary>
    public const uint GetExtendedReport = 0xC020_5302;

    /// <summary>The most that a host may hand over (SEV_FW_BLOB_MAX_SIZE).</summary>
    public const int CertificatesLength = 0x4000;

    /// <summary>vmm_error: the room for certificates is too small.</summary>
    public const uint InvalidLength = 1;

    /// <summary>vmm_error: the host asks to come later.</summary>
    public const uint Busy = 2;

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct ReportRequest
    {
        public fixed byte UserData[64];
        public uint Vmpl;
        public fixed byte Reserved[28];
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct ReportResponse
    {
        public fixed byte Data[4000];
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct ExtendedReportRequest
    {
        public ReportRequest Data;
        public ulong CertificatesAddress;
        public uint CertificatesLength;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct GuestRequest
    {
        public byte MessageVersion;
        public ulong RequestAddress;
        public ulong ResponseAddress;
        public uint FirmwareError;
        public uint HypervisorError;
    }
}
