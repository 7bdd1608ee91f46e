using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol;
using Ait.Protocol.Http;
using Ait.Protocol.Sealing;
using Microsoft.AspNetCore.Routing;

namespace Ait.Coordinator.Tests.Hosting;

/// <summary>Who may call what: every endpoint of the coordinator against every kind of caller.</summary>
public sealed class AuthorisationMatrixTests
{
    /// <summary>Kinds of callers; each but the first presents itself as it should.</summary>
    [Flags]
    private enum Callers
    {
        None = 0,

        /// <summary>Says nothing of itself.</summary>
        Anybody = 1,

        /// <summary>An API key that nobody made.</summary>
        WrongKey = 2,

        /// <summary>An API key that its owner revoked.</summary>
        RevokedKey = 4,

        /// <summary>A live API key.</summary>
        Key = 8,

        /// <summary>A session of a wallet sign-in.</summary>
        Session = 16,

        /// <summary>Signs requests with an account that is nobody here.</summary>
        Stranger = 32,

        /// <summary>Signs requests with the coordinator's key.</summary>
        Coordinator = 64,

        /// <summary>Signs requests with the enclave key of the device at hand.</summary>
        Device = 128,

        /// <summary>Signs requests with the enclave key of another device.</summary>
        OtherDevice = 256,

        Signers = Stranger | Coordinator | Device | OtherDevice,
        Everybody = Anybody | WrongKey | RevokedKey | Key | Session | Signers,
    }

    private static readonly Hash256 s_id = new([.. new byte[31], 1]);

    [Fact]
    public async Task Endpoint_letsInWhomTheTableNamesAndNobodyElse()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync(options => options with { KeyRequestsPerMinute = 1000 });
        string session = await network.SessionAsync();
        KeyResponse live = await network.KeyAsync(session: session);
        KeyResponse revoked = await network.KeyAsync(session: session);
        using (await network.SendAsync(HttpMethod.Delete, $"/v1/keys/{revoked.KeyId}", session))
        {
        }

