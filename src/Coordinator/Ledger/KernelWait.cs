using System.Net.Sockets;
using System.Reflection;
using System.Runtime.InteropServices;
using Npgsql;

namespace Ait.Coordinator.Ledger;

/// <summary>
/// Lets who waits for the server's answer wait in the kernel. Npgsql connects without blocking, to bound how long that takes, and a socket
/// that was told so once stays so underneath: .NET then has a thread of its own wait for every answer and wake the one that asked, which
/// costs more than to read the answer. Where the socket is not found, everything works as it would without this.
/// </summary>
internal static partial class KernelWait
{
    private const int GetFlags = 3; // F_GETFL, F_SETFL and O_NONBLOCK as on Linux.
    private const int SetFlags = 4;
    private const int NonBlocking = 0x800;
    private const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic;

    /// <summary>Makes the socket of an open connection block, which from then on may only be used synchronously.</summary>
    /// <returns>Whether it does.</returns>
    internal static bool TryUse(NpgsqlConnection connection)
    {
        object? connector = typeof(NpgsqlConnection).GetProperty("Connector", Hidden)?.GetValue(connection);
        if (!OperatingSystem.IsLinux() || connector?.GetType().GetField("_socket", Hidden)?.GetValue(connector) is not Socket socket)
        {
            return false;
        }

        int flags = Control(socket.SafeHandle, GetFlags, 0);
        return flags >= 0 && Control(socket.SafeHandle, SetFlags, flags & ~NonBlocking) == 0;
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(SafeSocketHandle socket, int command, int argument);
}
