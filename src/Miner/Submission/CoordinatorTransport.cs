using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ait.Miner.Submission;

/// <summary>
/// One HTTP exchange with the coordinator: bounded in time and size, every failure an answer. Of several replicas it stays with one
/// until that one fails, then turns to the next.
/// </summary>
internal sealed class CoordinatorTransport : IDisposable
{
    public const int MaxReplyBytes = 4 * 1024 * 1024;
    private static readonly MediaTypeHeaderValue s_json = new("application/json");
    private static readonly MediaTypeHeaderValue s_bytes = new("application/octet-stream");
    private readonly HttpClient _http;
    private readonly ImmutableArray<Uri> _replicas;
    private int _current;

    /// <param name="replicas">Base addresses of one network's coordinators, at least one.</param>
    public CoordinatorTransport(ImmutableArray<Uri> replicas)
    {
        _replicas = [.. replicas.Select(replica => replica.AbsoluteUri.EndsWith('/') ? replica : new Uri(replica.AbsoluteUri + "/"))];
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxReplyBytes,
        };
    }

    /// <summary>Sends a request; <paramref name="headers"/> are added as they are. A path starts with a slash. The body of PUT is bytes, else JSON.</summary>
    public Task<Reply<T>> SendAsync<T>(
        HttpMethod method,
        string path,
        ReadOnlyMemory<byte> body,
        IEnumerable<KeyValuePair<string, string>> headers,
        TimeSpan limit,
        JsonTypeInfo<T> type,
        CancellationToken cancellation) =>
        SendAsync(method, path, body, headers, limit, (content, token) => content.ReadFromJsonAsync(type, token), cancellation);

    /// <summary>Asks for bytes.</summary>
    public Task<Reply<byte[]>> GetBytesAsync(string path, TimeSpan limit, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, path, default, [], limit, async (content, token) => (byte[]?)await content.ReadAsByteArrayAsync(token).ConfigureAwait(false), cancellation);

    private async Task<Reply<T>> SendAsync<T>(
        HttpMethod method,
        string path,
        ReadOnlyMemory<byte> body,
        IEnumerable<KeyValuePair<string, string>> headers,
        TimeSpan limit,
        Func<HttpContent, CancellationToken, Task<T?>> read,
        CancellationToken cancellation)
    {
        int replica = Volatile.Read(ref _current);
        Reply<T> reply = await SendAsync(new Uri(_replicas[replica], path.TrimStart('/')), method, path, body, headers, limit, read, cancellation).ConfigureAwait(false);
        if (reply is Reply<T>.Unavailable)
        {
            // Of those who found it away at once, one turns.
            Interlocked.CompareExchange(ref _current, (replica + 1) % _replicas.Length, replica);
        }

        return reply;
    }

    private async Task<Reply<T>> SendAsync<T>(
        Uri address,
        HttpMethod method,
        string path,
        ReadOnlyMemory<byte> body,
        IEnumerable<KeyValuePair<string, string>> headers,
        TimeSpan limit,
        Func<HttpContent, CancellationToken, Task<T?>> read,
        CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(limit);
        try
        {
            using var request = new HttpRequestMessage(method, address);
            if (method != HttpMethod.Get)
            {
                request.Content = new ReadOnlyMemoryContent(body);
                request.Content.Headers.ContentType = method == HttpMethod.Put ? s_bytes : s_json;
            }

            foreach ((string name, string value) in headers)
            {
                request.Headers.Add(name, value);
            }

            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, deadline.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                T? value = await read(response.Content, deadline.Token).ConfigureAwait(false);
                return value is null ? new Reply<T>.Unavailable($"{path} was answered with null") : new Reply<T>.Answered(value);
            }

            CoordinatorRefusal refusal = CoordinatorRefusal.Read(response.StatusCode, await response.Content.ReadAsByteArrayAsync(deadline.Token).ConfigureAwait(false));
            return refusal.IsTemporary
                ? new Reply<T>.Unavailable($"{path} was answered with {refusal}")
                : new Reply<T>.Refused(refusal);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Reply<T>.Unavailable($"{path} was not answered within {Configuring.Durations.Format(limit)}");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or JsonException)
        {
            return new Reply<T>.Unavailable($"{path}: {exception.Message}");
        }
    }

    public void Dispose() => _http.Dispose();
}
