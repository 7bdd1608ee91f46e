using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Coordinator.Configuration;
using Ait.Coordinator.Enrolling;
using Ait.Coordinator.Hosting;
using Ait.Coordinator.Ledger;
using Ait.Protocol;
using Ait.Protocol.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Ait.Coordinator.Tests.Support;

/// <summary>A coordinator serving on a free port of a real Kestrel, over a simulated chain, with its loops running.</summary>
internal sealed class HttpNetwork : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly CoordinatorParts _parts;

    private HttpNetwork(TestNetwork network, CoordinatorParts parts, WebApplication application)
    {
        Network = network;
        _parts = parts;
        _application = application;
        Client = new HttpClient { BaseAddress = new Uri(application.Urls.First()) };
    }

    internal TestNetwork Network { get; }

    internal HttpClient Client { get; }

    internal LedgerDatabase Ledger => _parts.Ledger;

    internal static async Task<HttpNetwork> StartAsync(
        Func<CoordinatorOptions, CoordinatorOptions>? options = null, int miners = 4, ModelEntry? model = null, DeploymentRoots? roots = null)
    {
        var network = new TestNetwork(TimeProvider.System, miners, roots);
        if (model is not null)
        {
            network.Models.Add(model);
        }

        network.Options = options?.Invoke(network.Options) ?? network.Options;
        CoordinatorParts parts = network.Parts();
        WebApplication application = CoordinatorApplication.Build(parts);
        await application.StartAsync(TestContext.Current.CancellationToken);
        var started = new HttpNetwork(network, parts, application);

        // What a request is answered depends on whether the ledger knows its device yet; here it does.
        await EventuallyAsync(() => Task.FromResult(network.Miners.All(miner => started.Get<EnrolmentStore>().Find(miner.GpuId) is not null) ? started : null));
        return started;
    }

    internal T Get<T>()
        where T : notnull => _application.Services.GetRequiredService<T>();

    internal Task StopAsync() => _application.StopAsync(TestContext.Current.CancellationToken);

    internal HttpRequestMessage Signed(
        Secp256k1PrivateKey key, HttpMethod method, string path, byte[]? body = null, NetworkDomain? domain = null, DateTimeOffset? at = null, Hash256? nonce = null)
    {
        var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        SignedRequest signed = SignedRequest.Sign(
            domain ?? Network.Domain, method.Method, path, body, at ?? TimeProvider.System.GetUtcNow(), nonce ?? new Hash256(RandomNumberGenerator.GetBytes(32)), key);
        foreach ((string name, string value) in signed.ToHeaders())
        {
            request.Headers.Add(name, value);
        }

        return request;
    }

    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => Client.SendAsync(request, TestContext.Current.CancellationToken);

    internal Task<HttpResponseMessage> PostAsync<T>(Secp256k1PrivateKey key, string path, T body, JsonTypeInfo<T> type) =>
        SendAsync(Signed(key, HttpMethod.Post, path, JsonSerializer.SerializeToUtf8Bytes(body, type)));

    internal static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type)
    {
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {text}");
        return JsonSerializer.Deserialize(text, type)!;
    }

    internal async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type) => await ReadAsync(await SendAsync(new HttpRequestMessage(HttpMethod.Get, path)), type);

    internal static async Task<Problem> ProblemAsync(HttpResponseMessage response)
    {
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.False(response.IsSuccessStatusCode, text);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Problem problem = JsonSerializer.Deserialize(text, ProtocolJson.Default.Problem)!;
        Assert.Equal((int)response.StatusCode, problem.Status);
        Assert.False(string.IsNullOrWhiteSpace(problem.Remedy));
        return problem;
    }

    /// <summary>The tables that a refused request must leave as they were; nonces are not state of the network.</summary>
    internal string State() => Ledger.Read(transaction => string.Join(
        ",",
        new[] { "workloads", "queue", "batches", "tasks", "open_seats WHERE lease_holder IS NOT NULL", "commitments", "reveals", "agreements", "settlements", "redemptions", "enrolments" }
            .Select(table => transaction.Number("SELECT count(*) FROM " + table))));

    /// <summary>Waits for what a loop will bring about.</summary>
    internal static async Task<T> EventuallyAsync<T>(Func<Task<T?>> look)
        where T : class
    {
        for (; ; await Task.Delay(20, TestContext.Current.CancellationToken))
        {
            if (await look() is T found)
            {
                return found;
            }
        }
    }

    /// <summary>Queues a workload and mines blocks until its seats are drawn.</summary>
    internal async Task<TaskRow> SeatAsync(Workload workload)
    {
        await ReadAsync(
            await PostAsync(Network.CoordinatorKey, "/v1/queue", new QueueRequest([Hex.Encode(workload.ToBytes())]), ProtocolJson.Default.QueueRequest),
            ProtocolJson.Default.QueueResponse);
        return await EventuallyAsync(() =>
        {
            Network.Chain.Mine();
            return Task.FromResult(Ledger.Read(transaction => transaction.First(
                TaskRow.Select + "WHERE t.workload_hash = $1 AND t.phase = 2", TaskRow.Read, workload.Hash)));
        });
    }

    internal IReadOnlyList<TestMiner> Seated(TaskRow task) => Ledger.Read(transaction => transaction.Query(
        "SELECT gpu_id FROM seats WHERE task_key = $1 ORDER BY seat", row => Network.MinerOf(new Hash256((byte[])row.GetValue(0))), task.TaskKey));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _application.StopAsync(CancellationToken.None);
        await _application.DisposeAsync();
        _parts.Ledger.Dispose();
        Network.Dispose();
    }
}
