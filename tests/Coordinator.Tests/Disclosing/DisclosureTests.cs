using Ait.Coordinator.Disclosing;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Loops;
using Ait.Coordinator.OnChain;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Disclosing;

public sealed class DisclosureTests
{
    [Fact]
    public async Task FirstSecret_isShownAtHalfTimeIfAskedDevicesAreSilent()
    {
        using TestNetwork network = Bonded(miners: 3);
        using RunningCoordinator coordinator = network.Start();
        TaskRow task = await AskAsync(coordinator, network);
        await PassAsync(coordinator, network, Half(network) - TimeSpan.FromSeconds(30));
        Assert.Empty(Shown(network));
        Assert.True(network.Chain.IsClaimable(task.TaskId!.Value, 0));
        await PassAsync(coordinator, network, TimeSpan.FromSeconds(60));
        MiningCall.Disclose shown = Assert.Single(Shown(network));
        Assert.Null(shown.Opening);
        Assert.All(Enumerable.Range(0, 3), seat => Assert.False(network.Chain.IsClaimable(task.TaskId.Value, seat)));
        Assert.Equal(TaskPhase.Void, Assert.Single(coordinator.AllTasks()).Phase);
        await PassAsync(coordinator, network, network.Options.TaskLifetime);
        Assert.Single(Shown(network));
        Assert.Equal([(3, DisclosureState.Shown, 1)], Rows(coordinator));
    }

    [Fact]
    public async Task FirstSecret_isShownIfTheSeatsDisagreeOnARosterWithoutFurtherOnes()
    {
        using TestNetwork network = Bonded(miners: 3);
        using RunningCoordinator coordinator = network.Start();
        foreach (TestMiner miner in network.Miners)
        {
            miner.Lie = $"{miner.GpuId}";
        }

        TaskRow task = await AskAsync(coordinator, network);
        coordinator.Mine(network.Miners);
        await PassAsync(coordinator, network, Half(network) + TimeSpan.FromMinutes(1));
        Assert.Single(Shown(network));
        Assert.False(network.Chain.IsClaimable(task.TaskId!.Value, 0));
    }

    [Fact]
    public async Task BothSecrets_areShownAfterTwoThirdsIfFurtherSeatsAreSilent()
    {
        using TestNetwork network = Bonded(miners: 5);
        using RunningCoordinator coordinator = network.Start();
        TaskRow task = await EscalateAsync(coordinator, network);
        Lease(coordinator, network);
        await PassAsync(coordinator, network, Half(network) + TimeSpan.FromMinutes(1));
        Assert.Empty(Shown(network));
        Assert.False(network.Chain.IsClaimable(task.TaskId!.Value, 0));
        Assert.True(network.Chain.IsClaimable(task.TaskId.Value, 3));
        await PassAsync(coordinator, network, network.Options.TaskLifetime / 6);
        MiningCall.Disclose shown = Assert.Single(Shown(network));
        Assert.Equal(shown.SeatSecret, shown.Opening!.SeatSecret);
        Assert.All(Enumerable.Range(0, 5), seat => Assert.False(network.Chain.IsClaimable(task.TaskId.Value, seat)));
    }

    [Fact]
    public async Task NoSecret_isShownIfSevenSeatsWereDrawn()
    {
        using TestNetwork network = Bonded(miners: 9);
        using RunningCoordinator coordinator = network.Start();
        foreach (TestMiner miner in network.Miners)
        {
            miner.Lie = $"{miner.GpuId}";
        }

        coordinator.Queue(TestNetwork.Workload(1));
        for (int round = 0; round < 80; round++)
        {
            await coordinator.RoundsAsync();
            coordinator.Mine(network.Miners);
            network.Manual.Advance(TimeSpan.FromSeconds(30));
        }

        TaskRow task = Assert.Single(coordinator.AllTasks());
        Assert.Equal((TaskPhase.Void, 7), (task.Phase, task.Level));
        Assert.Empty(Shown(network));
        Assert.All(Enumerable.Range(0, 7), seat => Assert.False(network.Chain.IsClaimable(task.TaskId!.Value, seat)));
    }

