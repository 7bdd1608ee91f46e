using System.Collections.Immutable;

namespace Ait.Cli.Simulating;

/// <summary>Plays tasks on a network in memory: first every committee, then the blocks that carry them.</summary>
internal static class Simulation
{
    /// <summary>Above this share of its gas a chain is full.</summary>
    private const double Full = 0.9;

    internal static SimulationReport Run(SimulationOptions options, GasFigures gas, CancellationToken cancellation)
    {
        var roster = new SimulatedRoster(options);
        var outcomes = new CommitteeOutcome[(options.Tasks + options.TasksPerCommittee - 1) / options.TasksPerCommittee];
        int escalated = 0, voided = 0, won = 0;
        long seats = 0, honest = 0, unpaidHonest = 0, unpaidSlow = 0, escalationGas = 0;
        for (int i = 0; i < outcomes.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            CommitteeOutcome outcome = outcomes[i] = Committee.Draw(roster, options.Seed, i, out ImmutableArray<int> slots);
            escalated += outcome.Seats > 3 ? 1 : 0;
            voided += outcome.IsSettled ? 0 : 1;
            won += outcome.CartelWon ? 1 : 0;
            seats += slots.Length;
            escalationGas += EscalationGas(outcome, gas);
            bool paysRight = outcome.IsSettled && !outcome.CartelWon;
            for (int seat = 0; seat < slots.Length; seat++)
            {
                Conduct conduct = roster.ConductOf(slots[seat]);
                bool inTime = seat < outcome.Seats - 2 && outcome.Seats > 3;
                honest += conduct == Conduct.Honest ? 1 : 0;
                unpaidHonest += conduct == Conduct.Honest && !paysRight ? 1 : 0;
                unpaidSlow += conduct == Conduct.Slow && !(paysRight && inTime) ? 1 : 0;
            }
        }

        double batch = gas.Commit + gas.Pin + gas.Settle(options.Path, options.TasksPerBatch);
        double committeesPerBatch = (double)options.TasksPerBatch / options.TasksPerCommittee;
        double perCommittee = (batch / committeesPerBatch) + ((double)escalationGas / outcomes.Length);
        var load = new ChainLoad(
            (double)options.BlockGas / options.BlockTime,
            perCommittee / options.TasksPerCommittee,
            (double)seats / outcomes.Length * options.TaskSeconds,
            gas.Refresh);
        double settlementLoad = options.Gpus / load.GpusBySettlement;
        double refreshLoad = options.Gpus / load.GpusByRefresh;
        int chains = (int)Math.Ceiling((settlementLoad + refreshLoad) / Full);
        double tasksPerSecond = options.Gpus / load.SecondsPerTask / chains;
        double gasPerSecond = load.CapacityPerSecond * (1 - (refreshLoad / chains));
        double[] times = new Timeline(options, gas, outcomes, tasksPerSecond, gasPerSecond).Play(cancellation);
        Array.Sort(times);
        return new SimulationReport
        {
            Options = options,
            Load = load,
            Chains = chains,
            SettlementLoad = settlementLoad,
            RefreshLoad = refreshLoad,
            Committees = outcomes.Length,
            Escalated = escalated,
            Voided = voided,
            CartelWon = won,
            Expected = Expectation.Of(roster.Counts),
            HonestSeats = honest,
            UnpaidHonestSeats = unpaidHonest,
            UnpaidSlowSeats = unpaidSlow,
            MedianSecondsToPay = Percentile(times, 0.50),
            SlowestSecondsToPay = Percentile(times, 0.99),
        };
    }

    private static long EscalationGas(CommitteeOutcome outcome, GasFigures gas)
    {
        long total = outcome.Seats > 3 ? gas.EscalateThree + gas.PinEscalation : 0;
        total += outcome.Seats > 5 ? gas.EscalateFive : 0;
        return total + (outcome.IsSettled && outcome.Seats > 3 ? gas.SettleAt(outcome.Seats) : 0);
    }

    private static double? Percentile(double[] sorted, double share) =>
        sorted.Length == 0 ? null : sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
}
