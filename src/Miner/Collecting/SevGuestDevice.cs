using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Ait.Miner.Collecting;

/// <summary>The kernel's SNP guest device.</summary>
internal sealed partial class SevGuestDevice : ISevGuestDevice
{
    public const string Path = "/dev/sev-guest";

    public bool Exists => File.Exists(Path);

    public int Request(uint code, ref SevGuestLayout.GuestRequest request)
    {
        using SafeFileHandle handle = File.OpenHandle(Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        return Ioctl(handle, code, ref request) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(SafeFileHandle handle, nuint code, ref SevGuestLayout.GuestRequest request);
}
