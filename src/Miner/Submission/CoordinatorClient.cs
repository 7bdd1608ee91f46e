using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ait.Chain;
using Ait.Miner.Keys;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Miner.Submission;

/// <summary>The coordinator's questions and answers for one device: each request signed by the enclave key under a nonce of its own.</summary>
internal sealed class CoordinatorClient
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private readonly CoordinatorTransport _transport;
    private readonly NetworkDomain _domain;
    private readonly EnclaveKey _key;
    private readonly Hash256 _gpuId;
    private readonly TimeProvider _clock;

    public CoordinatorClient(CoordinatorTransport transport, NetworkDomain domain, EnclaveKey key, Hash256 gpuId, TimeProvider clock)
    {
        _transport = transport;
        _domain = domain;
        _key = key;
        _gpuId = gpuId;
        _clock = clock;
    }

    /// <summary>Verifying evidence may take the coordinator a round of its vendors' services, which are slow.</summary>
    public Task<Reply<EnrolmentResponse>> EnrolAsync(EnrolmentRequest evidence, CancellationToken cancellation) =>
        PostAsync("/v1/enrolments", evidence, ProtocolJson.Default.EnrolmentRequest, s_patience, ProtocolJson.Default.EnrolmentResponse, cancellation);

    public Task<Reply<LeaseResponse>> LeaseAsync(int max, TimeSpan wait, CancellationToken cancellation) =>
        PostAsync("/v1/leases", new LeaseRequest(_gpuId, max, (int)wait.TotalMilliseconds), ProtocolJson.Default.LeaseRequest, wait + s_limit, ProtocolJson.Default.LeaseResponse, cancellation);

    public Task<Reply<SeatKeyResponse>> SaySeatKeyAsync(SeatKeyRequest key, CancellationToken cancellation) =>
        PostAsync("/v1/seat-keys", key, ProtocolJson.Default.SeatKeyRequest, s_limit, ProtocolJson.Default.SeatKeyResponse, cancellation);

    public Task<Reply<SeatResponse>> CommitAsync(Hash256 taskId, Hash256 commitment, CancellationToken cancellation) =>
        PostAsync("/v1/commitments", new CommitmentRequest(taskId, _gpuId, commitment), ProtocolJson.Default.CommitmentRequest, s_limit, ProtocolJson.Default.SeatResponse, cancellation);

    public Task<Reply<SeatResponse>> RevealAsync(ResultRequest result, CancellationToken cancellation) =>
        PostAsync("/v1/results", result, ProtocolJson.Default.ResultRequest, s_limit, ProtocolJson.Default.SeatResponse, cancellation);

    /// <summary>Asks after 1 to 128 seats.</summary>
    public Task<Reply<SeatsResponse>> GetSeatsAsync(IReadOnlyList<Hash256> taskIds, CancellationToken cancellation) =>
        PostAsync("/v1/seats", new SeatsRequest(_gpuId, taskIds), ProtocolJson.Default.SeatsRequest, s_limit, ProtocolJson.Default.SeatsResponse, cancellation);

    /// <summary>Hands in a part of the checkpoint that a task of this device left.</summary>
    public Task<Reply<CheckpointResponse>> PutCheckpointAsync(Hash256 digest, int part, Hash256 taskId, byte[] content, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Put, $"/v1/checkpoints/{digest}/{part}?taskId={taskId}&gpuId={_gpuId}", content, s_limit, ProtocolJson.Default.CheckpointResponse, cancellation);

    /// <summary>Hands in a message of this device in a class challenge.</summary>
    public Task<Reply<ChallengeMessageResponse>> PutChallengeMessageAsync(ulong challengeId, Hash256 to, int number, byte[] content, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Put, $"/v1/challenges/{challengeId}/messages/{number}?from={_gpuId}&to={to}", content, s_limit, ProtocolJson.Default.ChallengeMessageResponse, cancellation);

    private Task<Reply<TAnswer>> PostAsync<TBody, TAnswer>(string path, TBody body, JsonTypeInfo<TBody> bodyType, TimeSpan limit, JsonTypeInfo<TAnswer> type, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, path, JsonSerializer.SerializeToUtf8Bytes(body, bodyType), limit, type, cancellation);

    private Task<Reply<T>> SendAsync<T>(HttpMethod method, string path, byte[] body, TimeSpan limit, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        SignedRequest signed = _key.SignRequest(_domain, method.Method, path, body, _clock.GetUtcNow());
        return _transport.SendAsync(method, path, body, signed.ToHeaders(), limit, type, cancellation);
    }
}
