using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Cli.Asking;
using Ait.Cli.Surroundings;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Cli.Commands;

/// <summary>The coordinator's tasks, newest first; whether one is settled is the chain's word.</summary>
internal static class TasksCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var options = new NetworkOptions();
        Option<int> limit = CommonOptions.Number("--limit", "N", 20, 1, 1000, "At most so many, newest first, 1 to 1000.");
        var command = new Command("tasks", "List tasks: phase, seats, what was paid, and why a seat was not.") { limit };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using NetworkAccess network = await options.OpenAsync(parsed, cancellation).ConfigureAwait(false);
            return await RunAsync(screenFor(parsed), network, parsed.GetValue(limit), cancellation).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> RunAsync(Screen screen, NetworkAccess network, int limit, CancellationToken cancellation)
    {
        TasksResponse tasks = await network.Coordinator.TasksAsync(limit, cancellation).ConfigureAwait(false);
        var rows = new List<IReadOnlyList<string>>();
        foreach (TaskResponse task in tasks.Tasks)
        {
            bool? settled = task.BatchId is { } batch
                ? (await network.MiningAsync("isSettled", cancellation, batch, task.Index).ConfigureAwait(false)).AsBoolean()
                : null;
            string minted = task.MintedWei is null ? "" : Amounts.Text(BigInteger.Parse(task.MintedWei, CultureInfo.InvariantCulture)) + " AIT";
            rows.Add(
            [
                Short(task.TaskId), task.BatchId is null ? "" : $"{task.BatchId}/{task.Index}", task.Phase.ToString(),
                new ComputeUnits(task.ComputeUnits).ToString(), task.Redeemer == Address.Zero ? "subsidised" : "redeemed",
                settled == true ? "yes" : "no", minted, string.Join(", ", task.Seats.Select(SeatText)),
            ]);
            JsonNode node = JsonSerializer.SerializeToNode(task, ProtocolJson.Default.TaskResponse) ?? new JsonObject();
            node["settledOnChain"] = settled;
            screen.Answer(node);
        }

        screen.Table(["task", "batch", "phase", "units", "paid by", "settled on chain", "minted", "seats"], rows);
        return ExitCode.Done;
    }

    private static string SeatText(TaskSeatResponse seat) =>
        seat.Reason == UnpaidReason.None ? $"{Short(seat.GpuId)} {seat.Phase}" : $"{Short(seat.GpuId)} unpaid: {seat.Reason}";

    private static string Short(Hash256 hash) => hash.ToString()[..10];
}
