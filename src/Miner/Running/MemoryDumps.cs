using System.Runtime.InteropServices;

namespace Ait.Miner.Running;

/// <summary>What the process holds in memory (its keys, confidential prompts) is written to no core dump, whoever asks for one.</summary>
internal static partial class MemoryDumps
{
    // <linux/prctl.h> and <asm/resource.h>.
    private const int SetDumpable = 4;
    private const int CoreFileSize = 4;

    /// <summary>Forbids them for this process; false where the kernel does not take it or is no Linux.</summary>
    public static bool Forbid()
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        var nothing = new Limit(0, 0);
        return SetProcess(SetDumpable, 0, 0, 0, 0) == 0 & SetLimit(CoreFileSize, in nothing) == 0;
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int SetProcess(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, in Limit limit);

    /// <summary>struct rlimit of a 64-bit kernel.</summary>
    private readonly record struct Limit(nuint Current, nuint Most);
}
