using System.Net;
using System.Net.Sockets;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Coordinator.Configuration;

namespace Ait.Coordinator.Hosting;

/// <summary>Whether the surroundings are the ones the coordinator was told of. Each lack is one sentence with its remedy.</summary>
internal static class StartupChecks
{
    /// <summary>The chain, the contracts and the coordinator's role.</summary>
    internal static async Task CheckChainAsync(EthereumClient client, Deployment deployment, Address coordinator, CoordinatorOptions options, CancellationToken cancellation)
    {
        try
        {
            ulong chainId = await client.GetChainIdAsync(cancellation);
            if (chainId != deployment.ChainId)
            {
                throw new StartupException(
                    $"The node at {options.Rpc} serves chain {chainId}, the deployment file says {deployment.ChainId}; pass the --rpc or --deployment of one network.");
            }

            List<string> faults = [];
            foreach ((string name, Address address) in new[]
            {
                ("MiningRegistry", deployment.MiningRegistry), ("DeviceRegistry", deployment.DeviceRegistry), ("AIToken", deployment.Token),
            })
            {
                if ((await client.GetCodeAsync(address, BlockTag.Latest, cancellation)).IsEmpty)
                {
                    faults.Add($"There is no {name} at {address} on chain {chainId}; deploy the contracts or pass the --deployment file of this chain.");
                }
            }

            if (options.DemandsCover && deployment.CoordinatorBond == Address.Zero)
            {
                faults.Add("--letter-cover required wants a CoordinatorBond, the deployment file names none; pass the file of a network that has one, or --letter-cover bonded.");
            }

            if (faults.Count > 0)
            {
                throw new StartupException(faults);
            }

            await CheckRolesAsync(client, deployment, coordinator, cancellation);
        }
        catch (RpcException fault)
        {
            throw new StartupException($"The Ethereum node at {options.Rpc} gives no usable answer ({fault.Message}); start it or pass the right --rpc URL.", fault);
        }
        catch (ContractRevertedException fault)
        {
            throw new StartupException($"The contract at {deployment.MiningRegistry} is not a MiningRegistry ({fault.Message}); pass the right --deployment file.", fault);
        }
    }

    /// <summary>The port, before anything is begun.</summary>
    internal static void CheckPort(Uri listen)
    {
        if (listen.Port == 0)
        {
            return;
        }

        IPAddress address = IPAddress.TryParse(listen.Host.Trim('[', ']'), out IPAddress? parsed) ? parsed : IPAddress.Loopback;
        try
        {
            using var probe = new TcpListener(address, listen.Port);
            probe.Start();
        }
        catch (SocketException fault)
        {
            throw new StartupException(Describe(listen, fault), fault);
        }
    }

    internal static string Describe(Uri listen, Exception fault) =>
        $"Port {listen.Port} at {listen.Host} cannot be served ({fault.Message}); stop the process that uses it or pass another --listen URL.";

    private static async Task CheckRolesAsync(EthereumClient client, Deployment deployment, Address coordinator, CancellationToken cancellation)
    {
        var mining = new Contract(deployment.MiningRegistry, client, ContractArtifact.Load("MiningRegistry").Abi);
        Address expected = await AddressAsync(mining, "coordinator", cancellation);
        Address devices = await AddressAsync(mining, "devices", cancellation);
        Address token = await AddressAsync(mining, "token", cancellation);
        List<string> faults = [];
        if (expected != coordinator)
        {
            faults.Add($"The MiningRegistry's coordinator is {expected}, the key file is of {coordinator}; pass that account's --key or have the governor call setCoordinator.");
        }

        if (devices != deployment.DeviceRegistry || token != deployment.Token)
        {
            faults.Add($"The MiningRegistry works with DeviceRegistry {devices} and AIToken {token}, the deployment file names {deployment.DeviceRegistry} and {deployment.Token}; pass the right --deployment file.");
        }

        if (faults.Count > 0)
        {
            throw new StartupException(faults);
        }
    }

    private static async Task<Address> AddressAsync(Contract contract, string function, CancellationToken cancellation) =>
        (await contract.ViewAsync(function, [], BlockTag.Latest, cancellation))[0].AsAddress();
}
