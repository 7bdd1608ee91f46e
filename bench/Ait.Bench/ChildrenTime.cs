using System.Runtime.InteropServices;

namespace Ait.Bench;

/// <summary>Processor time of the child processes that have ended: the runtime forgets it with the process, the kernel does not.</summary>
internal static unsafe partial class ChildrenTime
{
    private const int Children = -1;

    public static double Seconds()
    {
        // struct rusage begins with user and system time, seconds and microseconds each; the rest is not read.
        long* usage = stackalloc long[32];
        return GetUsage(Children, usage) == 0
            ? usage[0] + usage[2] + ((usage[1] + usage[3]) / 1e6)
            : throw new InvalidOperationException("getrusage failed.");
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetUsage(int who, long* usage);
}
