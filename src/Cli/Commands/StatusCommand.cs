using System.CommandLine;
using System.Numerics;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Cli.Asking;
using Ait.Cli.Surroundings;
using Ait.Protocol.Http;

namespace Ait.Cli.Commands;

/// <summary>Supply, minted, burned from the chain; queue and phases from the coordinator.</summary>
internal static class StatusCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var options = new NetworkOptions();
        var command = new Command("status", "Show the network: supply, minted, burned, tasks by phase, live devices.");
        options.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using NetworkAccess network = await options.OpenAsync(parsed, cancellation).ConfigureAwait(false);
            return await RunAsync(screenFor(parsed), network, cancellation).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> RunAsync(Screen screen, NetworkAccess network, CancellationToken cancellation)
    {
        StatusResponse status = await network.Coordinator.StatusAsync(cancellation).ConfigureAwait(false);
        BigInteger supply = await network.SupplyAsync(cancellation).ConfigureAwait(false);
        BigInteger minted = (await network.MiningAsync("totalMinted", cancellation).ConfigureAwait(false)).AsBigInteger();
        BigInteger burned = (await network.MiningAsync("totalBurned", cancellation).ConfigureAwait(false)).AsBigInteger();
        Address budget = (await network.MiningAsync("subsidy", cancellation).ConfigureAwait(false)).AsAddress();
        BigInteger subsidy = await new SubsidyBudgetContract(budget, network.Chain.Client).GetAvailableAsync(BlockTag.Latest, cancellation).ConfigureAwait(false);
        ulong block = await network.Chain.Client.GetBlockNumberAsync(cancellation).ConfigureAwait(false);
        string phases = string.Join(", ", status.TasksByPhase.Where(pair => pair.Value > 0).Select(pair => $"{pair.Value} {pair.Key}"));
        screen.Table(
            ["what", "value"],
            [
                ["chain", $"{network.Network.ChainId} at block {block} ({network.Chain.Rpc})"],
                ["profile", network.Network.Profile == "development" ? "development: hardware is EMULATED" : network.Network.Profile],
                ["coordinator", $"{network.Network.Coordinator} ({network.Coordinator.Address})"],
                ["minted", $"{Amounts.Text(minted)} AIT"],
                ["burned", $"{Amounts.Text(burned)} AIT"],
                ["supply", $"{Amounts.Text(supply)} AIT"],
                ["subsidy left", $"{Amounts.Text(subsidy)} AIT for work that nobody redeems for; where it is used up, such work waits and redeemed work goes on"],
                ["live devices", status.SuspendedDevices == 0 ? $"{status.LiveDevices}" : $"{status.LiveDevices}; {status.SuspendedDevices} suspended for absence (ait attendance)"],
                ["waiting workloads", $"{status.QueuedWorkloads}"],
                ["tasks", phases.Length == 0 ? "none yet" : phases],
            ]);
        var byPhase = new JsonObject();
        foreach ((TaskPhase phase, int count) in status.TasksByPhase)
        {
            byPhase[phase.ToString()] = count;
        }

        screen.Answer(new JsonObject
        {
            ["chainId"] = network.Network.ChainId,
            ["block"] = block,
            ["profile"] = network.Network.Profile,
            ["miningRegistry"] = network.Network.MiningRegistry.ToString(),
            ["mintedWei"] = minted.ToString(),
            ["burnedWei"] = burned.ToString(),
            ["supplyWei"] = supply.ToString(),
            ["subsidyWei"] = subsidy.ToString(),
            ["liveDevices"] = status.LiveDevices,
            ["suspendedDevices"] = status.SuspendedDevices,
            ["queuedWorkloads"] = status.QueuedWorkloads,
            ["tasksByPhase"] = byPhase,
        });
        return ExitCode.Done;
    }
}
