using Ait.Chain.Contracts;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Attending;

public sealed class AttendLoopTests
{
    private const uint AnswerWindow = 3600;
    private const uint Cooldown = 12 * 3600;

    [Fact]
    public async Task SilentDevice_isReportedAndSuspendedAndTheDrawsGoOnWithoutIt()
    {
        using TestNetwork network = Network();
        using RunningCoordinator coordinator = network.Start();
        TestMiner silent = network.Miners[0];
        await MissAsync(coordinator, network, silent, 3);
        Assert.Equal(3, Assert.Single(network.Chain.Sent.OfType<MiningCall.ReportAbsences>()).Reports.Length);
        Assert.Equal([(1, 3)], States(coordinator));
        Assert.Equal(0ul, coordinator.Enrolment.Find(silent.GpuId)!.RevokedBlock);

        network.Manual.Advance(network.Options.TaskLifetime + TimeSpan.FromSeconds(AnswerWindow));
        await coordinator.RoundsAsync();
        Assert.Equal(silent.GpuId, Assert.Single(network.Chain.Sent.OfType<MiningCall.SuspendSilent>()).GpuId);
        Device suspended = coordinator.Enrolment.Find(silent.GpuId)!;
        Assert.NotEqual(0ul, suspended.RevokedBlock);
        Assert.Equal(1, coordinator.Enrolment.CountAbsent());
        Assert.Equal([(2, 3)], States(coordinator));

        network.Manual.Advance(TimeSpan.FromSeconds(1));
        coordinator.Queue([.. Enumerable.Range(1000, 12).Select(number => TestNetwork.Workload(number))]);
        await coordinator.SeatAsync();
        Assert.All(coordinator.AllTasks().Where(task => task.Phase == TaskPhase.Seated), task => Assert.DoesNotContain(silent, coordinator.Seated(task)));
        Assert.Contains(coordinator.AllTasks(), task => task.Phase == TaskPhase.Seated);
    }

    [Fact]
    public async Task SilentDevice_isDrawnAgainOnceItHasProvenItsLife()
    {
        using TestNetwork network = Network();
        using RunningCoordinator coordinator = network.Start();
        TestMiner silent = network.Miners[0];
        await SuspendAsync(coordinator, network, silent);
        network.Chain.ProveLife(silent.GpuId);
        await coordinator.RoundsAsync();
        Assert.Equal(0, coordinator.Enrolment.CountAbsent());
        await MissAsync(coordinator, network, null, 1, until: silent);
    }

    [Fact]
    public async Task Device_isNotReportedForFewerSilencesThanSuspend()
    {
        using TestNetwork network = Network();
        using RunningCoordinator coordinator = network.Start();
        await MissAsync(coordinator, network, network.Miners[0], 2);
        Assert.Empty(network.Chain.Sent.OfType<MiningCall.ReportAbsences>());
    }

    [Fact]
    public async Task Device_isNotReportedIfItAnsweredInBetween()
    {
        using TestNetwork network = Network();
        using RunningCoordinator coordinator = network.Start();
        TestMiner silent = network.Miners[0];
        await MissAsync(coordinator, network, silent, 2);
        await MissAsync(coordinator, network, null, 1, until: silent);
        await MissAsync(coordinator, network, silent, 2);
        Assert.Empty(network.Chain.Sent.OfType<MiningCall.ReportAbsences>());
    }

