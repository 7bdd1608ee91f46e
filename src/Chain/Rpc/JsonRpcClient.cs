using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ait.Chain.Rpc;

/// <summary>JSON-RPC 2.0 over HTTP: one request, one answer, bounded in time, size and attempts.</summary>
public sealed class JsonRpcClient
{
    private static readonly MediaTypeHeaderValue s_json = new("application/json");

    private readonly HttpClient _http;
    private readonly Uri _endpoint;
    private readonly string _server;
    private readonly JsonRpcOptions _options;
    private readonly TimeProvider _time;
    private long _lastId;

    /// <summary>A client of one endpoint. The HTTP client stays the caller's; its own time-out should be no shorter than the option's.</summary>
    public JsonRpcClient(HttpClient http, Uri endpoint, JsonRpcOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(endpoint);
        _http = http;
        _endpoint = endpoint;

        // For messages: providers put their keys into user, path or query.
        _server = endpoint.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
        _options = options ?? new JsonRpcOptions();
        _time = time ?? TimeProvider.System;
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.MaxAttempts, 1, nameof(options));
    }

    /// <summary>Calls a method and returns the <c>result</c> of the answer.</summary>
    /// <exception cref="RpcException">There was no usable answer.</exception>
    public async Task<JsonElement> CallAsync(string method, JsonArray parameters, CancellationToken cancellation)
    {
        long id = Interlocked.Increment(ref _lastId);
        var request = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id, ["method"] = method, ["params"] = parameters };
        byte[] body = JsonSerializer.SerializeToUtf8Bytes((JsonNode)request);
        for (int attempt = 1; ; attempt++)
        {
            TimeSpan? retryAfter;
            try
            {
                return await AttemptAsync(method, id, body, cancellation).ConfigureAwait(false);
            }
            catch (HttpRequestException fault) when (IsTransient(fault))
            {
                if (attempt >= _options.MaxAttempts)
                {
                    throw new RpcException(RpcFailure.Transport, $"{method}: no answer from {_server} in {attempt} attempts: {fault.Message}", fault);
                }

                retryAfter = fault.Data["Retry-After"] as TimeSpan?;
            }

            await Task.Delay(Pause(attempt, retryAfter), _time, cancellation).ConfigureAwait(false);
        }
    }

    private static bool IsTransient(HttpRequestException fault) =>
        fault.StatusCode is null or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;

    /// <summary>Full jitter: uniform between zero and the doubled back-off, so that clients that failed together do not return together.</summary>
    private TimeSpan Pause(int attempt, TimeSpan? retryAfter)
    {
        double ceiling = Math.Min(_options.MaxBackOff.TotalMilliseconds, _options.BackOff.TotalMilliseconds * Math.Pow(2, attempt - 1));
#pragma warning disable CA5394 // Spreads load; no secret depends on it.
        double pause = Random.Shared.NextDouble() * ceiling;
#pragma warning restore CA5394
        double least = Math.Min(retryAfter?.TotalMilliseconds ?? 0, _options.MaxBackOff.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(Math.Max(pause, least));
    }

    private async Task<JsonElement> AttemptAsync(string method, long id, byte[] body, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(_options.Timeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _endpoint) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = s_json;
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked.Token).ConfigureAwait(false);
            if (response.StatusCode is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError)
            {
                var fault = new HttpRequestException($"HTTP {(int)response.StatusCode}", null, response.StatusCode);
                fault.Data["Retry-After"] = response.Headers.RetryAfter?.Delta;
                throw fault;
            }

            byte[] answer = await ReadAsync(method, response, linked.Token).ConfigureAwait(false);
            return Result(method, id, (int)response.StatusCode, answer);
        }
        catch (IOException fault)
        {
            throw new HttpRequestException(fault.Message, fault);
        }
        catch (OperationCanceledException fault) when (!cancellation.IsCancellationRequested)
        {
            throw new RpcException(RpcFailure.Timeout, $"{method}: no answer from {_server} within {_options.Timeout.TotalSeconds} s.", fault);
        }
    }

    private async Task<byte[]> ReadAsync(string method, HttpResponseMessage response, CancellationToken cancellation)
    {
        Stream stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new ArrayBufferWriter<byte>(4096);
            while (true)
            {
                int read = await stream.ReadAsync(buffer.GetMemory(4096), cancellation).ConfigureAwait(false);
                if (read == 0)
                {
                    return buffer.WrittenSpan.ToArray();
                }

                buffer.Advance(read);
                if (buffer.WrittenCount > _options.MaxResponseBytes)
                {
                    throw new RpcException(RpcFailure.BadResponse, $"{method}: expected an answer of at most {_options.MaxResponseBytes} bytes, found more.");
                }
            }
        }
    }

    private static JsonElement Result(string method, long id, int status, byte[] answer)
    {
        JsonElement root;
        try
        {
            using JsonDocument document = JsonDocument.Parse(answer);
            root = document.RootElement.Clone();
        }
        catch (JsonException fault)
        {
            throw new RpcException(RpcFailure.BadResponse, $"{method}: expected JSON, found HTTP {status} with {answer.Length} bytes of something else.", fault);
        }

        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.Object)
        {
            throw ErrorOf(method, error);
        }

        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("result", out JsonElement result))
        {
            throw new RpcException(RpcFailure.BadResponse, $"{method}: expected a JSON-RPC answer, found HTTP {status} without result or error.");
        }

        bool isAnswer = root.TryGetProperty("id", out JsonElement answered) && answered.ValueKind == JsonValueKind.Number && answered.TryGetInt64(out long number) && number == id;
        return isAnswer ? result : throw new RpcException(RpcFailure.BadResponse, $"{method}: expected the answer to request {id}, found another.");
    }

    private static RpcException ErrorOf(string method, JsonElement error)
    {
        int code = error.TryGetProperty("code", out JsonElement number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out int value) ? value : 0;
        string message = error.TryGetProperty("message", out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString() ?? string.Empty : string.Empty;
        return new RpcException(code, message, HexData(error), method);
    }

    /// <summary>Nodes put revert data into <c>data</c>, into <c>data.data</c>, or behind the word "Reverted".</summary>
    private static string? HexData(JsonElement error)
    {
        if (!error.TryGetProperty("data", out JsonElement data))
        {
            return null;
        }

        if (data.ValueKind == JsonValueKind.Object && data.TryGetProperty("data", out JsonElement inner))
        {
            data = inner;
        }

        string? text = data.ValueKind == JsonValueKind.String ? data.GetString() : null;
        int start = text?.IndexOf("0x", StringComparison.Ordinal) ?? -1;
        return start < 0 ? null : text?[start..];
    }
}
