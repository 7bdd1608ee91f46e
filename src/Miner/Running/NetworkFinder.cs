using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Miner.Configuring;
using Ait.Miner.Evidencing;
using Ait.Miner.Submission;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Miner.Running;

/// <summary>Finds the network by its deployment file, or by asking the coordinator, and believes neither: the chain has the last word.</summary>
internal sealed class NetworkFinder
{
    private readonly EthereumClient _client;
    private readonly PublicCoordinator _coordinator;

    public NetworkFinder(EthereumClient client, PublicCoordinator coordinator)
    {
        _client = client;
        _coordinator = coordinator;
    }

    /// <summary>The network, or why not. Exactly one of the two.</summary>
    public async Task<(NetworkFacts? Facts, ContractRefusal? Refusal)> FindAsync(MinerOptions options, CancellationToken cancellation)
    {
        (NetworkAddresses? addresses, ContractRefusal? refusal) = await ReadAsync(options, cancellation).ConfigureAwait(false);
        if (addresses is null)
        {
            return (null, refusal);
        }

        try
        {
            return await CheckAsync(addresses, cancellation).ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            return (null, new ContractRefusal("ChainAway", $"The node at {options.Rpc} gives no usable answer: {exception.Message}", "Check --rpc, and that the node is running and in step.", IsTransient: exception.Failure is RpcFailure.Transport or RpcFailure.Timeout));
        }
        catch (ContractRevertedException exception)
        {
            return (null, Foreign(addresses, exception.Message));
        }
    }

    private static ContractRefusal Foreign(NetworkAddresses addresses, string why) => new(
        "DeploymentMismatch",
        $"The mining registry {addresses.MiningRegistry} is not this network's: {why}.",
        "Use the deployment file of this network, and a node of its chain.");

    private async Task<(NetworkAddresses? Addresses, ContractRefusal? Refusal)> ReadAsync(MinerOptions options, CancellationToken cancellation)
    {
        if (options.DeploymentFile is string path)
        {
            return DeploymentFile.TryRead(path, out NetworkAddresses? read, out string? problem)
                ? (read, null)
                : (null, new ContractRefusal("DeploymentFile", problem, "Name the network's deployment.json, or leave --deployment out to ask the coordinator."));
        }

        return await _coordinator.GetNetworkAsync(cancellation).ConfigureAwait(false) switch
        {
            Reply<NetworkResponse>.Answered { Value: NetworkResponse network } =>
                (new NetworkAddresses(network.ChainId, network.MiningRegistry, network.DeviceRegistry, network.CertificateCache, network.Profile), null),
            Reply<NetworkResponse>.Refused refused =>
                (null, new ContractRefusal(refused.Refusal.Code, $"The coordinator at {string.Join(", ", options.Coordinators)} does not say which network it serves: {refused.Refusal}", "Check --coordinator, or name the network with --deployment.")),
            Reply<NetworkResponse>.Unavailable unavailable =>
                (null, new ContractRefusal("CoordinatorAway", $"The coordinator at {string.Join(", ", options.Coordinators)} does not answer: {unavailable.Reason}.", "Check --coordinator and that the coordinator is running.", IsTransient: true)),
            _ => throw new InvalidOperationException("A reply of no kind."),
        };
    }

    private async Task<(NetworkFacts? Facts, ContractRefusal? Refusal)> CheckAsync(NetworkAddresses addresses, CancellationToken cancellation)
    {
        ulong chainId = await _client.GetChainIdAsync(cancellation).ConfigureAwait(false);
        if (chainId != addresses.ChainId)
        {
            return (null, new ContractRefusal("ChainMismatch", $"The node is of another chain: expected chain id {addresses.ChainId}, found {chainId}.", "Point --rpc at a node of the network's chain."));
        }

        var mining = new MiningRegistryContract(addresses.MiningRegistry, _client);
        if ((await _client.GetCodeAsync(addresses.MiningRegistry, BlockTag.Latest, cancellation).ConfigureAwait(false)).IsEmpty)
        {
            return (null, Foreign(addresses, "there is no contract at this address"));
        }

        Address devices = await mining.GetDevicesAsync(BlockTag.Latest, cancellation).ConfigureAwait(false);
        if (devices != addresses.DeviceRegistry)
        {
            return (null, Foreign(addresses, $"it names device registry {devices}, expected {addresses.DeviceRegistry}"));
        }

        Address coordinator = await mining.GetCoordinatorAsync(BlockTag.Latest, cancellation).ConfigureAwait(false);
        return (new NetworkFacts(new NetworkDomain(chainId, addresses.MiningRegistry), addresses.DeviceRegistry, addresses.CertificateCache, coordinator, addresses.Profile), null);
    }
}
