using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Ait.Cli.Simulating;
using Ait.Cli.Surroundings;
using Ait.Protocol;

namespace Ait.Cli.Commands;

/// <summary>Plays a network of any size in memory and says what its chain has to carry and who gets paid.</summary>
internal static class SimulateCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        Option<int> gpus = CommonOptions.Number("--gpus", "N", 1_000_000, SeatDraw.MostSeats, SimulationOptions.MostGpus, "GPUs in the roster, at most 8 to a host chip.");
        var operators = new Option<int?>("--operators") { Description = "Operators, among whom the host chips are divided evenly (default: one for every hundred GPUs, at least 7).", HelpName = "N" };
        operators.Validators.Add(result =>
        {
            string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < SeatDraw.MostSeats)
            {
                result.AddError($"--operators wants a number from {SeatDraw.MostSeats}, one for every seat that a task may come to, found: '{text}'.");
            }
        });
        Option<double> cartel = Share("--cartel", "Share of the devices that agree on one wrong result.");
        Option<double> silent = Share("--silent", "Share of the devices that never answer.");
        Option<double> lying = Share("--lying", "Share of the devices that answer wrongly, each in its own way.");
        Option<double> slow = Share("--slow", "Share of the devices that answer rightly, but one escalation late.");
        Option<int> tasks = CommonOptions.Number("--tasks", "N", 100_000, 1, SimulationOptions.MostTasks, "Tasks to play.");
        var path = new Option<string?>("--path") { Description = "How tasks are settled: single, batch (a hundred), epoch (256 small ones by one committee); default: all three, side by side.", HelpName = "PATH" };
        path.AcceptOnlyFromAmong([.. Enum.GetValues<SettlementPath>().Select(Name)]);
        Option<int> blockGas = CommonOptions.Number("--block-gas", "GAS", 15_000_000, 1, 2_000_000_000, "Gas of a block.");
        Option<int> blockTime = CommonOptions.Number("--block-time", "SECONDS", 2, 1, 60, "Seconds from block to block.");
        Option<int> taskSeconds = CommonOptions.Number("--task-seconds", "SECONDS", 15, 1, 3600, "Seconds that a task takes on a device; every GPU is busy all day.");
        Option<int> seed = CommonOptions.Number("--seed", "N", 1, 0, int.MaxValue, "The same seed, the same answer.");
        var command = new Command("simulate", "Play a network of up to ten million GPUs in memory: gas, load of the chain, time to pay, and what silent, lying and colluding devices achieve.")
        {
            gpus, operators, cartel, silent, lying, slow, tasks, path, blockGas, blockTime, taskSeconds, seed,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            string? only = parsed.GetValue(path);
            SimulationOptions[] all =
            [
                .. Enum.GetValues<SettlementPath>().Where(each => only is null || only == Name(each)).Select(each => new SimulationOptions
                {
                    Gpus = parsed.GetValue(gpus),
                    Operators = parsed.GetValue(operators) ?? SimulationOptions.OperatorsOf(parsed.GetValue(gpus)),
                    Cartel = parsed.GetValue(cartel),
                    Silent = parsed.GetValue(silent),
                    Lying = parsed.GetValue(lying),
                    Slow = parsed.GetValue(slow),
                    Tasks = parsed.GetValue(tasks),
                    Path = each,
                    BlockGas = parsed.GetValue(blockGas),
                    BlockTime = parsed.GetValue(blockTime),
                    TaskSeconds = parsed.GetValue(taskSeconds),
                    Seed = parsed.GetValue(seed),
                }),
            ];
            if (all.Select(options => options.Check()).FirstOrDefault(fault => fault is not null) is { } fault)
            {
                throw new SurroundingsException($"{fault}.");
            }

            SimulationReport[] reports = await Task.Run(
                () => all.Select(options => Simulation.Run(options, GasFigures.Committed, cancellation)).ToArray(), cancellation).ConfigureAwait(false);
            return Tell(screenFor(parsed), reports);
        });
        return command;
    }

    private static Option<double> Share(string name, string description)
    {
        var option = new Option<double>(name) { Description = description, HelpName = "SHARE" };
        option.CustomParser = result =>
        {
            string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double share) && share is >= 0 and <= 1)
            {
                return share;
            }

            result.AddError($"{name} wants a share from 0 to 1, found: '{text}'.");
            return 0;
        };
        return option;
    }

    private static int Tell(Screen screen, SimulationReport[] reports)
    {
        SimulationOptions options = reports[0].Options;
        screen.Say(Text($"{options.Gpus:N0} GPUs of {options.Operators:N0} operators, busy with tasks of {options.TaskSeconds} s; a chain of {options.BlockGas:N0} gas in {options.BlockTime} s; {options.Tasks:N0} tasks played, seed {options.Seed}"));
        List<(string What, string Value)>[] columns = [.. reports.Select(Column)];
        screen.Table(
            ["tasks settled", .. reports.Select(report => Name(report.Options.Path))],
            columns[0].Select((row, i) => (IReadOnlyList<string>)[row.What, .. columns.Select(column => column[i].Value)]));
        foreach (SimulationReport report in reports)
        {
            screen.Answer(Node(report));
        }

        return ExitCode.Done;
    }

    private static List<(string What, string Value)> Column(SimulationReport report)
    {
        ChainLoad load = report.Load;
        double committees = report.Committees;
        return
        [
            ("gas of settlement per task", Text($"{load.GasPerTask:N0}")),
            ("gas of refresh per GPU and day", Text($"{load.RefreshGas:N0}")),
            ("load of one chain by settlement", Text($"{100 * report.SettlementLoad:N1} %")),
            ("load of one chain by refresh", Text($"{100 * report.RefreshLoad:N1} %")),
            ("GPUs one chain carries by settlement", Text($"{Math.Floor(load.GpusBySettlement):N0}")),
            ("GPUs one chain carries by refresh", Text($"{Math.Floor(load.GpusByRefresh):N0}")),
            ("GPUs one chain carries with both", Text($"{Math.Floor(load.GpusByBoth):N0}")),
            ("the ceiling", Ceiling(load)),
            ("refresh is it for tasks from", Text($"{load.BreakEvenSeconds(report.Options.TaskSeconds):N1} s")),
            ("chains needed", Text($"{report.Chains:N0}")),
            ("time to pay, p50", Seconds(report.MedianSecondsToPay)),
            ("time to pay, p99", Seconds(report.SlowestSecondsToPay)),
            ("escalated", Percent(report.Escalated / committees)),
            ("void", Percent(report.Voided / committees)),
            ("void, expected", Percent(report.Expected.Void)),
            ("won by the cartel", Percent(report.CartelWon / committees)),
            ("won by the cartel, expected", Percent(report.Expected.CartelWins)),
            ("honest seats unpaid", Text($"{report.UnpaidHonestSeats:N0} of {report.HonestSeats:N0}")),
            ("slow seats unpaid", Text($"{report.UnpaidSlowSeats:N0}")),
        ];
    }

    private static JsonObject Node(SimulationReport report)
    {
        (SimulationOptions options, ChainLoad load) = (report.Options, report.Load);
        double committees = report.Committees;
        return new JsonObject
        {
            ["gpus"] = options.Gpus,
            ["operators"] = options.Operators,
            ["cartel"] = options.Cartel,
            ["silent"] = options.Silent,
            ["lying"] = options.Lying,
            ["slow"] = options.Slow,
            ["tasks"] = options.Tasks,
            ["path"] = Name(options.Path),
            ["blockGas"] = options.BlockGas,
            ["blockTime"] = options.BlockTime,
            ["taskSeconds"] = options.TaskSeconds,
            ["seed"] = options.Seed,
            ["gasPerTask"] = load.GasPerTask,
            ["refreshGas"] = load.RefreshGas,
            ["settlementLoad"] = report.SettlementLoad,
            ["refreshLoad"] = report.RefreshLoad,
            ["gpusBySettlement"] = Math.Floor(load.GpusBySettlement),
            ["gpusByRefresh"] = Math.Floor(load.GpusByRefresh),
            ["gpusByBoth"] = Math.Floor(load.GpusByBoth),
            ["ceiling"] = Ceiling(load),
            ["breakEvenSeconds"] = load.BreakEvenSeconds(options.TaskSeconds),
            ["chains"] = report.Chains,
            ["medianSecondsToPay"] = report.MedianSecondsToPay,
            ["p99SecondsToPay"] = report.SlowestSecondsToPay,
            ["committees"] = report.Committees,
            ["escalatedShare"] = report.Escalated / committees,
            ["voidShare"] = report.Voided / committees,
            ["expectedVoidShare"] = report.Expected.Void,
            ["cartelShare"] = report.CartelWon / committees,
            ["expectedCartelShare"] = report.Expected.CartelWins,
            ["honestSeats"] = report.HonestSeats,
            ["unpaidHonestSeats"] = report.UnpaidHonestSeats,
            ["unpaidSlowSeats"] = report.UnpaidSlowSeats,
        };
    }

    private static string Seconds(double? seconds) => seconds is { } value ? Text($"{value:N1} s") : "nothing was paid";

    private static string Percent(double share) => Text($"{100 * share:N3} %");

    private static string Ceiling(ChainLoad load) => load.RefreshIsTheCeiling ? "refresh" : "settlement";

    private static string Name(SettlementPath path) => path switch
    {
        SettlementPath.Single => "single",
        SettlementPath.Batch => "batch",
        _ => "epoch",
    };

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
