using System.Numerics;
using Ait.Chain;
using Ait.Coordinator.Collecting;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Loops;
using Ait.Coordinator.OnChain;
using Ait.Coordinator.Settling;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Settling;

public sealed class SettlementTests
{
    [Fact]
    public async Task Settle_paysEveryMatchingSeat()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, IReadOnlyList<TestMiner> seats) = await MineAsync(coordinator, network);
        await coordinator.RoundsAsync();
        TaskRow settled = coordinator.AllTasks().Single();
        Assert.Equal(TaskPhase.Settled, settled.Phase);
        BigInteger each = (BigInteger)task.Task.ComputeUnits.Micro * SimulatedChain.MintRate;
        Assert.Equal(3 * each, Wei.Parse(settled.Minted));
        Assert.All(seats, miner => Assert.Equal(
            (Wei.Text(each), UnpaidReason.None, SeatPhase.Settled), Outcome(coordinator, task, miner)));
        Assert.Equal(RunningCoordinator.Story, coordinator.History(task));
    }

    [Fact]
    public async Task Settle_goesOnWithTwoSeatsIfTheThirdIsSilent()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        IReadOnlyList<TestMiner> seats = coordinator.Seated(task);
        coordinator.Mine(seats.Take(2));
        network.Manual.Advance(network.Options.CommitWindow + TimeSpan.FromSeconds(1));
        await coordinator.RoundAsync<SettleLoop>();
        coordinator.Mine(seats.Take(2));
        await coordinator.RoundsAsync();
        Assert.Equal(SeatPhase.Settled, Outcome(coordinator, task, seats[0]).Phase);
        Assert.Equal((null, UnpaidReason.Silent, SeatPhase.Unpaid), Outcome(coordinator, task, seats[2]));
    }

    [Fact]
    public async Task Settle_namesTheSeatThatCommittedAndDidNotReveal()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        IReadOnlyList<TestMiner> seats = coordinator.Seated(task);
        coordinator.Commit(seats[2], task);
        coordinator.Mine(seats.Take(2));
        network.Manual.Advance(network.Options.RevealWindow + TimeSpan.FromSeconds(1));
        await coordinator.RoundsAsync();
        Assert.Equal((null, UnpaidReason.NotRevealed, SeatPhase.Unpaid), Outcome(coordinator, task, seats[2]));
    }

    [Fact]
    public async Task Settle_doesNotPayTheMinority()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        IReadOnlyList<TestMiner> seats = coordinator.Seated(task);
        seats[1].Lie = "another answer";
        coordinator.Mine(seats);
        network.Manual.Advance(TimeSpan.FromMinutes(1));
        await coordinator.RoundsAsync();
        Assert.Equal((null, UnpaidReason.ResultInMinority, SeatPhase.Unpaid), Outcome(coordinator, task, seats[1]));
        Assert.Equal(SeatPhase.Settled, Outcome(coordinator, task, seats[0]).Phase);
    }

    [Fact]
    public async Task ListUnpaid_hasTheFinishedTasksInWhichADeviceWasNotPaid()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue([.. Enumerable.Range(1, 3).Select(number => TestNetwork.Workload(number))]);
        IReadOnlyList<TaskRow> tasks = await coordinator.SeatAsync();
        TestMiner liar = coordinator.Seated(tasks[0])[0];
        liar.Lie = "another answer";
        Hash256[] lied = [.. tasks.Where(task => coordinator.Seated(task).Contains(liar)).Select(task => task.TaskId!.Value).Reverse()];
        foreach (TaskRow task in tasks)
        {
            coordinator.Mine(coordinator.Seated(task));
        }

        Assert.Empty(coordinator.Tasks.ListUnpaid(liar.GpuId, null, 10));
        network.Manual.Advance(TimeSpan.FromMinutes(1));
        await coordinator.RoundsAsync();

        Assert.Equal(lied, coordinator.Tasks.ListUnpaid(liar.GpuId, null, 10).Select(task => task.TaskId));
        Assert.Equal(lied.Take(1), coordinator.Tasks.ListUnpaid(liar.GpuId, null, 1).Select(task => task.TaskId));
        Assert.Equal(lied.Skip(1), coordinator.Tasks.ListUnpaid(liar.GpuId, lied[0], 10).Select(task => task.TaskId));
        Assert.All(
            tasks.SelectMany(coordinator.Seated).Distinct().Where(miner => miner != liar),
            honest => Assert.Empty(coordinator.Tasks.ListUnpaid(honest.GpuId, null, 10)));
    }

    [Theory]
    [InlineData("DurationOutOfBounds")]
    [InlineData("DeviceExpired")]
    [InlineData("DeviceIsRevoked")]
    [InlineData("WorkAttestationSignatureInvalid")]
    public async Task Settle_leavesOutTheOneClaimTheContractDoesNotTake(string error)
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        IReadOnlyList<TestMiner> seats = coordinator.Seated(task);
        TestMiner failing = seats[1];
        failing.Duration = error == "DurationOutOfBounds" ? network.Chain.Bounds.SlackMillis + 1 : failing.Duration;
        coordinator.Mine(seats);
        switch (error)
        {
            case "DeviceExpired":
                network.Chain.Change(failing.GpuId, device => device with { PreviousValidUntil = device.ValidUntil, ValidUntil = 1, RefreshedBlock = 1_000_000 });
                break;
            case "DeviceIsRevoked":
                network.Chain.Change(failing.GpuId, device => device with { RevokedBlock = 1_000_000 });
                break;
            case "WorkAttestationSignatureInvalid":
                failing.Refresh(network.Chain, "another key");
                break;
        }

        network.Manual.Advance(TimeSpan.FromMinutes(1));
        await coordinator.RoundsAsync();
        Assert.Equal(TaskPhase.Settled, coordinator.AllTasks().Single().Phase);
        Assert.Equal((null, UnpaidReason.ClaimRefused, SeatPhase.Unpaid), Outcome(coordinator, task, failing));
        SeatView seat = coordinator.Collection.Find(task.TaskId!.Value, failing.GpuId)!;
        Assert.Contains(error, UnpaidReasons.RemedyFor(seat.Reason, seat.Detail), StringComparison.Ordinal);
        Assert.Equal(SeatPhase.Settled, Outcome(coordinator, task, seats[2]).Phase);
    }

    [Fact]
    public async Task Settle_waitsUntilTheClaimIsPayable()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        foreach (TestMiner miner in network.Miners)
        {
            miner.Duration = 300_000;
        }

        await MineAsync(coordinator, network);
        await coordinator.RoundAsync<SettleLoop>();
        TaskRow deferred = coordinator.AllTasks().Single();
        Assert.Equal(TaskPhase.Agreed, deferred.Phase);
        Assert.NotNull(deferred.PayableAt);
        Assert.Empty(network.Chain.Sent.OfType<MiningCall.Settle>());
        network.Manual.Advance(DateTimeOffset.FromUnixTimeMilliseconds(deferred.PayableAt.Value) - network.Manual.GetUtcNow() - TimeSpan.FromMilliseconds(1));
        await coordinator.RoundAsync<SettleLoop>();
        Assert.Empty(network.Chain.Sent.OfType<MiningCall.Settle>());
        network.Manual.Advance(TimeSpan.FromMilliseconds(1));
        await coordinator.RoundsAsync();
        Assert.Equal(TaskPhase.Settled, coordinator.AllTasks().Single().Phase);
    }

    [Fact]
    public async Task Settle_splitsOutTheTasksThatFail()
    {
        using var network = new TestNetwork(miners: 6);
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue([.. Enumerable.Range(0, 9).Select(i => TestNetwork.Workload(i))]);
        IReadOnlyList<TaskRow> tasks = await coordinator.SeatAsync();

        // Every seat of two tasks reports impossible durations: no pair of claims can save them.
        TaskRow[] failing = [tasks[2], tasks[7]];
        foreach (TaskRow task in tasks)
        {
            foreach (TestMiner miner in coordinator.Seated(task))
            {
                miner.Duration = failing.Contains(task) ? network.Chain.Bounds.SlackMillis + 1 : 1000;
                coordinator.Commit(miner, task);
            }
        }

        coordinator.Mine(network.Miners);
        network.Manual.Advance(TimeSpan.FromMinutes(10));
        await coordinator.RoundsAsync();
        Assert.Equal(7, coordinator.AllTasks().Count(task => task.Phase == TaskPhase.Settled));

        // Bounds do not wait for a deadline: what can never be paid is void at once, and its batch is done.
        Assert.All(failing, task => Assert.Equal(TaskPhase.Void, coordinator.AllTasks().Single(other => other.TaskKey == task.TaskKey).Phase));
        Assert.Equal(0, coordinator.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM batches WHERE phase < 3")));
        Assert.Equal(7, network.Chain.SettledTasks);
    }

    [Fact]
    public async Task Settle_happensAgainIfAReorganisationTookItBack()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, IReadOnlyList<TestMiner> seats) = await MineAsync(coordinator, network);
        await coordinator.RoundsAsync();
        network.Chain.TakeBackSettlement(task.TaskId!.Value);
        await coordinator.RoundAsync<ChainFollower>();
        Assert.Equal(TaskPhase.Agreed, coordinator.AllTasks().Single().Phase);
        Assert.Equal((null, UnpaidReason.None, SeatPhase.Agreed), Outcome(coordinator, task, seats[0]));
        await coordinator.RoundsAsync();
        Assert.Equal(TaskPhase.Settled, coordinator.AllTasks().Single().Phase);
        Assert.Equal(2, network.Chain.Sent.OfType<MiningCall.Settle>().Count());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Task_isDrawnAndSettledAnewIfAReorganisationTookItsBatchBack(bool tells)
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, _) = await MineAsync(coordinator, network);
        coordinator.Agreement.Decide(task.TaskKey);
        network.Chain.TakeBackBatch(tells);
        coordinator.Queue(TestNetwork.Workload(2));

        // Its id goes to the next batch.
        await FinishAsync(coordinator, network);
        Assert.Equal(TaskPhase.Void, coordinator.AllTasks()[0].Phase);
        Assert.Equal(2, network.Chain.SettledTasks);
        Assert.Equal(2, coordinator.AllTasks().Where(settled => settled.Phase == TaskPhase.Settled).Select(settled => settled.Task.WorkloadHash).Distinct().Count());
        Assert.Equal(0, coordinator.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM settlements WHERE state < 2")));
    }

    [Fact]
    public async Task Task_isMinedUnderTheIdOfOneThatAReorganisationTookBackWhileItsSeatsWereLeased()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        foreach (TestMiner miner in coordinator.Seated(task))
        {
            Assert.Single(coordinator.Dispatch.Lease(miner.GpuId, miner.EnclaveKey.Address, 1, network.Options.LeaseLength));
        }

        network.Chain.TakeBackBatch(tells: true);
        for (int round = 0; round < 20 && (coordinator.AllTasks()[^1] is not { Phase: TaskPhase.Seated } last || last.TaskKey == task.TaskKey); round++)
        {
            network.Manual.Advance(TimeSpan.FromSeconds(1));
            await coordinator.RoundsAsync();
            network.Chain.Mine(3);
        }

        // Another replica leased these seats: this one knows the id of the earlier task only.
        TaskRow drawn = coordinator.AllTasks()[^1];
        Assert.NotEqual(task.TaskKey, drawn.TaskKey);
        Assert.Equal((task.TaskId, task.TaskKey), (drawn.TaskId, coordinator.Ledger.TaskKeys.Find(drawn.TaskId!.Value)));
        TestMiner first = coordinator.Seated(drawn)[0];
        Assert.Equal(drawn.TaskKey, coordinator.Collection.Find(drawn.TaskId.Value, first.GpuId)!.Task.TaskKey);
        coordinator.Ledger.TaskKeys.Note(drawn.TaskId.Value, task.TaskKey);
        Assert.Null(coordinator.Commit(first, drawn));
        await FinishAsync(coordinator, network);
        TaskRow settled = Assert.Single(coordinator.AllTasks(), row => row.Phase == TaskPhase.Settled);
        Assert.Equal(task.TaskId, settled.TaskId);
        Assert.NotEqual(task.TaskKey, settled.TaskKey);
        Assert.Equal(3, coordinator.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM commitments WHERE task_key = $1", settled.TaskKey)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Task_keepsItsSeatsOnlyIfTheSameSeedIsPinnedAgain(bool replaces)
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, _) = await MineAsync(coordinator, network);
        await coordinator.RoundAsync<ChainFollower>();
        network.Chain.TakeBackSeed(1, replaces);
        await FinishAsync(coordinator, network);

        TaskRow settled = Assert.Single(coordinator.AllTasks(), row => row.Phase == TaskPhase.Settled);
        Assert.Equal(!replaces, settled.TaskKey == task.TaskKey);
        Assert.Equal(1, network.Chain.SettledTasks);
    }

    [Fact]
    public async Task Settle_isNotSentIfSomeoneElseSettled()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, _) = await MineAsync(coordinator, network);
        coordinator.Agreement.Decide(task.TaskKey);
        PayableTask payable = Assert.Single(coordinator.Settlement.NextPayable(9));
        MiningCall.Settle call = new(1, [payable.ToSettlement(payable.RevealedMask)], payable.Tree.Proof((int)task.Task.Index));
        await network.Chain.SubmitAsync("a stranger's", call, TestContext.Current.CancellationToken);
        await coordinator.RoundAsync<ChainFollower>();
        await coordinator.RoundsAsync();
        Assert.Single(network.Chain.Sent.OfType<MiningCall.Settle>());
        Assert.Equal(TaskPhase.Settled, coordinator.AllTasks().Single().Phase);
    }

    [Fact]
    public async Task Rounds_failAndGoOnIfTheNodeIsAwayForAWhile()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        await MineAsync(coordinator, network);
        network.Chain.Unreachable = true;
        await Assert.ThrowsAsync<ChainUnavailableException>(coordinator.RoundsAsync);
        await Assert.ThrowsAsync<ChainUnavailableException>(coordinator.RoundAsync<SettleLoop>);
        network.Chain.Unreachable = false;
        await coordinator.RoundsAsync();
        Assert.Equal(1, network.Chain.SettledTasks);
    }

    [Theory]
    [InlineData(0b111, 0b111, new[] { 0b111, 0b011, 0b101, 0b110 })]
    [InlineData(0b011, 0b111, new[] { 0b111, 0b011 })]
    [InlineData(0b101, 0b101, new[] { 0b101 })]
    public void ClaimMasks_preferEveryResultThenTheMatchingThenPairs(int matching, int revealed, int[] expected) =>
        Assert.Equal(expected, Settlement.ClaimMasks(matching, revealed));

    private static async Task<(TaskRow Task, IReadOnlyList<TestMiner> Seats)> MineAsync(RunningCoordinator coordinator, TestNetwork network)
    {
        coordinator.Queue(TestNetwork.Workload(1));
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        IReadOnlyList<TestMiner> seats = coordinator.Seated(task);
        coordinator.Mine(seats);
        network.Manual.Advance(TimeSpan.FromMinutes(1));
        return (task, seats);
    }

    /// <summary>Rounds and miners go on until nothing is left to do.</summary>
    private static async Task FinishAsync(RunningCoordinator coordinator, TestNetwork network)
    {
        for (int round = 0; round < 6; round++)
        {
            await coordinator.RoundsAsync();
            coordinator.Mine(network.Miners);
            network.Manual.Advance(TimeSpan.FromMinutes(1));
        }
    }

    private static (string? Paid, UnpaidReason Reason, SeatPhase Phase) Outcome(RunningCoordinator coordinator, TaskRow task, TestMiner miner)
    {
        SeatView seat = coordinator.Collection.Find(task.TaskId!.Value, miner.GpuId)!;
        return (seat.PaidWei, seat.Reason, Collection.PhaseOf(seat, 0));
    }
}