    [Fact]
    public async Task NoSecret_isShownIfTheTaskSettles()
    {
        using TestNetwork network = Bonded(miners: 3);
        using RunningCoordinator coordinator = network.Start();
        await AskAsync(coordinator, network);
        coordinator.Mine(network.Miners);
        await PassAsync(coordinator, network, network.Options.TaskLifetime);
        Assert.Equal(TaskPhase.Settled, Assert.Single(coordinator.AllTasks()).Phase);
        Assert.Empty(Shown(network));
        Assert.Empty(Rows(coordinator));
    }

    [Fact]
    public async Task NoSecret_isShownIfNobodyWasAsked()
    {
        using TestNetwork network = Bonded(miners: 3);
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        Assert.Single(await coordinator.SeatAsync());
        await PassAsync(coordinator, network, network.Options.TaskLifetime);
        Assert.Empty(Shown(network));
        Assert.Empty(Rows(coordinator));
    }

    [Fact]
    public async Task NoSecret_isShownWithoutABondAndEachIsOnceThereIsOne()
    {
        using var network = new TestNetwork(miners: 3);
        using RunningCoordinator coordinator = network.Start();
        TaskRow task = await AskAsync(coordinator, network);
        await PassAsync(coordinator, network, Half(network) + TimeSpan.FromMinutes(1));
        network.Chain.Bond = 0;
        await PassAsync(coordinator, network, TimeSpan.FromMinutes(1));
        Assert.Empty(Shown(network));
        network.Chain.Bond = 1;
        await PassAsync(coordinator, network, TimeSpan.FromMinutes(1));
        Assert.Single(Shown(network));
        Assert.False(network.Chain.IsClaimable(task.TaskId!.Value, 0));
    }

    /// <summary>Who knows the secret knows who sits beside him.</summary>
    [Fact]
    public async Task FirstSecret_waitsForTwoThirdsIfSeatsStillCommit()
    {
        using TestNetwork network = Bonded(miners: 3);
        network.Options = network.Options with { CommitWindow = TimeSpan.FromMinutes(30) };
        using RunningCoordinator coordinator = network.Start();
        await AskAsync(coordinator, network);
        await PassAsync(coordinator, network, Half(network) + TimeSpan.FromMinutes(1));
        Assert.Empty(Shown(network));
        await PassAsync(coordinator, network, network.Options.TaskLifetime / 6);
        Assert.Single(Shown(network));
    }

    [Fact]
    public async Task Secret_isShownAgainIfAReorganisationTakesItBack()
    {
        using TestNetwork network = Bonded(miners: 3);
        using RunningCoordinator coordinator = network.Start();
        TaskRow task = await AskAsync(coordinator, network);
        await PassAsync(coordinator, network, Half(network) + TimeSpan.FromMinutes(1));
        network.Chain.TakeBackDisclosures();
        Assert.True(network.Chain.IsClaimable(task.TaskId!.Value, 0));
        await PassAsync(coordinator, network, TimeSpan.FromMinutes(2));
        Assert.False(network.Chain.IsClaimable(task.TaskId.Value, 0));
        Assert.Equal(2, Shown(network).Count);
        await PassAsync(coordinator, network, network.Options.TaskLifetime);
        Assert.Equal([(3, DisclosureState.Shown, 2)], Rows(coordinator));
    }

    [Fact]
    public async Task Secret_isToldAsMissedIfTheNodeWasAwayUntilItsTimeWasOver()
    {
        using TestNetwork network = Bonded(miners: 3);
        using RunningCoordinator coordinator = network.Start();
        TaskRow task = await AskAsync(coordinator, network);
        network.Chain.Unreachable = true;
        network.Manual.Advance(network.Options.TaskLifetime * 4 / 5);
        await Assert.ThrowsAsync<ChainUnavailableException>(() => coordinator.RoundAsync<DiscloseLoop>());
        network.Chain.Unreachable = false;
        await PassAsync(coordinator, network, TimeSpan.FromMinutes(1));
        Assert.Empty(Shown(network));
        Assert.Equal([(3, DisclosureState.Missed, 1)], Rows(coordinator));
        Assert.True(network.Chain.IsClaimable(task.TaskId!.Value, 0));
    }

