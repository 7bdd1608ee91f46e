using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Ait.Cli.Asking;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Cli.Telling;

namespace Ait.Cli.Commands;

/// <summary>Runs the main job on a fresh network of its own and tells it; exit code 0 only when every number adds up.</summary>
internal static class DemoCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var state = new Option<string>("--state") { Description = "The folder for this run's network; it is emptied first.", HelpName = "DIR", DefaultValueFactory = _ => ".ait/demo" };
        var store = new Option<string?>("--store")
        {
            HelpName = "URL",
            Description = "A new PostgreSQL database, as postgres://user@host/database: two coordinators share it, and the one that leads is killed for good while the work is under way.",
        };
        var command = new Command("demo", "Run the whole story on a fresh network: register, queue, seat, run, attest, mint, redeem, trade, vote, five refusals, balance sheet. Hardware is EMULATED.") { state, store };
        command.SetAction((parsed, cancellation) => RunAsync(screenFor(parsed), new StateFolder(parsed.GetRequiredValue(state)), parsed.GetValue(store), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Screen screen, StateFolder state, string? store, CancellationToken cancellation)
    {
        TimeProvider clock = TimeProvider.System;
        long begun = clock.GetTimestamp();
        await ClearAsync(state, clock, cancellation).ConfigureAwait(false);
        screen.Say("AIT: evidence → verified device → workload → task with seats → execution → work attestation → agreement → mint → redeem");
        screen.Progress("starting a network of its own: dev chain, contracts, emulated hosts, " + (store is null ? "coordinator" : "two coordinators") + ", five miners (hardware is EMULATED) …");
        LocalNetwork local = await LocalNetwork.StartAsync(
            new LocalNetworkOptions
            {
                State = state,
                Miners = 5,
                Port = LocalPort.PickFree(),
                RpcPort = LocalPort.PickFree(),
                BatchInterval = TimeSpan.FromMilliseconds(500),
                Store = store,
                ReplicaPorts = store is null ? [] : [LocalPort.PickFree()],
            },
            clock,
            screen.Progress,
            cancellation).ConfigureAwait(false);
        await using (local.ConfigureAwait(false))
        {
            ulong gas = local.Contracts.Aggregate(0ul, (sum, contract) => sum + contract.Gas);
            screen.Say($"{local.Contracts.Count} contracts deployed for {gas:N0} gas; MiningRegistry {local.Deployment.MiningRegistry}");

            // Whoever tells the story talks to the one that stays.
            string? lost = store is null ? null : await local.LeaderAsync(cancellation).ConfigureAwait(false);
            Uri stays = local.Options.Coordinators.First(replica => replica.Name != lost).Address;
            using NetworkAccess network = await NetworkAccess.OpenAsync(local.Options.Rpc, stays, cancellation).ConfigureAwait(false);
            bool good = await new Story(screen, local, network, clock, lost).TellAsync(cancellation).ConfigureAwait(false);
            double seconds = clock.GetElapsedTime(begun).TotalSeconds;
            screen.Say();
            screen.Say(good ? $"Everything adds up ({seconds:0} s). Logs are in {state.Path}/logs." : $"SOMETHING DOES NOT ADD UP; see above and {state.Path}/logs.");
            screen.Answer(new JsonObject { ["event"] = "done", ["addsUp"] = good, ["seconds"] = Math.Round(seconds, 1), ["emulated"] = true });
            return good ? ExitCode.Done : ExitCode.Refused;
        }
    }

    /// <summary>
    /// Empties the folder of an earlier run; a run that is still going on keeps it. The emulated hardware stays, as machines
    /// outlive the networks they serve.
    /// </summary>
    private static async Task ClearAsync(StateFolder state, TimeProvider clock, CancellationToken cancellation)
    {
        using (FolderLock.Take(state.Path))
        {
            await new RunningPrograms(state.Programs).EndLeftoversAsync(clock, cancellation).ConfigureAwait(false);
            bool ours = File.Exists(state.Programs) || File.Exists(state.Network) || Directory.EnumerateFileSystemEntries(state.Path).All(entry => Path.GetFileName(entry) is "lock" or "hardware");
            if (!ours)
            {
                throw new SurroundingsException(string.Create(CultureInfo.InvariantCulture, $"{state.Path} holds something else than a network of this program. Choose another folder with --state."));
            }

            foreach (string entry in Directory.EnumerateFileSystemEntries(state.Path).Where(entry => Path.GetFileName(entry) is not ("lock" or "hardware")))
            {
                if (Directory.Exists(entry))
                {
                    Directory.Delete(entry, recursive: true);
                }
                else
                {
                    File.Delete(entry);
                }
            }
        }
    }
}
