using Ait.Chain;
using Ait.Protocol.Http;

namespace Ait.Miner.Submission;

/// <summary>What anyone may ask the coordinator, unsigned.</summary>
internal sealed class PublicCoordinator
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(15);
    private readonly CoordinatorTransport _transport;

    public PublicCoordinator(CoordinatorTransport transport) => _transport = transport;

    public Task<Reply<NetworkResponse>> GetNetworkAsync(CancellationToken cancellation) =>
        _transport.SendAsync(HttpMethod.Get, "/v1/network", default, [], s_limit, ProtocolJson.Default.NetworkResponse, cancellation);

    public Task<Reply<ModelsResponse>> GetModelsAsync(CancellationToken cancellation) =>
        _transport.SendAsync(HttpMethod.Get, "/v1/models", default, [], s_limit, ProtocolJson.Default.ModelsResponse, cancellation);

    public Task<Reply<CheckpointResponse>> GetCheckpointAsync(Hash256 digest, CancellationToken cancellation) =>
        _transport.SendAsync(HttpMethod.Get, $"/v1/checkpoints/{digest}", default, [], s_limit, ProtocolJson.Default.CheckpointResponse, cancellation);

    public Task<Reply<byte[]>> GetChallengeMessageAsync(ulong challengeId, Hash256 from, Hash256 to, int number, CancellationToken cancellation) =>
        _transport.GetBytesAsync($"/v1/challenges/{challengeId}/messages/{number}?from={from}&to={to}", s_limit, cancellation);

    public Task<Reply<byte[]>> GetCheckpointPartAsync(Hash256 digest, int part, CancellationToken cancellation) =>
        _transport.GetBytesAsync($"/v1/checkpoints/{digest}/{part}", s_limit, cancellation);
}
