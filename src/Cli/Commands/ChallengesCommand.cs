using System.CommandLine;
using Ait.Cli.Asking;
using Ait.Cli.Deploying;
using Ait.Cli.Surroundings;
using Ait.Protocol;

namespace Ait.Cli.Commands;

/// <summary>Class challenges from the chain: who had to prove a class, what its witnesses clocked, how it ended.</summary>
internal static class ChallengesCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var chain = new ChainOptions();
        var command = new Command("challenges", "List the class challenges: devices without evidence of their GPU that prove their class by time, and what their witnesses clocked.");
        chain.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            Screen screen = screenFor(parsed);
            (ChainAccess access, Deployment deployment) = await chain.OpenAsync(parsed, cancellation).ConfigureAwait(false);
            using (access)
            {
                Tell(screen, await ChallengeBook.ReadAsync(access, deployment.ChallengeRegistry, cancellation).ConfigureAwait(false));
                return ExitCode.Done;
            }
        });
        return command;
    }

    private static void Tell(Screen screen, IReadOnlyList<ChallengeLine> lines)
    {
        screen.Table(
            ["challenge", "class", "gpu", "memory", "deadline", "witnesses said", "state"],
            lines.Select(line => (IReadOnlyList<string>)[
                $"{line.Id}", $"{(DeviceClass)line.Record.Class}", $"{line.Record.GpuId.ToString()[..14]}…",
                $"{(double)line.Record.Terms.Tiles * line.Record.Terms.Width * line.Record.Terms.Width / 1e9:0.###} GB", $"{line.Record.Terms.DeadlineMillis} ms", line.Said, line.State]));
        foreach (ChallengeLine line in lines)
        {
            screen.Answer(line.ToJson());
        }
    }
}
