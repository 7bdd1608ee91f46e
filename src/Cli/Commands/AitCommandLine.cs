using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Cli.Asking;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Commands;

/// <summary>The command tree, and the one place where faults become a sentence and an exit code.</summary>
public static class AitCommandLine
{
    /// <summary>How long a command may take to end cleanly after Ctrl-C.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private static readonly Func<Func<ParseResult, Screen>, Command>[] s_commands =
    [
        DemoCommand.Build,
        UpCommand.Build,
        StatusCommand.Build,
        DevicesCommand.Build,
        ChallengesCommand.Build,
        AttendanceCommand.Build,
        TasksCommand.Build,
        BalanceCommand.Build,
        RedeemCommand.Build,
        OpenCommand.Build,
        CreditCommand.Build,
        BondCommand.Build,
        LetterCommand.Build,
        SlashCommand.Build,
        KeyCommand.Build,
        AskCommand.Build,
        QueueCommand.Build,
        DexCommand.Build,
        VoteCommand.Build,
        AuditCommand.Build,
        SeatsCommand.Build,
        WhyCommand.Build,
        BundleCommand.Build,
        VerifyCommand.Build,
        ModelCommand.Build,
        ChatCommand.Build,
        BenchCommand.Build,
        TrainCommand.Build,
        BisectCommand.Build,
        SimulateCommand.Build,
        DeployCommand.Build,
        PublishCommand.Build,
        DoctorCommand.Build,
    ];

    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        // The hosts answer for their own flags, so their command lines are handed over untouched.
        if (args.Count > 0 && HostCommand.TryFind(args[0], out HostCommand? host))
        {
            return Guard(new Screen(json: false, output, errors), () => host.Become([.. args.Skip(1)]));
        }

        Command root = Build(output, errors);
        ParseResult parsed = root.Parse(args);
        var screen = new Screen(parsed.GetValue(CommonOptions.Json), output, errors);
        if (parsed.Errors.Count > 0)
        {
            return Refuse(screen, Sentence(parsed), ExitCode.Surroundings);
        }

        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = errors,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = Patience,
        };
        try
        {
            return await parsed.InvokeAsync(configuration, cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (Explain(fault) is { } explained)
        {
            return Refuse(screen, explained.Sentence, explained.Code);
        }
    }

    internal static Command Build(TextWriter output, TextWriter errors)
    {
        var root = new Command("ait", "AIT: a token minted only for verified GPU work. Start with `ait demo`, or `ait up` for a network that stays.")
        {
            CommonOptions.Json,
            new HelpOption(),
            new VersionOption(),
        };
        Screen For(ParseResult parsed) => new(parsed.GetValue(CommonOptions.Json), output, errors);
        foreach (Func<Func<ParseResult, Screen>, Command> build in s_commands)
        {
            root.Add(build(For));
        }

        foreach (HostCommand host in HostCommand.All)
        {
            root.Add(host.Describe());
        }

        return root;
    }

    /// <summary>Faults of the world become one sentence; ours are not caught, so that they show where they come from.</summary>
    private static (string Sentence, int Code)? Explain(Exception fault) => fault switch
    {
        SurroundingsException => (fault.Message, ExitCode.Surroundings),
        RefusedException or CoordinatorRefusedException => (fault.Message, ExitCode.Refused),
        ContractRevertedException => ($"the contract refuses: {fault.Message}. Check the addresses in deployment.json.", ExitCode.Refused),
        RpcException => ($"the chain's node gave no usable answer: {fault.Message} Check the node and --rpc.", ExitCode.Surroundings),
        OperationCanceledException => ("interrupted.", ExitCode.Interrupted),
        HttpRequestException => ($"a server did not answer: {fault.Message}. Check that the network runs (`ait status`) and the URL is right.", ExitCode.Surroundings),
        UnauthorizedAccessException => ($"access is denied: {fault.Message} Check the file's owner and mode.", ExitCode.Surroundings),
        IOException => ($"a file cannot be read or written: {fault.Message} Check the path and the free disk space.", ExitCode.Surroundings),
        _ => null,
    };

    private static int Guard(Screen screen, Func<int> action)
    {
        try
        {
            return action();
        }
        catch (Exception fault) when (Explain(fault) is { } explained)
        {
            return Refuse(screen, explained.Sentence, explained.Code);
        }
    }

    private static string Sentence(ParseResult parsed)
    {
        var path = new List<string>();
        for (SymbolResult? at = parsed.CommandResult; at is CommandResult command; at = at.Parent)
        {
            path.Insert(0, command.Command.Name);
        }

        // "Required command was not provided" hides the word that was not understood.
        ParseError error = parsed.Errors.FirstOrDefault(candidate => candidate.Message.StartsWith("Unrecognized", StringComparison.Ordinal)) ?? parsed.Errors[0];
        string message = string.Join(' ', error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return $"{message} Run `{string.Join(' ', path)} --help` for what is accepted.";
    }

    private static int Refuse(Screen screen, string sentence, int code)
    {
        screen.Complain($"ait: {sentence}");
        screen.Answer(new JsonObject { ["error"] = sentence, ["exitCode"] = code });
        return code;
    }
}
