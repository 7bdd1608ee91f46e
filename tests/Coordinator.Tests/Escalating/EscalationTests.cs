using Ait.Coordinator.Agreeing;
using Ait.Coordinator.Collecting;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Loops;
using Ait.Coordinator.OnChain;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Escalating;

public sealed class EscalationTests
{
    [Fact]
    public async Task Task_settlesWithFiveSeatsIfTheFirstThreeDisagree()
    {
        using var network = new TestNetwork(miners: 9);
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, IReadOnlyList<TestMiner> seats) = await DisputeAsync(coordinator, network);
        await TellAsync(coordinator, network);
        TaskRow settled = Assert.Single(coordinator.AllTasks());
        Assert.Equal((TaskPhase.Settled, 5), (settled.Phase, settled.Level));
        Assert.Equal(3 * task.Task.ComputeUnits.Micro * SimulatedChain.MintRate, (ulong)Wei.Parse(settled.Minted));
        IReadOnlyList<TestMiner> all = coordinator.Seated(task);
        Assert.Equal(5, all.Count);
        Assert.Equal(seats, all.Take(3));
        Assert.All([all[0], all[3], all[4]], miner => Assert.Equal(UnpaidReason.None, ReasonOf(coordinator, task, miner)));
        Assert.All([all[1], all[2]], miner => Assert.Equal(UnpaidReason.ResultInMinority, ReasonOf(coordinator, task, miner)));
        Assert.Contains("agreed 3 of 5", coordinator.History(task));
        Assert.Equal(5, coordinator.Tasks.Find(task.TaskId!.Value)!.Seats.Count);
        Assert.NotNull(Assert.Single(network.Chain.Sent.OfType<MiningCall.Settle>()).Settlements[0].Opening);
    }

    [Fact]
    public async Task Task_settlesWithSevenSeatsIfFiveDisagree()
    {
        using var network = new TestNetwork(miners: 9);
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, _) = await DisputeAsync(coordinator, network);
        await UntilAsync(coordinator, network, () => coordinator.Seated(task).Count == 5);
        coordinator.Seated(task)[3].Lie = "yet another";
        await TellAsync(coordinator, network);
        TaskRow settled = Assert.Single(coordinator.AllTasks());
        Assert.Equal((TaskPhase.Settled, 7), (settled.Phase, settled.Level));
        Assert.Equal(4 * task.Task.ComputeUnits.Micro * SimulatedChain.MintRate, (ulong)Wei.Parse(settled.Minted));
        Assert.Equal(7, coordinator.Seated(task).Distinct().Count());
        Assert.Equal(2, network.Chain.Sent.OfType<MiningCall.Escalate>().Count());
        Assert.Single(network.Chain.Sent.OfType<MiningCall.PinEscalation>());
    }

    [Fact]
    public async Task Task_isDecidedByAllItsSeatsThoughAProcessRemembersTheFirstThree()
    {
        using var network = new TestNetwork(miners: 9);
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, _) = await DisputeAsync(coordinator, network, rounds: false);
        var replica = new AgreementStore(coordinator.Ledger, new CollectionStore(coordinator.Ledger, network.Domain, network.Options), network.Domain);
        Assert.IsType<AgreementDecision.Escalate>(replica.Decide(task.TaskKey));
        for (int round = 0; round < 10 && coordinator.Seated(task).Count < 5; round++)
        {
            await coordinator.Get<EscalateLoop>().RoundAsync(TestContext.Current.CancellationToken);
            network.Chain.Mine(3);
            network.Manual.Advance(TimeSpan.FromSeconds(1));
        }

        foreach (TestMiner further in coordinator.Seated(task).Skip(3))
        {
            LeasedSeat letter = Assert.Single(coordinator.Dispatch.Lease(further.GpuId, further.EnclaveKey.Address, 1, network.Options.LeaseLength));
            Assert.True(letter.Assignment.CommitDeadline > (ulong)task.CommitDeadline!.Value / 1000); // The letters of the first three had another.
            Assert.Null(coordinator.Commit(further, task));
        }

        Assert.Equal(0, coordinator.Agreement.DecideCompleted());
        TaskRow open = Assert.Single(coordinator.AllTasks());
        Assert.Equal((TaskPhase.Seated, 5, null), (open.Phase, open.Level, open.EscalatingTo));
        Assert.All(coordinator.Seated(task).Skip(3), further => Assert.Null(coordinator.Reveal(further, task)));
        Assert.Equal(1, coordinator.Agreement.DecideCompleted());
        Assert.Equal(TaskPhase.Agreed, Assert.Single(coordinator.AllTasks()).Phase);
    }

    [Fact]
    public async Task Task_isVoidIfSevenDisagree()
    {
        using var network = new TestNetwork(miners: 9);
        foreach (TestMiner miner in network.Miners)
        {
            miner.Lie = $"{miner.GpuId}";
        }

        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        await TellAsync(coordinator, network);
        TaskRow ended = Assert.Single(coordinator.AllTasks());
        Assert.Equal((TaskPhase.Void, 7), (ended.Phase, ended.Level));
        Assert.Equal("NoAgreement: 7 results, no 4 of them equal", ended.VoidReason);
        Assert.Equal(0, network.Chain.TotalMinted);
    }

    [Fact]
    public async Task Task_waitsForAThirdOfItsTimeIfASeatIsSilent()
    {
        using var network = new TestNetwork(miners: 9);
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        IReadOnlyList<TestMiner> seats = coordinator.Seated(task);
        coordinator.Mine([seats[0]]);
        network.Manual.Advance(network.Options.CommitWindow + TimeSpan.FromSeconds(1));
        await coordinator.RoundsAsync();
        coordinator.Mine([seats[0]]);
        await coordinator.RoundsAsync();
        Assert.Equal(5, Assert.Single(coordinator.AllTasks()).EscalatingTo);
        Assert.Empty(network.Chain.Sent.OfType<MiningCall.Escalate>());
        network.Manual.Advance(network.Options.TaskLifetime / 3);
        await UntilAsync(coordinator, network, () => coordinator.Seated(task).Count == 5);
        await TellAsync(coordinator, network, network.Miners.Except(seats.Skip(1)));
        Assert.Equal(TaskPhase.Settled, Assert.Single(coordinator.AllTasks()).Phase);
        Assert.Equal(UnpaidReason.Silent, ReasonOf(coordinator, task, seats[1]));
    }

    [Fact]
    public async Task SilentSeat_takesNoPartOnceFurtherOnesAreDrawn()
    {
        using var network = new TestNetwork(miners: 9);
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        IReadOnlyList<TestMiner> seats = coordinator.Seated(task);
        network.Manual.Advance(network.Options.CommitWindow + TimeSpan.FromSeconds(1));
        await coordinator.RoundsAsync();
        network.Manual.Advance(network.Options.TaskLifetime / 3);
        await UntilAsync(coordinator, network, () => coordinator.Seated(task).Count == 5);
        Assert.False(coordinator.Dispatch.HasSeat(seats[0].GpuId, seats[0].EnclaveKey.Address));
        Assert.Equal(ProblemCodes.DeadlinePassed, coordinator.Commit(seats[0], task)!.Code);
        TestMiner further = coordinator.Seated(task)[3];
        Assert.True(coordinator.Dispatch.HasSeat(further.GpuId, further.EnclaveKey.Address));
    }

    [Fact]
    public async Task CommittedSeat_mayRevealLateAndSettlesTheTask()
    {
        using var network = new TestNetwork(miners: 9);
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        IReadOnlyList<TestMiner> seats = coordinator.Seated(task);
        seats[1].Lie = "a lie";
        coordinator.Commit(seats[2], task);
        coordinator.Mine(seats.Take(2));
        network.Manual.Advance(network.Options.RevealWindow + TimeSpan.FromSeconds(1));
        await coordinator.RoundsAsync();
        Assert.Equal(5, Assert.Single(coordinator.AllTasks()).EscalatingTo);
        Assert.Null(coordinator.Reveal(seats[2], task));
        coordinator.Agreement.DecideCompleted();
        await coordinator.RoundsAsync();
        TaskRow settled = Assert.Single(coordinator.AllTasks());
        Assert.Equal((TaskPhase.Settled, 3), (settled.Phase, settled.Level));
        Assert.Empty(network.Chain.Sent.OfType<MiningCall.Escalate>());
    }

    [Fact]
    public async Task CommittedSeat_mayRevealAfterTheEscalationIsPinned()
    {
        using var network = new TestNetwork(miners: 9);
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        IReadOnlyList<TestMiner> seats = coordinator.Seated(task);
        seats[1].Lie = "a lie";
        coordinator.Commit(seats[2], task);
        coordinator.Mine(seats.Take(2));
        network.Manual.Advance(network.Options.TaskLifetime / 3);
        await UntilAsync(coordinator, network, () => coordinator.Seated(task).Count == 5);
        Assert.Null(coordinator.Reveal(seats[2], task));
        network.Manual.Advance(network.Options.CommitWindow + TimeSpan.FromSeconds(1));
        await TellAsync(coordinator, network, []);
        TaskRow settled = Assert.Single(coordinator.AllTasks());
        Assert.Equal(TaskPhase.Settled, settled.Phase);
        Assert.Equal(2 * task.Task.ComputeUnits.Micro * SimulatedChain.MintRate, (ulong)Wei.Parse(settled.Minted));
    }

    [Fact]
    public async Task Task_isVoidAtOnceIfTheRosterIsShorterThanFive()
    {
        using var network = new TestNetwork(miners: 4);
        using RunningCoordinator coordinator = network.Start();
        await DisputeAsync(coordinator, network);
        TaskRow ended = Assert.Single(coordinator.AllTasks());
        Assert.Equal(TaskPhase.Void, ended.Phase);
        Assert.Equal("NoAgreement: 3 results, no 2 of them equal; a roster of 4 slots gives no 5 seats", ended.VoidReason);
        Assert.Empty(network.Chain.Sent.OfType<MiningCall.Escalate>());
    }

    [Fact]
    public async Task Task_isVoidAtOnceIfTheRosterHasNoTwoMoreOperators()
    {
        using var network = new TestNetwork(miners: 5);
        network.Chain.Change(network.Miners[4].GpuId, device => device with { Operator = network.Miners[3].Device.Operator, HostChip = network.Miners[3].Device.HostChip });
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        await coordinator.SeatAsync();
        network.Manual.Advance(network.Options.CommitWindow + TimeSpan.FromSeconds(1));
        await coordinator.RoundAsync<EscalateLoop>();
        TaskRow ended = Assert.Single(coordinator.AllTasks());
        Assert.Equal(TaskPhase.Void, ended.Phase);
        Assert.Contains("RosterTooSmall", ended.VoidReason, StringComparison.Ordinal);
        Assert.Empty(network.Chain.Sent.OfType<MiningCall.Escalate>());
    }

    [Fact]
    public async Task Task_escalatesWithoutAClaimThatTheContractDoesNotTake()
    {
        using var network = new TestNetwork(miners: 9);
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, IReadOnlyList<TestMiner> seats) = await DisputeAsync(coordinator, network, rounds: false);
        network.Chain.Change(seats[1].GpuId, device => device with { RevokedBlock = 1_000_000 });
        await coordinator.RoundsAsync();
        Assert.Empty(network.Chain.Sent.OfType<MiningCall.Escalate>());
        network.Manual.Advance(network.Options.TaskLifetime / 3);
        await UntilAsync(coordinator, network, () => coordinator.Seated(task).Count == 5);
        Assert.Empty(Assert.Single(network.Chain.Sent.OfType<MiningCall.Escalate>()).Settlement.Claims);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FurtherSeats_areHeldAgainstTheChainAfterAReorganisation(bool replaces)
    {
        using var network = new TestNetwork(miners: 9);
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, _) = await DisputeAsync(coordinator, network);
        await UntilAsync(coordinator, network, () => coordinator.Seated(task).Count == 5);
        network.Chain.TakeBackEscalation(task.TaskId!.Value, replaces);
        await coordinator.RoundsAsync();
        foreach (TestMiner miner in network.Miners.Where(_ => replaces))
        {
            miner.Lie = null;
        }

        await TellAsync(coordinator, network);
        IReadOnlyList<TaskRow> tasks = coordinator.AllTasks();
        Assert.Equal(replaces ? [TaskPhase.Void, TaskPhase.Settled] : [TaskPhase.Settled], tasks.Select(one => one.Phase));
        Assert.Equal(replaces ? "its escalation was replaced by a chain reorganisation" : null, tasks[0].VoidReason);
        Assert.Equal(1, network.Chain.SettledTasks);
    }

    [Fact]
    public async Task Escalation_endsVoidIfItsSeedWasLost()
    {
        using var network = new TestNetwork(miners: 9);
        using RunningCoordinator coordinator = network.Start();
        await DisputeAsync(coordinator, network);
        Assert.Single(network.Chain.Sent.OfType<MiningCall.Escalate>());
        network.Chain.Mine(300);
        await coordinator.RoundsAsync();
        TaskRow ended = Assert.Single(coordinator.AllTasks());
        Assert.Equal(TaskPhase.Void, ended.Phase);
        Assert.Contains("SeedTooOld", ended.VoidReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DisputedTask_settlesOnceIfKilledAtAnyBoundary() => await MortalCoordinator.DieAnywhereAsync(least: 30, kill => LiveAsync(kill));

    [Fact]
    public async Task AuditedTask_settlesOnceIfKilledAtAnyBoundary() => await MortalCoordinator.DieAnywhereAsync(least: 30, kill => LiveAsync(kill, isAudited: true));

    [Fact]
    public async Task AuditedTask_asksForFurtherSeatsWithoutShowingAResult()
    {
        using var network = new TestNetwork(miners: 9);
        network.Chain.AuditShare = ushort.MaxValue;
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        Assert.True(task.IsAudited);
        coordinator.Mine(coordinator.Seated(task));
        await UntilAsync(coordinator, network, () => coordinator.Seated(task).Count == 5);
        Assert.Empty(Assert.Single(network.Chain.Sent.OfType<MiningCall.Escalate>()).Settlement.Claims);
        Assert.Empty(network.Chain.Sent.OfType<MiningCall.Settle>());
        await TellAsync(coordinator, network);
        TaskRow settled = Assert.Single(coordinator.AllTasks());
        Assert.Equal((TaskPhase.Settled, 5), (settled.Phase, settled.Level));
        Assert.Equal(5 * task.Task.ComputeUnits.Micro * SimulatedChain.MintRate, (ulong)Wei.Parse(settled.Minted));
        Assert.Equal(
            "the task is audited, and no further seat agrees",
            coordinator.Ledger.Read(transaction => transaction.First("SELECT reason FROM escalations WHERE task_key = $1", row => row.GetString(0), task.TaskKey)));
    }

    [Fact]
    public async Task AuditedTask_settlesWithTheSeventhSeatIfTheFirstFurtherOnesAreSilent()
    {
        using var network = new TestNetwork(miners: 9);
        network.Chain.AuditShare = ushort.MaxValue;
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        coordinator.Mine(coordinator.Seated(task));
        await UntilAsync(coordinator, network, () => coordinator.Seated(task).Count == 5);
        IReadOnlyList<TestMiner> silent = [.. coordinator.Seated(task).Skip(3)];
        network.Manual.Advance(network.Options.TaskLifetime * 2 / 3);
        await TellAsync(coordinator, network, network.Miners.Except(silent));
        TaskRow settled = Assert.Single(coordinator.AllTasks());
        Assert.Equal((TaskPhase.Settled, 7), (settled.Phase, settled.Level));
        Assert.Equal(5 * task.Task.ComputeUnits.Micro * SimulatedChain.MintRate, (ulong)Wei.Parse(settled.Minted));
        Assert.All(silent, miner => Assert.Equal(UnpaidReason.Silent, ReasonOf(coordinator, task, miner)));
    }

    [Fact]
    public async Task AuditedTask_isVoidIfNoFurtherSeatAgrees()
    {
        using var network = new TestNetwork(miners: 9);
        network.Chain.AuditShare = ushort.MaxValue;
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        foreach (TestMiner miner in network.Miners.Except(coordinator.Seated(task)))
        {
            miner.Lie = $"{miner.GpuId}";
        }

        await TellAsync(coordinator, network);
        TaskRow ended = Assert.Single(coordinator.AllTasks());
        Assert.Equal((TaskPhase.Void, 7), (ended.Phase, ended.Level));
        Assert.Equal("NoAgreement: the task is audited, and no further seat agrees", ended.VoidReason);
        Assert.Equal(0, network.Chain.TotalMinted);
    }

    [Fact]
    public async Task AuditedTask_settlesWithThreeSeatsIfTheRosterHasNobodyElse()
    {
        using var network = new TestNetwork(miners: 5);
        network.Chain.AuditShare = ushort.MaxValue;
        network.Chain.Change(network.Miners[4].GpuId, device => device with { Operator = network.Miners[3].Device.Operator, HostChip = network.Miners[3].Device.HostChip });
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        await TellAsync(coordinator, network);
        TaskRow settled = Assert.Single(coordinator.AllTasks());
        Assert.Equal((TaskPhase.Settled, 3), (settled.Phase, settled.Level));
        Assert.Single(network.Chain.Sent.OfType<MiningCall.PinEscalation>());
    }

    [Fact]
    public async Task SmallRoster_isNotAudited()
    {
        using var network = new TestNetwork(miners: 4);
        network.Chain.AuditShare = ushort.MaxValue;
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        await TellAsync(coordinator, network);
        Assert.Equal((TaskPhase.Settled, 3), (coordinator.AllTasks().Single().Phase, coordinator.AllTasks().Single().Level));
        Assert.Empty(network.Chain.Sent.OfType<MiningCall.Escalate>());
    }

    [Fact]
    public async Task Task_isAuditedAfterAllIfTheShareRisesBeforeItSettles()
    {
        using var network = new TestNetwork(miners: 9);
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        Assert.False(task.IsAudited);
        network.Chain.AuditShare = ushort.MaxValue;
        await TellAsync(coordinator, network);
        TaskRow settled = Assert.Single(coordinator.AllTasks());
        Assert.Equal((TaskPhase.Settled, 5, true), (settled.Phase, settled.Level, settled.IsAudited));
        Assert.Equal(1, network.Chain.SettledTasks);
    }

    [Fact]
    public async Task AuditedTask_settlesWithThreeSeatsIfTheShareFallsBeforeItEscalates()
    {
        using var network = new TestNetwork(miners: 9);
        network.Chain.AuditShare = ushort.MaxValue;
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        network.Chain.AuditShare = 0;
        coordinator.Mine(coordinator.Seated(task));
        await TellAsync(coordinator, network);
        TaskRow settled = Assert.Single(coordinator.AllTasks());
        Assert.Equal((TaskPhase.Settled, 3), (settled.Phase, settled.Level));
        Assert.Empty(network.Chain.Sent.OfType<MiningCall.Escalate>());
    }

    [Fact]
    public async Task GoingBack_endsWhatHasMoreThanThreeSeats()
    {
        using var network = new TestNetwork(miners: 9);
        using (RunningCoordinator coordinator = network.Start())
        {
            (TaskRow task, _) = await DisputeAsync(coordinator, network);
            await UntilAsync(coordinator, network, () => coordinator.Seated(task).Count == 5);
        }

        int before = LedgerSchema.Migrations.ToList().FindIndex(migration => migration.Forward.Contains("CREATE TABLE escalations", StringComparison.Ordinal));
        LedgerDatabase.Open(network.Options.Store, network.Clock, LedgerUse.Maintain, before).Dispose();
        using RunningCoordinator later = network.Start();
        TaskRow ended = Assert.Single(later.AllTasks());
        Assert.Equal((TaskPhase.Void, 3), (ended.Phase, ended.Level));
        Assert.Equal(0, later.Dispatch.CountWaiting());
    }

    /// <summary>One task that is disputed, or audited, dying once at a boundary; the steps that were crossed.</summary>
    private static async Task<IReadOnlyList<string>> LiveAsync(int kill, bool isAudited = false)
    {
        using var network = new TestNetwork(miners: 7);
        network.Chain.AuditShare = isAudited ? ushort.MaxValue : (ushort)0;
        bool queued = false;
        return await MortalCoordinator.LiveAsync(
            network,
            kill,
            rounds: 40,
            async coordinator =>
            {
                if (!queued)
                {
                    coordinator.Queue(TestNetwork.Workload(1));
                    queued = true;
                }

                await coordinator.RoundsAsync();
                foreach (TaskRow task in coordinator.AllTasks().Where(task => !isAudited && task.Phase == TaskPhase.Seated && network.Miners.All(miner => miner.Lie is null)))
                {
                    IReadOnlyList<TestMiner> seats = coordinator.Seated(task);
                    (seats[1].Lie, seats[2].Lie) = ("one lie", "another lie");
                }

                coordinator.Mine(network.Miners);
                network.Manual.Advance(TimeSpan.FromSeconds(30));
                return coordinator.AllTasks() is [{ Phase: TaskPhase.Settled or TaskPhase.Void }];
            },
            pass: () => { },
            coordinator =>
            {
                TaskRow settled = Assert.Single(coordinator.AllTasks());
                if (isAudited && LotOf(coordinator, settled) == ushort.MaxValue)
                {
                    return; // The highest share there is leaves out one lot of 65,536.
                }

                Assert.True(settled is { Phase: TaskPhase.Settled, Level: 5 }, $"killed at {kill}: {settled.Phase} with {settled.Level} seats, {settled.VoidReason}");
                Assert.Equal(network.Chain.TotalMinted, Wei.Parse(settled.Minted));
                Assert.Equal((isAudited ? 5UL : 3UL) * settled.Task.ComputeUnits.Micro * SimulatedChain.MintRate, (ulong)network.Chain.TotalMinted);
            });
    }

    /// <summary>A task on whose first three seats two lie, each in its own way.</summary>
    private static async Task<(TaskRow Task, IReadOnlyList<TestMiner> Seats)> DisputeAsync(RunningCoordinator coordinator, TestNetwork network, bool rounds = true)
    {
        coordinator.Queue(TestNetwork.Workload(1));
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        IReadOnlyList<TestMiner> seats = coordinator.Seated(task);
        (seats[1].Lie, seats[2].Lie) = ("one lie", "another lie");
        coordinator.Mine(seats);
        network.Manual.Advance(TimeSpan.FromSeconds(10));
        if (rounds)
        {
            await coordinator.RoundAsync<EscalateLoop>();
        }

        return (task, seats);
    }

    private static async Task TellAsync(RunningCoordinator coordinator, TestNetwork network, IEnumerable<TestMiner>? miners = null)
    {
        TestMiner[] working = [.. miners ?? network.Miners];
        for (int round = 0; round < 60 && (round == 0 || coordinator.AllTasks().Any(task => task.Phase < TaskPhase.Settled) || coordinator.Dispatch.CountWaiting() > 0); round++)
        {
            await coordinator.RoundsAsync();
            coordinator.Mine(working);
            network.Manual.Advance(TimeSpan.FromSeconds(20));
        }
    }

    private static async Task UntilAsync(RunningCoordinator coordinator, TestNetwork network, Func<bool> condition)
    {
        for (int round = 0; round < 10 && !condition(); round++)
        {
            await coordinator.RoundsAsync();
            network.Manual.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.True(condition());
    }

    private static ushort LotOf(RunningCoordinator coordinator, TaskRow task) => coordinator.Ledger.Read(transaction =>
        SeatDraw.AuditLot(DispatchStore.SeatSecret(transaction, task.TaskKey), DispatchStore.FindBatch(transaction, task.BatchKey)!.SeedBlockHash!.Value)); // Settled tasks were seated.

    private static UnpaidReason ReasonOf(RunningCoordinator coordinator, TaskRow task, TestMiner miner) => coordinator.Collection.Find(task.TaskId!.Value, miner.GpuId)!.Reason;
}
