using System.Net;
using System.Net.Sockets;

namespace Ait.Cli.Surroundings;

/// <summary>TCP ports of this machine's loopback address.</summary>
public static class LocalPort
{
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

    /// <summary>A port nobody listens on now.</summary>
    public static int PickFree()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return port;
    }
}
