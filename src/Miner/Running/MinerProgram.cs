using System.Reflection;
using Ait.Miner.Configuring;
using Ait.Miner.Diagnosing;
using Ait.Miner.Reporting;

namespace Ait.Miner.Running;

/// <summary>From the command line to an exit code.</summary>
internal static class MinerProgram
{
    public static string Version { get; } =
        typeof(MinerProgram).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        TextWriter output,
        TextWriter error,
        CancellationToken draining)
    {
        switch (OptionsReader.Read(arguments, environment))
        {
            case OptionsOutcome.Information { Command: MinerCommand.Version }:
                await output.WriteLineAsync($"Ait.Miner {Version}").ConfigureAwait(false);
                return ExitCode.Done;
            case OptionsOutcome.Refused refused:
                foreach (OptionFault fault in refused.Faults)
                {
                    await error.WriteLineAsync($"Ait.Miner: {fault}").ConfigureAwait(false);
                }

                return ExitCode.Surroundings;
            case OptionsOutcome.Machine machine:
                return MachineDoctor.Run(MachineDoctor.ReadThisMachine(), Reporter(machine.Json, output));
            case OptionsOutcome.Accepted accepted:
                return await RunAsync(accepted, output, draining).ConfigureAwait(false);
            default:
                await output.WriteAsync(Options.Usage()).ConfigureAwait(false);
                return ExitCode.Done;
        }
    }

    private static IReporter Reporter(bool json, TextWriter output) =>
        json ? new JsonReporter(output, TimeProvider.System) : new SentenceReporter(output, TimeProvider.System);

    private static async Task<int> RunAsync(OptionsOutcome.Accepted accepted, TextWriter output, CancellationToken draining)
    {
        TimeProvider clock = TimeProvider.System;
        IReporter reporter = Reporter(accepted.Options.Json, output);
        try
        {
            return accepted.Command == MinerCommand.Doctor
                ? await new Doctor(accepted.Options, reporter, clock).RunAsync(draining).ConfigureAwait(false)
                : await new MinerSession(accepted.Options, reporter, clock).RunAsync(draining).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (draining.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception exception)
        {
            reporter.Report(MinerEvents.Failed("The miner", exception));
            return ExitCode.Surroundings;
        }
    }
}