    [Fact]
    public async Task Secrets_ofAWholeBatchAreShownInOneRound()
    {
        using TestNetwork network = Bonded(miners: 3);
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue([.. Enumerable.Range(1, 20).Select(number => TestNetwork.Workload(number))]);
        Assert.Equal(20, (await coordinator.SeatAsync()).Count);
        Lease(coordinator, network);
        network.Manual.Advance(Half(network) + TimeSpan.FromMinutes(1));
        await coordinator.RoundAsync<DiscloseLoop>();
        Assert.Equal(Enumerable.Range(0, 20), Shown(network).Select(call => (int)call.Task.Index).Order());
    }

    [Fact]
    public async Task Restart_losesNoSecretAndShowsNoneTwiceIfKilledAtAnyBoundary() => await MortalCoordinator.DieAnywhereAsync(least: 20, RunAsync);

    /// <summary>Five devices are asked for one task and stay silent; the coordinator dies at a boundary.</summary>
    private static async Task<IReadOnlyList<string>> RunAsync(int kill)
    {
        using TestNetwork network = Bonded(miners: 5);
        return await MortalCoordinator.LiveAsync(
            network,
            kill,
            rounds: 70,
            async coordinator =>
            {
                if (coordinator.AllTasks().Count == 0)
                {
                    coordinator.Queue(TestNetwork.Workload(1));
                }

                await coordinator.RoundsAsync();
                Lease(coordinator, network);
                return false;
            },
            pass: () => network.Manual.Advance(TimeSpan.FromSeconds(30)),
            coordinator =>
            {
                TaskRow task = Assert.Single(coordinator.AllTasks());
                Assert.True(task is { Phase: TaskPhase.Void, Level: 5 }, $"killed at {kill}: {task.Phase} with {task.Level} seats, {task.VoidReason}");
                Assert.All(Enumerable.Range(0, 5), seat => Assert.False(network.Chain.IsClaimable(task.TaskId!.Value, seat), $"killed at {kill}: seat {seat} can be claimed"));
                Assert.NotNull(Assert.Single(Shown(network)).Opening);
            });
    }

    private static TestNetwork Bonded(int miners)
    {
        var network = new TestNetwork(miners: miners);
        network.Chain.Bond = 1_000_000_000_000_000_000;
        return network;
    }

    private static TimeSpan Half(TestNetwork network) => network.Options.TaskLifetime / 2;

    private static List<MiningCall.Disclose> Shown(TestNetwork network) => [.. network.Chain.Sent.OfType<MiningCall.Disclose>()];

    private static List<(int, DisclosureState, int)> Rows(RunningCoordinator coordinator) => coordinator.Ledger.Read(transaction => transaction.Query(
        "SELECT seats, state, attempt FROM disclosures ORDER BY task_key, seats", row => ((int)row.GetInt64(0), (DisclosureState)row.GetInt64(1), (int)row.GetInt64(2))));

    private static void Lease(RunningCoordinator coordinator, TestNetwork network)
    {
        foreach (TestMiner miner in network.Miners)
        {
            coordinator.Dispatch.Lease(miner.GpuId, miner.EnclaveKey.Address, 64, network.Options.LeaseLength);
        }
    }

    /// <summary>A task whose three devices have their letters.</summary>
    private static async Task<TaskRow> AskAsync(RunningCoordinator coordinator, TestNetwork network)
    {
        coordinator.Queue(TestNetwork.Workload(1));
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        Lease(coordinator, network);
        return task;
    }

    /// <summary>A task on whose first three seats two lie, with the further ones drawn.</summary>
    private static async Task<TaskRow> EscalateAsync(RunningCoordinator coordinator, TestNetwork network)
    {
        TaskRow task = await AskAsync(coordinator, network);
        IReadOnlyList<TestMiner> seats = coordinator.Seated(task);
        (seats[1].Lie, seats[2].Lie) = ("one lie", "another lie");
        coordinator.Mine(seats);
        for (int round = 0; round < 20 && coordinator.Seated(task).Count < 5; round++)
        {
            await coordinator.RoundsAsync();
            network.Manual.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(5, coordinator.Seated(task).Count);
        return task;
    }

    private static async Task PassAsync(RunningCoordinator coordinator, TestNetwork network, TimeSpan time)
    {
        for (TimeSpan left = time; left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(30))
        {
            await coordinator.RoundsAsync();
            network.Manual.Advance(TimeSpan.FromSeconds(30));
        }

        await coordinator.RoundsAsync();
    }
}