        TestMiner device = network.Http.Network.Miners[0];
        TestMiner other = network.Http.Network.Miners[1];
        using Secp256k1PrivateKey stranger = TestMiner.Key("a stranger");
        List<string> wrong = [];
        foreach (Endpoint endpoint in Table(network))
        {
            foreach (Callers caller in Enum.GetValues<Callers>().Where(caller => BitOperationsIsOne(caller)))
            {
                using HttpRequestMessage request = caller switch
                {
                    Callers.Anybody => Plain(endpoint, null),
                    Callers.WrongKey => Plain(endpoint, "ait-" + new string('A', 43)),
                    Callers.RevokedKey => Plain(endpoint, revoked.Key),
                    Callers.Key => Plain(endpoint, live.Key),
                    Callers.Session => Plain(endpoint, session),
                    Callers.Stranger => Signed(network, endpoint, stranger),
                    Callers.Coordinator => Signed(network, endpoint, network.Http.Network.CoordinatorKey),
                    Callers.Device => Signed(network, endpoint, device.EnclaveKey),
                    _ => Signed(network, endpoint, other.EnclaveKey),
                };
                using HttpResponseMessage answer = await network.Http.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
                string body = endpoint.Path == "/v1/live" ? "" : await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

                // A result is its signer's own: another's is not so much forbidden as no result.
                bool isRefused = (int)answer.StatusCode is 401 or 403 || body.Contains(ProblemCodes.ResultInvalid, StringComparison.Ordinal);
                if (isRefused == endpoint.LetsIn.HasFlag(caller))
                {
                    wrong.Add($"{endpoint.Method} {endpoint.Path} answers {caller} {(int)answer.StatusCode}: {body}");
                }
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Table_hasEveryEndpointThereIs()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        IEnumerable<string> served = network.Http.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.Parameters.All(parameter => !parameter.IsCatchAll)) // What answers that there is no such resource.
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => $"{method} {endpoint.RoutePattern.RawText}"));
        Assert.Equal(served.Order(), Table(network).Select(endpoint => $"{endpoint.Method} {endpoint.Pattern}").Order());
    }

    private static List<Endpoint> Table(BuyerNetwork network)
    {
        network.IsIdle = true;
        TestMiner device = network.Http.Network.Miners[0];
        device.Engine = null; // It hands in a result of a task that there is not.
        const Callers NoBadKey = Callers.Anybody | Callers.Key | Callers.Signers; // A token that is no key is refused, where none is needed, too.
        Workload workload = TestNetwork.Workload(77);
        string encoded = Hex.Encode(workload.ToBytes());
        const string Ask = """{"model":"nothing","messages":[]}""";
        return
        [
            Get("/healthz", Callers.Everybody),
            Get("/readyz", Callers.Everybody),
            Get("/metrics", Callers.Everybody),
            Get("/v1/network", Callers.Everybody),
            Get("/v1/status", Callers.Everybody),
            Get("/v1/economics", Callers.Everybody),
            Get("/v1/governance", Callers.Everybody),
            Get("/v1/exchange", Callers.Everybody),
            Get("/v1/live", Callers.Everybody),
            Get("/v1/devices", Callers.Everybody),
            Get("/v1/tasks", Callers.Everybody),
            Get("/v1/tasks/{taskId}", Callers.Everybody, $"/v1/tasks/{s_id}"),
            Get("/v1/tasks/{taskId}/bundle", Callers.Everybody, $"/v1/tasks/{s_id}/bundle"),
            Get("/v1/history", Callers.Everybody),
            Get("/v1/enrolments", Callers.Everybody),
            new("POST", "/v1/enrolments", "/v1/enrolments", "{}", Callers.Signers), // What the evidence proves decides, not who brings it.
            Get("/v1/workloads/{workloadId}", Callers.Everybody, $"/v1/workloads/{s_id}"),
            Get("/v1/models", NoBadKey),
            Get("/v1/models/{model}", NoBadKey, "/v1/models/echo"),
            Post("/v1/workloads", Callers.Signers, new WorkloadRequest(encoded), ProtocolJson.Default.WorkloadRequest),
            Post("/v1/queue", Callers.Coordinator, new QueueRequest([encoded]), ProtocolJson.Default.QueueRequest),
            Post("/v1/canaries", Callers.Coordinator, new CanaryRequest(s_id), ProtocolJson.Default.CanaryRequest),
            Post("/v1/leases", Callers.Device, new LeaseRequest(device.GpuId, 1, 0), ProtocolJson.Default.LeaseRequest),
            Post("/v1/commitments", Callers.Device, new CommitmentRequest(s_id, device.GpuId, s_id), ProtocolJson.Default.CommitmentRequest),
            Post("/v1/results", Callers.Device, Result(device), ProtocolJson.Default.ResultRequest),
            Post("/v1/seat-keys", Callers.Device, new SeatKeyRequest(SeatKeyOf(network, device)), ProtocolJson.Default.SeatKeyRequest),
            Get("/v1/workloads/{workloadId}/seats", Callers.None, $"/v1/workloads/{s_id}/seats"), // Nobody holds the content key of nothing.
            Post("/v1/envelopes", Callers.Signers, new EnvelopeRequest(s_id, device.GpuId, "0x00", "0x00"), ProtocolJson.Default.EnvelopeRequest), // Who holds the key is looked up with the task.
            Post("/v1/commitments/batch", Callers.Device, new CommitmentsRequest(device.GpuId, [new SeatCommitment(s_id, s_id)]), ProtocolJson.Default.CommitmentsRequest),
            Post("/v1/results/batch", Callers.Device, new ResultsRequest(device.GpuId, [Result(device)]), ProtocolJson.Default.ResultsRequest),
            Post("/v1/seats", Callers.Device, new SeatsRequest(device.GpuId, [s_id]), ProtocolJson.Default.SeatsRequest),
            Get("/v1/seats/{taskId}", Callers.Device, $"/v1/seats/{s_id}?gpuId={device.GpuId}"),
            Get("/v1/checkpoints/{digest}", Callers.Everybody, $"/v1/checkpoints/{s_id}"),
            Get("/v1/checkpoints/{digest}/{part}", Callers.Everybody, $"/v1/checkpoints/{s_id}/0"),
            new("PUT", "/v1/checkpoints/{digest}/{part}", $"/v1/checkpoints/{s_id}/0?taskId={s_id}&gpuId={device.GpuId}", "bytes", Callers.Device),
            Get("/v1/challenges/{challengeId}/messages/{number}", Callers.Everybody, $"/v1/challenges/1/messages/0?from={s_id}&to={s_id}"),
            new("PUT", "/v1/challenges/{challengeId}/messages/{number}", $"/v1/challenges/1/messages/0?from={device.GpuId}&to={s_id}", "bytes", Callers.Device),
            Get("/v1/sign-in", Callers.Everybody),
            new("POST", "/v1/sign-in", "/v1/sign-in", "{}", Callers.Everybody),
            Get("/v1/keys", Callers.Session),
            new("POST", "/v1/keys", "/v1/keys", "{}", Callers.Session),
            new("DELETE", "/v1/keys/{keyId}", "/v1/keys/none", null, Callers.Session),
            Get("/v1/credit", Callers.Session | Callers.Key),
            new("POST", "/v1/credit", "/v1/credit", null, Callers.Session),
            new("POST", "/v1/chat/completions", "/v1/chat/completions", Ask, Callers.Key),
            new("POST", "/v1/completions", "/v1/completions", Ask, Callers.Key),
            new("POST", "/v1/embeddings", "/v1/embeddings", Ask, Callers.Key),
            new("POST", "/v1/quotes", "/v1/quotes", Ask, Callers.Key),
            new("POST", "/v1/fine_tuning/jobs", "/v1/fine_tuning/jobs", Ask, Callers.Key),
            Get("/v1/fine_tuning/jobs", Callers.Key),
            Get("/v1/fine_tuning/jobs/{jobId}", Callers.Key, "/v1/fine_tuning/jobs/none"),
            new("POST", "/v1/fine_tuning/jobs/{jobId}/cancel", "/v1/fine_tuning/jobs/none/cancel", null, Callers.Key),
            Get("/v1/fine_tuning/jobs/{jobId}/events", Callers.Key, "/v1/fine_tuning/jobs/none/events"),
            Get("/v1/fine_tuning/jobs/{jobId}/checkpoints", Callers.Key, "/v1/fine_tuning/jobs/none/checkpoints"),
            new("DELETE", "/v1/sign-in", "/v1/sign-in", null, Callers.Session), // Last: it ends the session.
        ];
    }

    private static ResultRequest Result(TestMiner device)
    {
        (WorkAttestation attestation, Hash256 salt) = device.Work(s_id, s_id);
        return new ResultRequest(Hex.Encode(attestation.ToBytes()), salt, "0x00");
    }

    private static string SeatKeyOf(BuyerNetwork network, TestMiner device)
    {
        using var key = SeatKey.Create();
        ulong end = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 3600;
        return Hex.Encode(SeatKeyStatement.Sign(s_id, device.GpuId, key, end, network.Http.Network.Domain, device.EnclaveKey).ToBytes());
    }

    private static bool BitOperationsIsOne(Callers caller) => System.Numerics.BitOperations.PopCount((uint)caller) == 1;

    private static Endpoint Get(string pattern, Callers letsIn, string? path = null) => new("GET", pattern, path ?? pattern, null, letsIn);

    private static Endpoint Post<T>(string path, Callers letsIn, T body, JsonTypeInfo<T> type) => new("POST", path, path, JsonSerializer.Serialize(body, type), letsIn);

    private static HttpRequestMessage Plain(Endpoint endpoint, string? token)
    {
        var request = new HttpRequestMessage(new HttpMethod(endpoint.Method), endpoint.Path);
        if (endpoint.Body is not null)
        {
            request.Content = new StringContent(endpoint.Body, Encoding.UTF8, "application/json");
        }

        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return request;
    }

    private static HttpRequestMessage Signed(BuyerNetwork network, Endpoint endpoint, Secp256k1PrivateKey key) => network.Http.Signed(
        key, new HttpMethod(endpoint.Method), endpoint.Path, endpoint.Body is null ? null : Encoding.UTF8.GetBytes(endpoint.Body), nonce: new Hash256(RandomNumberGenerator.GetBytes(32)));

    private sealed record Endpoint(string Method, string Pattern, string Path, string? Body, Callers LetsIn);
}
