using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Protocol.Http;

namespace Ait.Bench.Coordinator;

/// <summary>Sends what a device sends, signed as it signs.</summary>
internal sealed class SignedClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly Secp256k1PrivateKey _key;

    internal SignedClient(HttpClient http, Secp256k1PrivateKey key)
    {
        _http = http;
        _key = key;
    }

    internal HttpRequestMessage Sign(HttpMethod method, string path, byte[]? body)
    {
        var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        SignedRequest signed = SignedRequest.Sign(
            BenchNetwork.Domain, method.Method, path, body, TimeProvider.System.GetUtcNow(), new Hash256(RandomNumberGenerator.GetBytes(Hash256.Size)), _key);
        foreach ((string name, string value) in signed.ToHeaders())
        {
            request.Headers.Add(name, value);
        }

        return request;
    }

    internal async Task<TAnswer> PostAsync<TBody, TAnswer>(string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType)
    {
        using HttpRequestMessage request = Sign(HttpMethod.Post, path, JsonSerializer.SerializeToUtf8Bytes(body, bodyType));
        return await AnswerAsync(request, answerType);
    }

    internal async Task<TAnswer> GetAsync<TAnswer>(string path, JsonTypeInfo<TAnswer> answerType)
    {
        using HttpRequestMessage request = Sign(HttpMethod.Get, path, null);
        return await AnswerAsync(request, answerType);
    }

    public void Dispose() => _key.Dispose();

    private async Task<TAnswer> AnswerAsync<TAnswer>(HttpRequestMessage request, JsonTypeInfo<TAnswer> type)
    {
        using HttpResponseMessage response = await _http.SendAsync(request);
        byte[] bytes = await response.Content.ReadAsByteArrayAsync();
        return response.IsSuccessStatusCode
            ? JsonSerializer.Deserialize(bytes, type) ?? throw new InvalidOperationException("The coordinator answered null.")
            : throw new InvalidOperationException($"{request.RequestUri} answered {(int)response.StatusCode}: {System.Text.Encoding.UTF8.GetString(bytes)}");
    }
}
