using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Ait.Cli.Launching;

/// <summary>What libc offers about processes and .NET does not: a chosen signal to one process id, and becoming another program.</summary>
internal static partial class UnixProcess
{
    internal const int SigInt = 2;
    internal const int SigKill = 9;
    internal const int SigTerm = 15;

    /// <summary>Sends a signal; false when no such process is left.</summary>
    internal static bool Signal(int processId, int signal) => Kill(processId, signal) == 0;

    /// <summary>Replaces this program by another, which keeps the process id, terminal and signals. Returns only on failure.</summary>
    internal static Exception Become(string program, IReadOnlyList<string> arguments)
    {
        // The array ends in null, as execv wants it; the first entry is the program's own name.
        string?[] all = [program, .. arguments, null];
        _ = Execv(program, all);
        return new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>When the process started, in clock ticks since boot: with its id, this names one process for ever. Null when it is gone.</summary>
    internal static long? StartTicks(int processId)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{processId}/stat");
            // The second field is the name in brackets and may hold anything; fields count from after it (proc(5), field 22).
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execv(string path, string?[] arguments);
}
