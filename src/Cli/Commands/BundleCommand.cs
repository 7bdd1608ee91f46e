using System.CommandLine;
using System.Text.Json.Nodes;
using Ait.Audit.Bundling;
using Ait.Chain;
using Ait.Cli.Asking;
using Ait.Cli.Deploying;
using Ait.Cli.Surroundings;
using Ait.Protocol;

namespace Ait.Cli.Commands;

/// <summary>Writes a settled task's proof into one file.</summary>
internal static class BundleCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var chain = new ChainOptions();
        var task = new Argument<string>("TASK") { Description = "The task's id; an answer of the API names it as task_id." };
        var batch = new Option<ulong?>("--batch") { Description = "The task's batch, which shortens the search on a chain with many settlements.", HelpName = "NUMBER" };
        var workload = new Option<string?>("--workload") { Description = "Encoding of the workload in hexadecimal, as POST /v1/quotes gave it, to go into the file for all to see; of a confidential one, the sealed form.", HelpName = "HEX" };
        var output = new Option<string?>("--out", "-o") { Description = "Where to write it (default: TASK.bundle.json).", HelpName = "FILE" };
        var command = new Command("bundle", "Write a settled task's proof, from the hardware's evidence to the mint, into one file; `ait verify bundle` checks it offline.") { task, batch, workload, output };
        chain.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            Screen screen = screenFor(parsed);
            Hash256 id = SeatsCommand.ParseHash("TASK", parsed.GetRequiredValue(task));
            Workload? ran = parsed.GetValue(workload) is { } hex ? Decode(hex) : null;
            (ChainAccess access, Deployment deployment) = await chain.OpenAsync(parsed, cancellation).ConfigureAwait(false);
            using (access)
            {
                WrittenBundle written = await new BundleWriter(access.Client, deployment.AuditScope).WriteAsync(id, parsed.GetValue(batch), ran, cancellation).ConfigureAwait(false);
                ReadOnlyMemory<byte> bundle = written.Json ?? throw new RefusedException($"{written.Fault}, on chain {access.ChainId}. `ait tasks` says where tasks stand.");
                string path = parsed.GetValue(output) ?? $"{id}.bundle.json";
                await File.WriteAllBytesAsync(path, bundle, cancellation).ConfigureAwait(false);
                screen.Say($"{bundle.Length:N0} bytes in {path}; check them with `ait verify bundle {path}`");
                screen.Answer(new JsonObject { ["taskId"] = id.ToString(), ["file"] = path, ["bytes"] = bundle.Length });
                return ExitCode.Done;
            }
        });
        return command;
    }

    private static Workload Decode(string hex)
    {
        ProtocolRefusal? refusal = null;
        return Hex.TryDecode(hex, out byte[]? bytes) && Workload.TryParse(bytes, out Workload? workload, out refusal)
            ? workload
            : throw new SurroundingsException($"--workload wants the encoding of a workload in hexadecimal: {refusal?.ToString() ?? $"found {hex.Length} other characters"}.");
    }
}
