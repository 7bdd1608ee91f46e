using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Protocol;

namespace Ait.Buyer;

/// <summary>The registries, read through a node of the buyer's choice.</summary>
public sealed class ChainFacts : IChainFacts
{
    private readonly EthereumClient _client;
    private readonly DeviceRegistryContract _registry;
    private readonly MiningRegistryContract _mining;

    public ChainFacts(EthereumClient client, Address deviceRegistry, Address miningRegistry)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
        _registry = new DeviceRegistryContract(deviceRegistry, client);
        _mining = new MiningRegistryContract(miningRegistry, client);
    }

    /// <inheritdoc/>
    public async Task<SeatDevice?> FindDeviceAsync(Hash256 gpuId, CancellationToken cancellation)
    {
        Block head = await _client.GetBlockAsync(BlockTag.Latest, cancellation).ConfigureAwait(false)
            ?? throw new InvalidOperationException("the node has no latest block");
        BlockTag at = BlockTag.Number(head.Number);
        try
        {
            uint slot = await _registry.GetSlotOfAsync(gpuId, at, cancellation).ConfigureAwait(false);
            DeviceRecord record = await _registry.GetDeviceAsync(slot, at, cancellation).ConfigureAwait(false);
            byte profile = await _registry.GetProfileOfAsync(slot, at, cancellation).ConfigureAwait(false);
            bool revoked = await _registry.GetIsRevokedAsync(gpuId, at, cancellation).ConfigureAwait(false);
            return new SeatDevice(record, profile, revoked, head.Timestamp);
        }
        catch (ContractRevertedException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<int> CountSeatsAsync(Hash256 taskId, CancellationToken cancellation) =>
        Math.Max(SeatDraw.Seats, (int)(await _mining.GetEscalationAsync(taskId, BlockTag.Latest, cancellation).ConfigureAwait(false)).Level);
}
