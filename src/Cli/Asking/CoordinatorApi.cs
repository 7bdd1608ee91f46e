using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Cli.Surroundings;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Cli.Asking;

/// <summary>A coordinator's HTTP endpoints. Its answers are claims: whoever needs the truth reads the chain.</summary>
internal sealed class CoordinatorApi : IDisposable
{
    private const int MostBytes = 16 * 1024 * 1024;
    private readonly HttpClient _http;
    private readonly TimeProvider _clock;

    internal CoordinatorApi(Uri address, TimeProvider clock)
    {
        _http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60), MaxResponseContentBufferSize = MostBytes };
        _clock = clock;
    }

    internal Uri Address => _http.BaseAddress ?? throw new InvalidOperationException("set in the constructor");

    internal Task<NetworkResponse> NetworkAsync(CancellationToken cancellation) =>
        GetAsync("/v1/network", ProtocolJson.Default.NetworkResponse, cancellation);

    internal Task<StatusResponse> StatusAsync(CancellationToken cancellation) =>
        GetAsync("/v1/status", ProtocolJson.Default.StatusResponse, cancellation);

    internal Task<ModelsResponse> ModelsAsync(CancellationToken cancellation) =>
        GetAsync("/v1/models", ProtocolJson.Default.ModelsResponse, cancellation);

    /// <summary>Every device the coordinator knows, page by page.</summary>
    internal async Task<IReadOnlyList<DeviceResponse>> DevicesAsync(CancellationToken cancellation)
    {
        var devices = new List<DeviceResponse>();
        while (true)
        {
            DevicesResponse page = await GetAsync($"/v1/devices?offset={devices.Count}", ProtocolJson.Default.DevicesResponse, cancellation).ConfigureAwait(false);
            devices.AddRange(page.Devices);
            if (page.Devices.Count == 0 || devices.Count >= page.Total)
            {
                return devices;
            }
        }
    }

    internal Task<TasksResponse> TasksAsync(int limit, CancellationToken cancellation) =>
        GetAsync($"/v1/tasks?limit={limit}", ProtocolJson.Default.TasksResponse, cancellation);

    internal Task<TaskResponse> TaskAsync(Hash256 taskId, CancellationToken cancellation) =>
        GetAsync($"/v1/tasks/{taskId}", ProtocolJson.Default.TaskResponse, cancellation);

    /// <summary>A settled task's proof in one file.</summary>
    internal async Task<byte[]> BundleAsync(Hash256 taskId, CancellationToken cancellation)
    {
        string path = $"/v1/tasks/{taskId}/bundle";
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using HttpResponseMessage response = await TrySendAsync(request, HttpCompletionOption.ResponseContentRead, cancellation).ConfigureAwait(false);
        byte[] body = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
        return response.IsSuccessStatusCode ? body : throw new CoordinatorRefusedException(path, response.StatusCode, TryReadProblem(body));
    }

    internal Task<WorkloadResponse> WorkloadAsync(Hash256 workloadId, CancellationToken cancellation) =>
        GetAsync($"/v1/workloads/{workloadId}", ProtocolJson.Default.WorkloadResponse, cancellation);

    /// <summary>Whether the coordinator serves; false while it starts or is down.</summary>
    internal async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        try
        {
            using HttpResponseMessage response = await _http.GetAsync(new Uri("/readyz", UriKind.Relative), cancellation).ConfigureAwait(false);
            return response.IsSuccessStatusCode;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    internal Task<TAnswer> GetAsync<TAnswer>(string path, JsonTypeInfo<TAnswer> answer, CancellationToken cancellation) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, path), answer, cancellation);

    internal Task<TAnswer> GetSignedAsync<TAnswer>(
        NetworkDomain domain, Secp256k1PrivateKey key, string path, JsonTypeInfo<TAnswer> answer, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        Sign(request, domain, key, "GET", path, []);
        return SendAsync(request, answer, cancellation);
    }

    internal Task<TAnswer> PostAsync<TBody, TAnswer>(
        NetworkDomain domain,
        Secp256k1PrivateKey key,
        string path,
        TBody body,
        JsonTypeInfo<TBody> bodyType,
        JsonTypeInfo<TAnswer> answer,
        CancellationToken cancellation)
    {
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(body, bodyType);
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        Sign(request, domain, key, "POST", path, bytes);
        return SendAsync(request, answer, cancellation);
    }

    /// <summary>A request on a session or an API key; a body of null sends none.</summary>
    internal Task<TAnswer> BearAsync<TAnswer>(
        HttpMethod method, string path, string? token, byte[]? body, JsonTypeInfo<TAnswer> answer, CancellationToken cancellation) =>
        SendAsync(Bearing(method, path, token, body), answer, cancellation);

    /// <summary>The same where there is nothing to read in the answer.</summary>
    internal async Task BearAsync(HttpMethod method, string path, string token, CancellationToken cancellation)
    {
        using HttpRequestMessage request = Bearing(method, path, token, null);
        using HttpResponseMessage response = await TrySendAsync(request, HttpCompletionOption.ResponseContentRead, cancellation).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw new CoordinatorRefusedException(path, response.StatusCode, TryReadProblem(await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false)));
        }
    }

    /// <summary>A request on an API key whose answer is read while it comes.</summary>
    internal async Task<HttpResponseMessage> StreamAsync(string path, string key, byte[] body, CancellationToken cancellation)
    {
        using HttpRequestMessage request = Bearing(HttpMethod.Post, path, key, body);
        return await TrySendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Bearing(HttpMethod method, string path, string? token, byte[]? body)
    {
        var request = new HttpRequestMessage(method, path);
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        return request;
    }

    private void Sign(HttpRequestMessage request, NetworkDomain domain, Secp256k1PrivateKey key, string method, string path, ReadOnlySpan<byte> body)
    {
        SignedRequest signed = SignedRequest.Sign(domain, method, path, body, _clock.GetUtcNow(), key);
        foreach ((string name, string value) in signed.ToHeaders())
        {
            request.Headers.Add(name, value);
        }
    }

    private async Task<TAnswer> SendAsync<TAnswer>(HttpRequestMessage request, JsonTypeInfo<TAnswer> answer, CancellationToken cancellation)
    {
        using (request)
        {
            using HttpResponseMessage response = await TrySendAsync(request, HttpCompletionOption.ResponseContentRead, cancellation).ConfigureAwait(false);
            byte[] body = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                throw new CoordinatorRefusedException(request.RequestUri?.ToString() ?? "", response.StatusCode, TryReadProblem(body));
            }

            try
            {
                return JsonSerializer.Deserialize(body, answer)
                    ?? throw new SurroundingsException($"{Address} answered {request.RequestUri} with null. Check that it is a coordinator.");
            }
            catch (JsonException fault)
            {
                throw new SurroundingsException(
                    $"{Address} answered {request.RequestUri} with something else than expected ({fault.Message}). Check that it is a coordinator of this version.", fault);
            }
        }
    }

    private async Task<HttpResponseMessage> TrySendAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellation)
    {
        try
        {
            return await _http.SendAsync(request, completion, cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException fault)
        {
            throw new SurroundingsException($"no coordinator answers at {Address}: {fault.Message}. Start the network with `ait up` or name another with --coordinator.", fault);
        }
        catch (TaskCanceledException fault) when (!cancellation.IsCancellationRequested)
        {
            throw new SurroundingsException($"the coordinator at {Address} did not answer {request.RequestUri} in time. See its log.", fault);
        }
    }

    private static Problem? TryReadProblem(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, ProtocolJson.Default.Problem);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
