using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Ait.EndToEnd.Tests;

/// <summary>Stands before a server and keeps every byte of both directions, connection by connection.</summary>
internal sealed class Wiretap : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _server;
    private readonly ConcurrentBag<MemoryStream> _recordings = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;

    internal Wiretap(Uri server)
    {
        _server = server;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    internal Uri Address { get; }

    /// <summary>What went over the wire so far, one stream of bytes a connection and direction.</summary>
    internal IReadOnlyList<byte[]> Recordings()
    {
        var copies = new List<byte[]>();
        foreach (MemoryStream recording in _recordings)
        {
            lock (recording)
            {
                copies.Add(recording.ToArray());
            }
        }

        return copies;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(CarryAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            return;
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _server.Port, _stop.Token);
                using var over = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                Task first = await Task.WhenAny(
                    CopyAsync(client.GetStream(), server.GetStream(), over.Token), CopyAsync(server.GetStream(), client.GetStream(), over.Token));
                await first;
            }
            catch (Exception end) when (end is OperationCanceledException or IOException or SocketException)
            {
                // One side is gone; closing tells the other.
            }
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, CancellationToken cancellation)
    {
        var recording = new MemoryStream();
        _recordings.Add(recording);
        byte[] buffer = new byte[64 * 1024];
        try
        {
            int read;
            while ((read = await from.ReadAsync(buffer, cancellation)) > 0)
            {
                lock (recording)
                {
                    recording.Write(buffer, 0, read);
                }

                await to.WriteAsync(buffer.AsMemory(0, read), cancellation);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or ObjectDisposedException)
        {
            return;
        }
    }
}
