using System.Collections.Immutable;
using Ait.Cli.Simulating;
using Ait.Protocol;

namespace Ait.Cli.Tests.Simulating;

public sealed class SimulationTests
{
    private static readonly SimulationOptions s_honest = new()
    {
        Gpus = 20_000,
        Operators = 200,
        Cartel = 0,
        Silent = 0,
        Lying = 0,
        Slow = 0,
        Tasks = 4_000,
        Path = SettlementPath.Batch,
        BlockGas = 15_000_000,
        BlockTime = 2,
        TaskSeconds = 15,
        Seed = 7,
    };

    public static TheoryData<string> Paths { get; } = new(Enum.GetNames<SettlementPath>());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Run_givesTheSameReportForTheSameSeedAndAnotherForAnother()
    {
        SimulationOptions mixed = s_honest with { Cartel = 0.2, Silent = 0.1, Lying = 0.05, Slow = 0.05 };
        Assert.Equal(Run(mixed), Run(mixed));
        Assert.NotEqual(Run(mixed) with { Options = mixed }, Run(mixed with { Seed = 8 }) with { Options = mixed });
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Run_voidsNothingAndPaysEverySeatIfAllAreHonest(string path)
    {
        SimulationReport report = Run(s_honest with { Path = Enum.Parse<SettlementPath>(path) });
        Assert.Equal((0, 0, 0), (report.Voided, report.Escalated, report.CartelWon));
        Assert.Equal((3L * report.Committees, 0L, 0L), (report.HonestSeats, report.UnpaidHonestSeats, report.UnpaidSlowSeats));
        Assert.Equal((0, 0), (report.Expected.Void, report.Expected.CartelWins));
    }

    /// <summary>With the honest and the cartel alone two of three always agree: three seats without replacement decide.</summary>
    [Theory]
    [InlineData(0.05)]
    [InlineData(0.2)]
    [InlineData(0.5)]
    public void Run_letsTheCartelWinAsOftenAsTheHypergeometricLawSays(double share)
    {
        SimulationReport report = Run(s_honest with { Cartel = share, Tasks = 20_000 });
        double n = s_honest.Gpus;
        double k = Math.Round(share * n);
        double analytic = ((3 * k * (k - 1) * (n - k)) + (k * (k - 1) * (k - 2))) / (n * (n - 1) * (n - 2));
        Assert.Equal(analytic, report.Expected.CartelWins, 1e-12);
        AssertWithinFiveSigma(analytic, report.CartelWon, report.Committees);
        Assert.Equal(0, report.Escalated);
    }

    [Fact]
    public void Run_voidsAndEscalatesAsOftenAsTheLawSaysIfManyAreSilentAndLie()
    {
        SimulationReport report = Run(s_honest with { Cartel = 0.15, Silent = 0.2, Lying = 0.15, Slow = 0.1, Tasks = 20_000 });
        AssertWithinFiveSigma(report.Expected.CartelWins, report.CartelWon, report.Committees);
        AssertWithinFiveSigma(report.Expected.Void, report.Voided, report.Committees);
        Assert.True(report.UnpaidHonestSeats > 0 && report.UnpaidSlowSeats > 0, "somebody goes unpaid");
        Assert.InRange(report.Escalated, report.Voided + 1, report.Committees - 1);
    }

    /// <summary>Silence alone is a binomial sum over the seats that answer: nobody else can be agreed with.</summary>
    [Fact]
    public void Expectation_ofSilenceIsTheHypergeometricTail()
    {
        // Void: fewer than 2 of the first 3, fewer than 3 of the first 5, fewer than 4 of 7 answer. 3 of 7 GPUs are honest: seven seats
        // have all of them, so only their order counts. Every order of 3 in 7 places is as likely.
        int voids = 0;
        int orders = 0;
        for (int bits = 0; bits < 128; bits++)
        {
            if (int.PopCount(bits) == 3)
            {
                orders++;
                voids += int.PopCount(bits & 0b111) < 2 && int.PopCount(bits & 0b11111) < 3 ? 1 : 0;
            }
        }

        Assert.Equal((double)voids / orders, Expectation.Of([3, 0, 4, 0, 0]).Void, 1e-12);
    }

    [Fact]
    public void Run_makesNobodyWaitForLessThanTheWorkAndTheSilentThirdForTheirEscalation()
    {
        SimulationReport honest = Run(s_honest);
        // Commitment, seed two blocks behind it, pin, the work, settlement.
        Assert.InRange(honest.MedianSecondsToPay!.Value, s_honest.TaskSeconds + (4 * s_honest.BlockTime), s_honest.Third);
        SimulationReport silent = Run(s_honest with { Silent = 0.3 });
        Assert.InRange(silent.SlowestSecondsToPay!.Value, s_honest.Third, SimulationOptions.LongestLife);
        Assert.True(silent.Load.GasPerTask > honest.Load.GasPerTask, "escalations cost gas");
    }

    [Fact]
    public void Run_needsMoreChainsForMoreGpusAndNoneAboveNineTenths()
    {
        foreach (int gpus in new[] { 1_000, 50_000, 1_000_000 })
        {
            SimulationReport report = Run(s_honest with { Gpus = gpus, Tasks = 500 });
            double load = report.SettlementLoad + report.RefreshLoad;
            Assert.InRange(load / report.Chains, 0, 0.9);
            Assert.True(report.Chains == 1 || load / (report.Chains - 1) > 0.9, "no chain too many");
            Assert.Equal(gpus / report.Load.GpusByBoth, load, 1e-9 * load);
        }
    }

    [Fact]
    public void Run_paysNothingIfNobodyAnswers()
    {
        SimulationReport report = Run(s_honest with { Silent = 1, Tasks = 200 });
        Assert.Equal(report.Committees, report.Voided);
        Assert.Null(report.MedianSecondsToPay);
        Assert.Equal(1, report.Expected.Void, 1e-12);
    }

    [Theory]
    [InlineData(8, 7, 0.4)]
    [InlineData(90, 9, 0.5)]
    [InlineData(20_000, 200, 0.3)]
    public void Draw_seatsNoOperatorHostChipOrDeviceTwice(int gpus, int operators, double silent)
    {
        var roster = new SimulatedRoster(s_honest with { Gpus = gpus, Operators = operators, Silent = silent });
        int most = 0;
        for (int number = 0; number < 300; number++)
        {
            Committee.Draw(roster, 3, number, out ImmutableArray<int> slots);
            most = Math.Max(most, slots.Length);
            Assert.Equal(slots.Length, slots.Distinct().Count());
            Assert.Equal(slots.Length, slots.Select(roster.ChipOf).Distinct().Count());
            Assert.Equal(slots.Length, slots.Select(roster.OperatorOf).Distinct().Count());
        }

        Assert.Equal(7, most);
    }

    [Theory]
    [InlineData(8, 7)]
    [InlineData(90, 9)]
    [InlineData(20_000, 200)]
    public void Roster_putsAtMostEightGpusOnAChipAndGivesEveryOperatorOne(int gpus, int operators)
    {
        var roster = new SimulatedRoster(s_honest with { Gpus = gpus, Operators = operators, Cartel = 0.25 });
        var perChip = Enumerable.Range(0, gpus).GroupBy(roster.ChipOf).ToList();
        Assert.All(perChip, chip => Assert.InRange(chip.Count(), 1, 8));
        Assert.All(perChip, chip => Assert.Single(chip.Select(roster.OperatorOf).Distinct()));
        Assert.Equal(operators, Enumerable.Range(0, gpus).Select(roster.OperatorOf).Distinct().Count());
        Assert.Equal((int)Math.Round(0.25 * gpus), Enumerable.Range(0, gpus).Count(index => roster.ConductOf(index) == Conduct.Cartel));
        Assert.All(Enumerable.Range(0, gpus).Take(100), index => Assert.True(SeatDraw.MaySeat(roster[index], 1, 0, [])));
    }

    private static SimulationReport Run(SimulationOptions options) => Simulation.Run(options, GasFigures.Committed, Cancellation);

    private static void AssertWithinFiveSigma(double chance, int count, int trials)
    {
        double sigma = Math.Sqrt(chance * (1 - chance) / trials);
        Assert.InRange((double)count / trials, chance - (5 * sigma), chance + (5 * sigma));
    }
}
