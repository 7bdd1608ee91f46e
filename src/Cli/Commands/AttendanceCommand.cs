using System.CommandLine;
using Ait.Chain;
using Ait.Cli.Asking;
using Ait.Cli.Deploying;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Commands;

/// <summary>Devices that were reported as silent: for which seats, whether they are suspended for it, and until when. Only the chain is asked.</summary>
internal static class AttendanceCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var chain = new ChainOptions();
        var command = new Command("attendance", "List the devices that were reported for empty seats: how many count against them, who is suspended and until when.");
        chain.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            Screen screen = screenFor(parsed);
            (ChainAccess access, Deployment deployment) = await chain.OpenAsync(parsed, cancellation).ConfigureAwait(false);
            using (access)
            {
                Tell(screen, deployment.AttendanceRegistry == Address.Zero ? [] : await AttendanceBook.ReadAsync(access, deployment.AttendanceRegistry, cancellation).ConfigureAwait(false));
                return ExitCode.Done;
            }
        });
        return command;
    }

    private static void Tell(Screen screen, IReadOnlyList<AttendanceLine> lines)
    {
        screen.Table(
            ["gpu", "empty seats", "the last of task", "state"],
            lines.Select(line => (IReadOnlyList<string>)[
                $"{line.GpuId.ToString()[..14]}…", $"{line.Open.Length}", line.Open.IsEmpty ? "" : $"{line.Open[^1].TaskId.ToString()[..14]}…", line.State]));
        foreach (AttendanceLine line in lines)
        {
            screen.Answer(line.ToJson());
        }
    }
}
