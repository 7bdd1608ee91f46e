using System.Collections.Immutable;
using System.Numerics;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Cli.Asking;

/// <summary>A running network: its chain, which is believed, and its coordinator, whose word about addresses is checked against the chain.</summary>
internal sealed class NetworkAccess : IDisposable
{
    private NetworkAccess(ChainAccess chain, CoordinatorApi coordinator, NetworkResponse network)
    {
        Chain = chain;
        Coordinator = coordinator;
        Network = network;
        Domain = new NetworkDomain(network.ChainId, network.MiningRegistry);
    }

    internal static ContractAbi Mining { get; } = ContractArtifact.Load("MiningRegistry").Abi;

    internal static ContractAbi Devices { get; } = ContractArtifact.Load("DeviceRegistry").Abi;

    internal static ContractAbi Token { get; } = ContractArtifact.Load("AIToken").Abi;

    internal ChainAccess Chain { get; }

    internal CoordinatorApi Coordinator { get; }

    internal NetworkResponse Network { get; }

    internal NetworkDomain Domain { get; }

    /// <summary>The tasks that settled, by the chain's logs.</summary>
    internal async Task<IReadOnlyList<(Log Log, Hash256 TaskId, SettledTaskRecord Task)>> SettledTasksAsync(CancellationToken cancellation)
    {
        IReadOnlyList<(Log Log, ContractEvent Event)> events = await Chain
            .EventsAsync([Network.MiningRegistry], cancellation, 0, Mining.Event("TasksSettled").Topic).ConfigureAwait(false);
        return [.. events.SelectMany(found => SettledTasks(found.Event).Select(settled => (found.Log, settled.TaskId, settled.Task)))];
    }

    /// <summary>The tasks of one event.</summary>
    internal IEnumerable<(Hash256 TaskId, SettledTaskRecord Task)> SettledTasks(ContractEvent settled) =>
        SettledTaskRecord.TryRead(settled["settled"].AsBytes().Span, out ImmutableArray<SettledTaskRecord> tasks, out DecodeFault? fault)
            ? tasks.Select(task => (Domain.TaskId(settled["batchId"].AsUInt64(), task.Index), task))
            : throw new SurroundingsException($"the node shows a settlement that cannot be read: {fault}. Ask another node.");

    internal static async Task<NetworkAccess> OpenAsync(string state, Uri? rpc, Uri? coordinator, CancellationToken cancellation)
    {
        NetworkRecord? record = rpc is null || coordinator is null ? NetworkRecord.Read(new StateFolder(state)) : null;
        return await OpenAsync(rpc ?? record?.Rpc, coordinator ?? record?.Coordinator, cancellation).ConfigureAwait(false);
    }

    internal static async Task<NetworkAccess> OpenAsync(Uri? rpc, Uri? coordinator, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(rpc);
        ArgumentNullException.ThrowIfNull(coordinator);
        var api = new CoordinatorApi(coordinator, TimeProvider.System);
        ChainAccess? chain = null;
        try
        {
            NetworkResponse network = await api.NetworkAsync(cancellation).ConfigureAwait(false);
            chain = await ChainAccess.OpenAsync(rpc, TimeProvider.System, cancellation).ConfigureAwait(false);
            if (chain.ChainId != network.ChainId)
            {
                throw new SurroundingsException(
                    $"the coordinator at {coordinator} serves chain {network.ChainId}, the node at {rpc} is on chain {chain.ChainId}. Name a matching pair with --rpc and --coordinator.");
            }

            var access = new NetworkAccess(chain, api, network);
            await access.CheckAddressesAsync(cancellation).ConfigureAwait(false);
            return access;
        }
        catch
        {
            api.Dispose();
            chain?.Dispose();
            throw;
        }
    }

    internal async Task<BigInteger> BalanceAsync(Address account, CancellationToken cancellation) =>
        (await TokenAsync("balanceOf", cancellation, account).ConfigureAwait(false)).AsBigInteger();

