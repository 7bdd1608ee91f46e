using System.Globalization;
using Ait.Protocol;

namespace Ait.Cli.Simulating;

/// <summary>A network and what is to be simulated on it.</summary>
internal sealed record SimulationOptions
{
    internal const int MostGpus = 10_000_000;
    internal const int MostTasks = 2_000_000;

    /// <summary>The most GPUs under one host chip, as deployed.</summary>
    internal const int MostPerChip = 8;

    /// <summary>Seconds that a task may live on chain.</summary>
    internal const int LongestLife = 12 * 3600;

    /// <summary>GPUs in the roster.</summary>
    internal required int Gpus { get; init; }

    /// <summary>Accounts among which the host chips are divided evenly.</summary>
    internal required int Operators { get; init; }

    /// <summary>Share of the devices that agree on one wrong result, 0 to 1.</summary>
    internal required double Cartel { get; init; }

    /// <summary>Share of the devices that never answer.</summary>
    internal required double Silent { get; init; }

    /// <summary>Share of the devices that answer wrongly, each in its own way.</summary>
    internal required double Lying { get; init; }

    /// <summary>Share of the devices that answer one escalation late.</summary>
    internal required double Slow { get; init; }

    /// <summary>Tasks to play.</summary>
    internal required int Tasks { get; init; }

    internal required SettlementPath Path { get; init; }

    /// <summary>Gas of a block.</summary>
    internal required int BlockGas { get; init; }

    /// <summary>Seconds from block to block.</summary>
    internal required int BlockTime { get; init; }

    /// <summary>Seconds that a task takes on a device.</summary>
    internal required int TaskSeconds { get; init; }

    internal required int Seed { get; init; }

    /// <summary>Operators where none are named: one for every hundred GPUs, and enough for every seat that a task may come to.</summary>
    internal static int OperatorsOf(int gpus) => Math.Max(SeatDraw.MostSeats, gpus / 100);

    /// <summary>Tasks that one commitment brings.</summary>
    internal int TasksPerBatch => Path switch
    {
        SettlementPath.Single => 1,
        SettlementPath.Batch => GasFigures.HundredTasks,
        _ => GasFigures.EpochTasks,
    };

    /// <summary>Tasks that share one committee.</summary>
    internal int TasksPerCommittee => Path == SettlementPath.Epoch ? GasFigures.EpochTasks : 1;

    /// <summary>Seconds that a committee works: device time, as the contract counts it.</summary>
    internal long CommitteeSeconds => (long)TasksPerCommittee * TaskSeconds;

    /// <summary>Seconds after which silence escalates: a third of the task's life, time to work twice.</summary>
    internal long Third => (2 * CommitteeSeconds) + 60;

    /// <summary>One sentence about what makes no sense; null if all does.</summary>
    internal string? Check()
    {
        double shares = Cartel + Silent + Lying + Slow;
        // Rounding to whole devices must not take more than there are.
        if (shares > 1 + 1e-9)
        {
            return Text($"expected shares of cartel, silent, lying and slow devices of 1 at most together, found {shares:0.###}: lower one of them");
        }

        if (Gpus < Operators)
        {
            return Text($"expected at least one GPU for each of the {Operators} operators, found {Gpus}: give --operators at most the number of GPUs");
        }

        if (3 * Third > LongestLife)
        {
            long most = ((LongestLife / 3) - 60) / (2L * TasksPerCommittee);
            return Text($"expected tasks of at most {most} s on this path, where {TasksPerCommittee} go to one committee and live twelve hours at most, found {TaskSeconds} s: lower --task-seconds or take another --path");
        }

        return BlockGas < LeastBlockGas
            ? Text($"expected blocks of at least {LeastBlockGas} gas, which the dearest transaction of all paths takes, found {BlockGas}: raise --block-gas")
            : null;
    }

    private static int LeastBlockGas => (int)Math.Max(GasFigures.Committed.SettleHundred, GasFigures.Committed.Refresh);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
