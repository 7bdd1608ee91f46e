using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ait.Chain.Tests.Hosting;

/// <summary>A real HTTP server on a free port whose answers a test writes: one step per request, the last one repeated.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<int, string, byte[]?>[] _steps;
    private readonly Task _loop;
    private int _requests;

    public ScriptedServer(params Func<int, string, byte[]?>[] steps)
    {
        _steps = steps;
        _listener.Start();
        _loop = ServeAsync();
    }

    public Uri Endpoint => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>A JSON-RPC answer to the request's own id.</summary>
    public static byte[] Result(string request, string result) =>
        Http("200 OK", $$"""{"jsonrpc":"2.0","id":{{IdOf(request)}},"result":{{result}}}""");

    public static byte[] Error(string request, string error) =>
        Http("200 OK", $$"""{"jsonrpc":"2.0","id":{{IdOf(request)}},"error":{{error}}}""");

    public static byte[] Http(string status, string body, string headers = "") =>
        Encoding.UTF8.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n{headers}\r\n{body}");

    /// <summary>What another server answers to a request.</summary>
    public static string Text(HttpClient http, Uri endpoint, string request)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new StringContent(request, null, "application/json") };
        using HttpResponseMessage response = http.Send(message);
        using var reader = new StreamReader(response.Content.ReadAsStream());
        return reader.ReadToEnd();
    }

    public static byte[] Forward(HttpClient http, Uri endpoint, string request) => Http("200 OK", Text(http, endpoint, request));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _loop;
        _stop.Dispose();
    }

    private static string IdOf(string request)
    {
        using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(request);
        return document.RootElement.GetProperty("id").GetRawText();
    }

    private async Task ServeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await AnswerAsync(client);
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException or IOException)
            {
                // The client went away, or the test ended.
            }
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        NetworkStream stream = client.GetStream();
        string request = await ReadBodyAsync(stream);
        int number = Interlocked.Increment(ref _requests);
        byte[]? answer = _steps[Math.Min(number, _steps.Length) - 1](number, request);
        if (answer is null)
        {
            return; // The connection closes without an answer.
        }

        if (answer.Length == 0)
        {
            await Task.Delay(Timeout.Infinite, _stop.Token);
        }

        await stream.WriteAsync(answer, _stop.Token);
    }

    private async Task<string> ReadBodyAsync(NetworkStream stream)
    {
        using var received = new MemoryStream();
        byte[] buffer = new byte[65536];
        while (true)
        {
            int read = await stream.ReadAsync(buffer, _stop.Token);
            if (read == 0)
            {
                throw new IOException("The client closed before its request was complete.");
            }

            received.Write(buffer, 0, read);
            string text = Encoding.UTF8.GetString(received.ToArray());
            int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            const string Header = "content-length:";
            int at = text.IndexOf(Header, StringComparison.OrdinalIgnoreCase);
            if (end >= 0 && at >= 0 && at < end)
            {
                string length = text[(at + Header.Length)..text.IndexOf('\r', at)].Trim();
                if (text.Length - end - 4 >= int.Parse(length, System.Globalization.CultureInfo.InvariantCulture))
                {
                    return text[(end + 4)..];
                }
            }
        }
    }
}
