using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Ait.Cli.Deploying;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Commands;

/// <summary>Starts a whole network on this machine and keeps it until it is told to stop.</summary>
internal static class UpCommand
{
    private static readonly TimeSpan s_lookInterval = TimeSpan.FromSeconds(2);

    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        Option<int> miners = CommonOptions.Number(
            "--miners", "N", 5, MinerPlan.Fewest, MinerPlan.Most, $"How many miners run, {MinerPlan.Fewest} to {MinerPlan.Most}; a task needs three distinct seats.");
        Option<string> state = CommonOptions.State();
        Option<int> port = CommonOptions.Port("--port", 8080, "The coordinator's HTTP port on 127.0.0.1.");
        Option<int> rpcPort = CommonOptions.Port("--rpc-port", 8545, "The dev chain's JSON-RPC port on 127.0.0.1.");
        var store = new Option<string?>("--store") { HelpName = "URL", Description = "PostgreSQL database for the coordinator's ledger, as postgres://user@host/database; without it a file in the state folder." };
        Option<int> replicas = CommonOptions.Number("--replicas", "N", 1, 1, 8, "How many coordinators share the ledger, on ports from --port up; more than one needs --store.");
        Option<AuditShare> auditShare = AuditShareOption.Build();
        var command = new Command("up", "Start a network that stays: dev chain, contracts, coordinator, miners. Hardware is EMULATED. Ctrl-C stops it; its state survives.")
        {
            miners, state, port, rpcPort, store, replicas, auditShare,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(replicas) > 1 && result.GetValue(store) is null)
            {
                result.AddError("--replicas: several coordinators share one ledger; name a PostgreSQL database with --store.");
            }
        });
        command.SetAction((parsed, cancellation) => RunAsync(
            screenFor(parsed),
            new LocalNetworkOptions
            {
                State = new StateFolder(parsed.GetRequiredValue(state)),
                Miners = parsed.GetValue(miners),
                Port = parsed.GetValue(port),
                RpcPort = parsed.GetValue(rpcPort),
                AuditShare = parsed.GetValue(auditShare).Parts,
                Store = parsed.GetValue(store),
                ReplicaPorts = [.. Enumerable.Range(parsed.GetValue(port) + 1, parsed.GetValue(replicas) - 1)],
            },
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Screen screen, LocalNetworkOptions options, CancellationToken cancellation)
    {
        bool isGone;
        screen.Progress("starting the network (hardware is EMULATED) …");
        LocalNetwork network = await LocalNetwork.StartAsync(options, TimeProvider.System, screen.Progress, cancellation).ConfigureAwait(false);
        await using (network.ConfigureAwait(false))
        {
            Print(screen, network);
            isGone = await UntilEndedAsync(options.State, cancellation).ConfigureAwait(false);
            screen.Progress(isGone ? $"the state folder {options.State.Path} is gone; stopping …" : "stopping …");
        }

        if (isGone)
        {
            throw new SurroundingsException($"the network was stopped because its state folder {options.State.Path} was removed or emptied while it ran; what was in it is lost. ./ait up starts a new network.");
        }

        screen.Progress("stopped; start it again with the same --state to go on.");
        return ExitCode.Done;
    }

    /// <summary>Waits until the network is to stop; true if that is because its state was taken away.</summary>
    private static async Task<bool> UntilEndedAsync(StateFolder state, CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // A closed terminal is a request to stop as well.
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            ended.Cancel();
        });
        while (File.Exists(state.Deployment))
        {
            try
            {
                await Task.Delay(s_lookInterval, ended.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }

        return true;
    }

    private static void Print(Screen screen, LocalNetwork network)
    {
        Deployment deployment = network.Deployment;
        screen.Table(
            ["what", "where", "log"],
            [
                ["dev chain", $"{network.Options.Rpc} (chain id {deployment.ChainId})", network.State.Log("chain")],
                .. network.Options.Coordinators.Select(coordinator => (IReadOnlyList<string>)[coordinator.Name, coordinator.Address.ToString(), network.State.Log(coordinator.Name)]),
                ["console", network.HasConsole ? $"{network.Options.Coordinator} in a browser" : "not built, see above", ""],
                .. network.Miners.Select(miner => (IReadOnlyList<string>)[
                    miner.Name, $"{miner.DeviceClass} on {miner.Host} for {miner.Operator} (EMULATED)", network.State.Log(miner.Name)]),
                ["MiningRegistry", deployment.MiningRegistry.ToString(), ""],
                ["DeviceRegistry", deployment.DeviceRegistry.ToString(), ""],
                ["ChallengeRegistry", deployment.ChallengeRegistry.ToString(), ""],
                ["AttendanceRegistry", deployment.AttendanceRegistry.ToString(), ""],
                ["CoordinatorBond", deployment.CoordinatorBond.ToString(), ""],
                ["OperatorBond", deployment.OperatorBond.ToString(), ""],
                ["AIToken", deployment.Token.ToString(), ""],
            ]);
        screen.Say("EMULATED: the AMD chips and the GPUs; the chain is a local dev chain. Nothing here has value.");
        screen.Say("In another terminal: ./ait queue --count 20, then ./ait status | devices | tasks | balance | redeem price \"The capital of France is\"");
        screen.Say("The network is up. Ctrl-C stops it.");
        screen.Answer(new JsonObject
        {
            ["event"] = "up",
            ["emulated"] = true,
            ["rpc"] = network.Options.Rpc.ToString(),
            ["coordinator"] = network.Options.Coordinator.ToString(),
            ["state"] = network.State.Path,
            ["miners"] = network.Miners.Count,
            ["deployment"] = JsonNode.Parse(deployment.ToJson()),
        });
    }
}
