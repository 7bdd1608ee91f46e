using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Ait.Cli.Surroundings;

/// <summary>TCP ports of this machine's loopback address.</summary>
public static class LocalPort
{
    private static readonly ConcurrentDictionary<int, bool> s_picked = [];

    /// <summary>Refuses in one sentence when something else listens there.</summary>
    public static void EnsureFree(int port, string whatFor, string option)
    {
        if (!IsFree(port))
        {
            throw new SurroundingsException(
                $"port {port} on 127.0.0.1, wanted for {whatFor}, is taken by another program. Stop that program or choose another port with {option}.");
        }
    }

    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            listener.Stop();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>
    /// A port nobody listens on now, and not picked before. It is none of those from which systems give connections theirs (32768 and up): by
    /// the time that a program listens there, one of them may have been given away.
    /// </summary>
    public static int PickFree()
    {
        while (true)
        {
            int port = RandomNumberGenerator.GetInt32(15_000, 32_000);
            if (s_picked.TryAdd(port, true) && IsFree(port))
            {
                return port;
            }
        }
    }
}