    [Fact]
    public async Task Device_isNotReportedIfItHasCommittedToALaterTaskUnderWay()
    {
        using TestNetwork network = Network();
        using RunningCoordinator coordinator = network.Start();
        TestMiner silent = network.Miners[0];
        await MissAsync(coordinator, network, silent, 2);
        long before = coordinator.AllTasks()[^1].TaskKey;
        coordinator.Queue([.. Enumerable.Range(3000, 12).Select(number => TestNetwork.Workload(number))]);
        await coordinator.SeatAsync();
        TaskRow[] seated = [.. coordinator.AllTasks().Where(task => task.TaskKey > before && coordinator.Seated(task).Contains(silent))];
        Assert.True(seated.Length > 1);
        foreach ((TaskRow task, TestMiner miner) in coordinator.AllTasks().Where(task => task.TaskKey > before).SelectMany(task => coordinator.Seated(task).Select(miner => (task, miner))))
        {
            // All but one miss the last task; the one misses all others.
            Assert.Null((miner == silent) == (task.TaskKey == seated[^1].TaskKey) ? coordinator.Commit(miner, task) : null);
        }

        network.Manual.Advance(network.Options.CommitWindow + TimeSpan.FromSeconds(1));
        await coordinator.RoundsAsync();
        foreach (TaskRow task in seated[..^1])
        {
            Assert.All(coordinator.Seated(task).Where(miner => miner != silent), miner => Assert.Null(coordinator.Reveal(miner, task)));
        }

        network.Manual.Advance(TimeSpan.FromSeconds(5));
        await coordinator.RoundsAsync();
        await coordinator.RoundsAsync();
        Assert.Equal(2 + seated.Length - 1, coordinator.Ledger.Read(transaction => transaction.Number(
            "SELECT count(*) FROM seat_outcomes o JOIN seats s ON s.task_key = o.task_key AND s.seat = o.seat WHERE s.gpu_id = $1 AND o.reason = 1", silent.GpuId)));
        Assert.Empty(network.Chain.Sent.OfType<MiningCall.ReportAbsences>());
    }

    [Fact]
    public async Task Device_isLetOffIfItProvedItsLifeAndNotReportedAgainForAWhile()
    {
        using TestNetwork network = Network();
        using RunningCoordinator coordinator = network.Start();
        TestMiner silent = network.Miners[0];
        await MissAsync(coordinator, network, silent, 3);
        network.Manual.Advance(TimeSpan.FromMinutes(5));
        network.Chain.ProveLife(silent.GpuId);
        network.Manual.Advance(network.Options.TaskLifetime + TimeSpan.FromSeconds(AnswerWindow));
        await coordinator.RoundsAsync();
        Assert.Empty(network.Chain.Sent.OfType<MiningCall.SuspendSilent>());
        Assert.Equal([(3, 3)], States(coordinator));

        await MissAsync(coordinator, network, silent, 3);
        Assert.Single(network.Chain.Sent.OfType<MiningCall.ReportAbsences>());
        network.Manual.Advance(TimeSpan.FromHours(6));
        await MissAsync(coordinator, network, silent, 1);
        Assert.Equal(2, network.Chain.Sent.OfType<MiningCall.ReportAbsences>().Count());
    }

    [Fact]
    public async Task Device_staysIfTheDrawsCannotSpareIt()
    {
        using TestNetwork network = Network(miners: 3);
        using RunningCoordinator coordinator = network.Start();
        await MissAsync(coordinator, network, network.Miners[0], 4);
        Assert.Empty(network.Chain.Sent.OfType<MiningCall.ReportAbsences>());
    }

