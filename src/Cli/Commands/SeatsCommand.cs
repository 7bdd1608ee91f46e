using System.CommandLine;
using System.Text.Json.Nodes;
using Ait.Audit;
using Ait.Chain;
using Ait.Cli.Asking;
using Ait.Cli.Deploying;
using Ait.Cli.Surroundings;
using Ait.Protocol;

namespace Ait.Cli.Commands;

/// <summary>Draws a settled task's seats again from the chain alone and holds them against what was settled.</summary>
internal static class SeatsCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var chain = new ChainOptions();
        var task = new Argument<string>("TASK") { Description = "The task's id, as `ait tasks` and the contract's events have it." };
        var command = new Command("seats", "Draw a settled task's seats again, from the chain alone: roster as of the commitment, hash of the seed block, revealed secret.") { task };
        chain.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            Screen screen = screenFor(parsed);
            Hash256 id = ParseHash("TASK", parsed.GetRequiredValue(task));
            (ChainAccess access, Deployment deployment) = await chain.OpenAsync(parsed, cancellation).ConfigureAwait(false);
            using (access)
            {
                AuditReport report = await Auditor.AuditAsync(
                    access.Client, deployment.AuditScope, null, checksEvidence: false, line => screen.Progress($"  … {line}"), cancellation).ConfigureAwait(false);
                return Tell(screen, report, id);
            }
        });
        return command;
    }

    internal static Hash256 ParseHash(string name, string text) =>
        Hash256.TryParse(text, out Hash256 hash) ? hash : throw new SurroundingsException($"{name} wants 32 bytes of hex, found: '{text}'.");

    internal static SettledTask? Find(AuditReport report, Hash256 id) => report.Tasks.FirstOrDefault(task => task.TaskId == id);

    private static int Tell(Screen screen, AuditReport report, Hash256 id)
    {
        SettledTask task = Find(report, id)
            ?? throw new RefusedException($"task {id} has not settled on this chain up to block {report.ToBlock}. Seats can be drawn again once the secret is revealed, which the settlement does; `ait tasks` says where it stands.");
        bool agrees = task.Seats.All(seat => seat.Drawn == seat.Settled);
        screen.Say($"task {task.TaskId}, position {task.Index} of batch {task.BatchId}, settled in block {task.Block} by {task.Transaction}");
        screen.Say($"  roster as of block {task.CommitBlock}: {task.RosterLength} slots");
        screen.Say($"  seed: keccak256({task.SeatSecret}, {task.SeedBlockHash} of block {task.SeedBlock})");
        screen.Say(task.IsAudited ? "  audited: it settled only because a seat above 2 agreed" : "  not audited: three seats were enough");
        screen.Table(
            ["seat", "slot drawn", "slot settled", "GPU", "class", "operator", "outcome"],
            task.Seats.Select(seat => (IReadOnlyList<string>)[
                $"{seat.Seat}", $"{seat.Drawn}", $"{seat.Settled}", $"{seat.GpuId.ToString()[..14]}…", $"{seat.DeviceClass}", $"{seat.Operator}", Outcome(seat.Code)]));
        screen.Say(agrees ? "  the draw leads to the seats that were settled" : "  THE DRAW LEADS TO OTHER SEATS THAN WERE SETTLED");
        screen.Answer(new JsonObject
        {
            ["taskId"] = task.TaskId.ToString(),
            ["batchId"] = task.BatchId,
            ["index"] = task.Index,
            ["commitBlock"] = task.CommitBlock,
            ["rosterLength"] = task.RosterLength,
            ["seedBlock"] = task.SeedBlock,
            ["seedBlockHash"] = task.SeedBlockHash.ToString(),
            ["seatSecret"] = task.SeatSecret.ToString(),
            ["audited"] = task.IsAudited,
            ["agrees"] = agrees,
            ["seats"] = new JsonArray([.. task.Seats.Select(seat => (JsonNode)new JsonObject
            {
                ["seat"] = seat.Seat,
                ["drawn"] = seat.Drawn,
                ["settled"] = seat.Settled,
                ["gpuId"] = seat.GpuId.ToString(),
                ["class"] = seat.DeviceClass.ToString(),
                ["operator"] = seat.Operator.ToString(),
                ["code"] = seat.Code,
                ["outcome"] = Outcome(seat.Code),
            })]),
        });
        return agrees ? ExitCode.Done : ExitCode.Refused;
    }

    private static string Outcome(byte code) => UnpaidReasons.OfCode(code) is var reason && reason == UnpaidReason.None ? "paid" : $"{reason}";
}