    internal async Task<BigInteger> SupplyAsync(CancellationToken cancellation) =>
        (await TokenAsync("totalSupply", cancellation).ConfigureAwait(false)).AsBigInteger();

    internal async Task<AbiValue> MiningAsync(string function, CancellationToken cancellation, params AbiValue[] arguments) =>
        (await Chain.ReadAsync(Network.MiningRegistry, Mining.Function(function), cancellation, arguments).ConfigureAwait(false))[0];

    internal async Task<AbiValue> DevicesAsync(string function, CancellationToken cancellation, params AbiValue[] arguments) =>
        (await Chain.ReadAsync(Network.DeviceRegistry, Devices.Function(function), cancellation, arguments).ConfigureAwait(false))[0];

    internal async Task<IReadOnlyList<RegisteredDevice>> RosterAsync(CancellationToken cancellation)
    {
        uint length = (await DevicesAsync("rosterLength", cancellation).ConfigureAwait(false)).AsUInt32();
        if (length == 0)
        {
            return [];
        }

        AbiValue slots = AbiValue.List(Enumerable.Range(0, (int)length).Select(slot => (AbiValue)(uint)slot));
        AbiValue devices = await DevicesAsync("devicesAt", cancellation, slots).ConfigureAwait(false);
        return [.. devices.Items.Select((device, slot) => RegisteredDevice.Read((uint)slot, device))];
    }

    /// <summary>The trust profiles of slots, by the registry's numbers: 1 attested GPU, 2 measured host, 3 measured enclave.</summary>
    internal async Task<IReadOnlyList<byte>> ProfilesAsync(IEnumerable<RegisteredDevice> devices, CancellationToken cancellation) =>
        await Task.WhenAll(devices.Select(async device => (await DevicesAsync("profileOf", cancellation, device.Slot).ConfigureAwait(false)).AsByte())).ConfigureAwait(false);

    /// <summary>From when on a proof of life ends their suspension, of the devices that are suspended for absence.</summary>
    internal async Task<IReadOnlyDictionary<Hash256, ulong>> AbsentAsync(IEnumerable<RegisteredDevice> devices, CancellationToken cancellation)
    {
        Hash256[] excluded = [.. devices.Where(device => device.Roster.RevokedBlock != 0).Select(device => device.GpuId).Distinct()];
        Address registry = excluded.Length == 0 ? Address.Zero : (await DevicesAsync("attendance", cancellation).ConfigureAwait(false)).AsAddress();
        if (registry == Address.Zero)
        {
            return new Dictionary<Hash256, ulong>();
        }

        var attendance = new AttendanceRegistryContract(registry, Chain.Client);
        AttendanceRecord[] found = await Task.WhenAll(excluded.Select(gpuId => attendance.GetAttendanceAsync(gpuId, BlockTag.Latest, cancellation))).ConfigureAwait(false);
        return excluded.Zip(found).Where(pair => pair.Second.ResumableAt != 0).ToDictionary(pair => pair.First, pair => pair.Second.ResumableAt);
    }

    public void Dispose()
    {
        Coordinator.Dispose();
        Chain.Dispose();
    }

    private async Task<AbiValue> TokenAsync(string function, CancellationToken cancellation, params AbiValue[] arguments) =>
        (await Chain.ReadAsync(Network.Token, Token.Function(function), cancellation, arguments).ConfigureAwait(false))[0];

    private async Task CheckAddressesAsync(CancellationToken cancellation)
    {
        Address token = (await MiningAsync("token", cancellation).ConfigureAwait(false)).AsAddress();
        Address devices = (await MiningAsync("devices", cancellation).ConfigureAwait(false)).AsAddress();
        if (token != Network.Token || devices != Network.DeviceRegistry)
        {
            throw new RefusedException(
                $"the coordinator names token {Network.Token} and devices {Network.DeviceRegistry}, but the contract {Network.MiningRegistry} says {token} and {devices}. Do not use this coordinator.");
        }
    }
}