    [Fact]
    public async Task OfTwoSilentDevices_oneStaysIfTheDrawsCannotSpareBoth()
    {
        using TestNetwork network = Network(miners: 4);
        using RunningCoordinator coordinator = network.Start();
        TestMiner[] silent = [network.Miners[0], network.Miners[1]];
        for (int round = 0; round < 20; round++)
        {
            await PlayAsync(coordinator, network, round, silent);
        }

        Assert.Contains(Assert.Single(coordinator.Ledger.Read(transaction => transaction.Query("SELECT DISTINCT gpu_id FROM absences", row => row.Hash(0)))), silent.Select(miner => miner.GpuId));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NobodyIsReportedWhereThatIsTurnedOffOrNobodySuspends(bool isTurnedOff)
    {
        using TestNetwork network = Network();
        network.Options = network.Options with { SuspendsSilent = !isTurnedOff };
        network.Chain.Attendance = isTurnedOff ? network.Chain.Attendance : null;
        using RunningCoordinator coordinator = network.Start();
        await MissAsync(coordinator, network, network.Miners[0], 3);
        Assert.Empty(network.Chain.Sent.OfType<MiningCall.ReportAbsences>());
        Assert.Empty(States(coordinator));
    }

    [Fact]
    public async Task SilentDevice_isReportedAndSuspendedOnceIfKilledAtAnyBoundary()
    {
        using TestNetwork network = Network();
        TestMiner silent = network.Miners[0];
        int life = 0;
        int left = 1;
        void Boundary(string step)
        {
            if ((step.Contains("absen", StringComparison.Ordinal) || step.Contains("suspend", StringComparison.Ordinal)) && --left == 0)
            {
                left = ++life + 1;
                throw new KillException(step);
            }
        }

        RunningCoordinator? coordinator = network.Start();
        try
        {
            await MissAsync(coordinator, network, silent, 2);
            coordinator.Dispose();
            coordinator = null;
            for (int round = 0; round < 60 && network.Chain.Sent.OfType<MiningCall.SuspendSilent>().FirstOrDefault() is null; round++)
            {
                try
                {
                    coordinator ??= network.Start(Boundary);
                    await PlayAsync(coordinator, network, 5000 + round, [silent]);
                    if (network.Chain.Sent.OfType<MiningCall.ReportAbsences>().Any())
                    {
                        network.Manual.Advance(TimeSpan.FromMinutes(50));
                    }
                }
                catch (KillException)
                {
                    coordinator?.Dispose();
                    coordinator = null;
                }
            }

            network.Chain.Boundary = null;
            coordinator ??= network.Start();
            await coordinator.RoundsAsync();
            Assert.True(life > 2, $"it died {life} times only");
            Assert.Single(network.Chain.Sent.OfType<MiningCall.SuspendSilent>());
            AbsenceReportRecord[] reports = [.. network.Chain.Sent.OfType<MiningCall.ReportAbsences>().SelectMany(call => call.Reports)];
            Assert.Equal(reports.Length, reports.Select(report => (report.BatchId, report.Task.Index, report.Seat)).Distinct().Count());
            Assert.Equal(1, coordinator.Enrolment.CountAbsent());
        }
        finally
        {
            coordinator?.Dispose();
        }
    }

    private static TestNetwork Network(int miners = 6)
    {
        var network = new TestNetwork(miners: miners);
        network.Chain.Attendance = new AttendanceTermsRecord(3, AnswerWindow, Cooldown, 7 * 86_400, 14 * 86_400);
        return network;
    }

    /// <summary>Tasks one after the other, until a device has missed so many seats; without a silent one, until a device was seated so often.</summary>
    private static async Task MissAsync(RunningCoordinator coordinator, TestNetwork network, TestMiner? silent, int seats, TestMiner? until = null)
    {
        int missed = 0;
        for (int number = coordinator.AllTasks().Count; missed < seats; number++)
        {
            Assert.True(number < 500, "the device is never drawn");
            missed += await PlayAsync(coordinator, network, number, silent is null ? [] : [silent], silent ?? until);
        }

        // What the last settlement told.
        await coordinator.RoundsAsync();
    }

    /// <summary>One task, from its batch to its settlement or end; how many of its seats are a device's.</summary>
    private static async Task<int> PlayAsync(RunningCoordinator coordinator, TestNetwork network, int number, TestMiner[] silent, TestMiner? counted = null)
    {
        coordinator.Queue(TestNetwork.Workload(100 + number));
        await coordinator.SeatAsync();
        coordinator.Mine(network.Miners.Except(silent));
        coordinator.Agreement.DecideCompleted();
        if (coordinator.AllTasks()[^1].Phase == TaskPhase.Seated)
        {
            network.Manual.Advance(network.Options.CommitWindow + TimeSpan.FromSeconds(1));
            await coordinator.RoundsAsync();
            coordinator.Mine(network.Miners.Except(silent));
        }

        network.Manual.Advance(TimeSpan.FromSeconds(5));
        await coordinator.RoundsAsync();
        return coordinator.Seated(coordinator.AllTasks()[^1]).Count(miner => miner == counted);
    }

    private static async Task SuspendAsync(RunningCoordinator coordinator, TestNetwork network, TestMiner silent)
    {
        await MissAsync(coordinator, network, silent, 3);
        network.Manual.Advance(network.Options.TaskLifetime + TimeSpan.FromSeconds(AnswerWindow));
        await coordinator.RoundsAsync();
        Assert.Equal(1, coordinator.Enrolment.CountAbsent());
    }

    private static List<(int State, int Rows)> States(RunningCoordinator coordinator) => coordinator.Ledger.Read(transaction =>
        transaction.Query("SELECT state, count(*) FROM absences GROUP BY state ORDER BY state", row => ((int)row.GetInt64(0), (int)row.GetInt64(1))));
}
