using System.Net.Http.Headers;
using System.Text.Json;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Buyer;

/// <summary>A coordinator over HTTP. The client's base address is the coordinator's, and its limits are the caller's.</summary>
public sealed class CoordinatorDesk : IReleaseDesk
{
    private readonly HttpClient _http;
    private readonly NetworkDomain _domain;
    private readonly TimeProvider _clock;

    public CoordinatorDesk(HttpClient http, NetworkDomain domain, TimeProvider clock)
    {
        _http = http;
        _domain = domain;
        _clock = clock;
    }

    /// <inheritdoc/>
    /// <exception cref="HttpRequestException">It is away, or refuses, or answers something else.</exception>
    public async Task<IReadOnlyList<ConfidentialSeat>> SeatsAsync(Hash256 workload, Secp256k1PrivateKey holder, CancellationToken cancellation)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Get, $"/v1/workloads/{workload}/seats", [], holder, cancellation).ConfigureAwait(false);
        byte[] body = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"the coordinator does not show the seats of workload {workload}: {Reason(response, body)}", null, response.StatusCode);
        }

        try
        {
            return JsonSerializer.Deserialize(body, ProtocolJson.Default.ConfidentialSeatsResponse)?.Seats ?? throw new JsonException("null");
        }
        catch (JsonException fault)
        {
            throw new HttpRequestException($"the coordinator answers something else than seats: {fault.Message}", fault);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="HttpRequestException">It is away.</exception>
    public async Task<string?> PutAsync(EnvelopeRequest envelope, Secp256k1PrivateKey holder, CancellationToken cancellation)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(envelope, ProtocolJson.Default.EnvelopeRequest);
        using HttpResponseMessage response = await SendAsync(HttpMethod.Post, "/v1/envelopes", body, holder, cancellation).ConfigureAwait(false);
        return response.IsSuccessStatusCode
            ? null
            : Reason(response, await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false));
    }

    private static string Reason(HttpResponseMessage response, byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, ProtocolJson.Default.Problem) is { } problem ? $"{problem.Code}: {problem.Title}" : $"HTTP {(int)response.StatusCode}";
        }
        catch (JsonException)
        {
            return $"HTTP {(int)response.StatusCode}";
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, byte[] body, Secp256k1PrivateKey key, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        foreach ((string name, string value) in SignedRequest.Sign(_domain, method.Method, path, body, _clock.GetUtcNow(), key).ToHeaders())
        {
            request.Headers.Add(name, value);
        }

        return await _http.SendAsync(request, cancellation).ConfigureAwait(false);
    }
}
