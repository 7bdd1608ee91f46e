using System.Net;
using System.Net.Http.Headers;

namespace Ait.Coordinator.Fetching;

/// <summary>HTTP to the vendors: bounded answers, no redirects, patience with servers that ask for it.</summary>
internal sealed class VendorTransport : IDisposable
{
    private const int Attempts = 4;
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(1);

    /// <summary>A server that asks for more than this is asked again by a later caller.</summary>
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);
    private readonly HttpClient _http;
    private readonly TimeProvider _clock;

    internal VendorTransport(Uri? proxy, TimeProvider clock)
    {
        _clock = clock;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            MaxResponseHeadersLength = 64,
            UseProxy = true,
            Proxy = proxy is null ? HttpClient.DefaultProxy : new WebProxy(proxy),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <param name="request">Makes the request, anew for each attempt.</param>
    /// <param name="gate">The service's pace.</param>
    /// <param name="most">So many may stand at the gate with this one.</param>
    /// <param name="cancellation">Ends the attempts.</param>
    internal async Task<VendorReply> SendAsync(Func<HttpRequestMessage> request, PacedGate gate, int most, CancellationToken cancellation)
    {
        string problem = string.Empty;
        TimeSpan pause = s_firstPause;
        for (int attempt = 1; ; attempt++)
        {
            Attempt? tried = await gate.PassAsync(() => TryAsync(request, cancellation), most, cancellation);
            if (tried is null or { Reply: not null })
            {
                return tried?.Reply ?? new VendorReply.Busy();
            }

            (problem, TimeSpan? asked) = (tried.Problem, tried.Pause);
            if (attempt == Attempts || asked > s_longestPause)
            {
                return new VendorReply.Failed(asked > s_longestPause ? $"{problem}; it asks to come back after {asked.Value.TotalSeconds:0} s" : $"{problem} ({attempt} attempts)");
            }

            await Task.Delay(asked ?? pause, _clock, cancellation);
            pause *= 2;
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>A final reply, or why to try again and when.</summary>
    private async Task<Attempt> TryAsync(Func<HttpRequestMessage> create, CancellationToken cancellation)
    {
        using HttpRequestMessage request = create();
        string address = request.RequestUri?.GetLeftPart(UriPartial.Path) ?? "?";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_limit);
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            switch (response.StatusCode)
            {
                case HttpStatusCode.OK:
                    byte[]? body = await ReadAsync(response, limit.Token);
                    return body is null
                        ? new Attempt(new VendorReply.Failed($"{address} answers with more than {CollateralContent.MaxBody} bytes"))
                        : new Attempt(new VendorReply.Answered(body, ReadHeaders(response)));
                case HttpStatusCode.NotFound or HttpStatusCode.Gone:
                    return new Attempt(new VendorReply.Absent(address));
                case HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError:
                    return new Attempt(null, $"{address} answers {(int)response.StatusCode}", Pause(response.Headers.RetryAfter));
                default:
                    return new Attempt(new VendorReply.Failed($"{address} answers {(int)response.StatusCode}"));
            }
        }
        catch (HttpRequestException fault)
        {
            return new Attempt(null, $"{address} cannot be reached: {fault.Message}");
        }
        catch (IOException fault)
        {
            return new Attempt(null, $"{address} broke off: {fault.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Attempt(null, $"{address} did not answer within {s_limit.TotalSeconds:0} s");
        }
    }

    /// <summary>RFC 9110 §10.2.3: seconds, or a date.</summary>
    private TimeSpan? Pause(RetryConditionHeaderValue? asked)
    {
        TimeSpan? pause = asked?.Delta ?? (asked?.Date - _clock.GetUtcNow());
        return pause is { } given && given < TimeSpan.Zero ? TimeSpan.Zero : pause;
    }

    private static async Task<byte[]?> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellation);
        byte[] buffer = new byte[CollateralContent.MaxBody + 1];
        int length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        return length <= CollateralContent.MaxBody ? buffer[..length] : null;
    }

    private static Dictionary<string, string> ReadHeaders(HttpResponseMessage response)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, IEnumerable<string> values) in response.Headers)
        {
            headers[name] = string.Join(',', values);
        }

        return headers;
    }

    /// <summary>A final reply, or what failed and how long the server asks to wait.</summary>
    private sealed record Attempt(VendorReply? Reply, string Problem = "", TimeSpan? Pause = null);
}
