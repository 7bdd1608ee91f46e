using System.Reflection;
using Ait.Miner.Collecting;
using Ait.Miner.Configuring;
using Ait.Miner.Diagnosing;
using Ait.Miner.Reporting;
using Ait.Miner.Serving;

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
            case OptionsOutcome.Service asked:
                return MinerService.Run(asked, environment, output, error);
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
            switch (accepted.Command)
            {
                case MinerCommand.Doctor:
                    return await new Doctor(accepted.Options, reporter, clock).RunAsync(draining).ConfigureAwait(false);
                case MinerCommand.Up:
                    int preflight = await new Doctor(accepted.Options, reporter, clock).RunAsync(draining).ConfigureAwait(false);
                    return preflight == ExitCode.Done ? await MineInViewAsync(accepted.Options, reporter, output, clock, draining).ConfigureAwait(false) : preflight;
                default:
                    return await new MinerSession(accepted.Options, reporter, clock).RunAsync(draining).ConfigureAwait(false);
            }
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

    /// <summary>On a terminal the process is shown as it stands; into a file or a program it says what happens, line by line.</summary>
    private static async Task<int> MineInViewAsync(MinerOptions options, IReporter lines, TextWriter output, TimeProvider clock, CancellationToken draining)
    {
        if (options.Json || output != Console.Out || Console.IsOutputRedirected)
        {
            return await new MinerSession(options, lines, clock).RunAsync(draining).ConfigureAwait(false);
        }

        IGpuDriver[] drivers = [new NvidiaDriver(), new AmdDriver()];
        var live = new LiveReporter(
            output, () => (Console.WindowWidth, Console.WindowHeight),
            () => drivers.Select(driver => driver.ReadTemperature(options.GpuUuid)).FirstOrDefault(celsius => celsius is not null), clock);
        void Restore(object? sender, EventArgs ended) => live.End(); // The second Ctrl-C ends the process from outside.
        AppDomain.CurrentDomain.ProcessExit += Restore;
        await using (live.ConfigureAwait(false))
        {
            try
            {
                return await new MinerSession(options, live, clock).RunAsync(draining).ConfigureAwait(false);
            }
            finally
            {
                AppDomain.CurrentDomain.ProcessExit -= Restore;
            }
        }
    }
}
