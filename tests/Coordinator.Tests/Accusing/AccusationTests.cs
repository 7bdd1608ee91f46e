using Ait.Chain;
using Ait.Coordinator.Accusing;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Accusing;

public sealed class AccusationTests
{
    [Fact]
    public async Task Liar_isSlashedOnceTheCanaryHasSettledAndNobodyElse()
    {
        using var network = new TestNetwork(miners: 3);
        using RunningCoordinator coordinator = network.Start();
        TaskRow task = await PlantAsync(coordinator, network, liars: 1);
        Assert.Empty(network.Chain.Slashed);
        await PassAsync(coordinator, network);
        Assert.Equal(TaskPhase.Settled, Assert.Single(coordinator.AllTasks()).Phase);
        Assert.Equal([(task.TaskId!.Value, coordinator.Seated(task)[0].GpuId)], network.Chain.Slashed);
        Assert.Single(Accused(network));
        network.Manual.Advance(network.Options.TaskLifetime);
        await PassAsync(coordinator, network);
        Assert.Equal([(0, AccusationState.Slashed, 1)], Rows(coordinator));
    }

    [Fact]
    public async Task Nobody_isSlashedIfAllAreHonest()
    {
        using var network = new TestNetwork(miners: 3);
        using RunningCoordinator coordinator = network.Start();
        await PlantAsync(coordinator, network, liars: 0);
        await PassAsync(coordinator, network);
        Assert.Equal(TaskPhase.Settled, Assert.Single(coordinator.AllTasks()).Phase);
        Assert.Empty(Accused(network));
        Assert.Empty(Rows(coordinator));
    }

    [Fact]
    public async Task Nobody_isSlashedForAWrongResultOfAnotherTask()
    {
        using var network = new TestNetwork(miners: 3);
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        coordinator.Seated(task)[0].Lie = "a lie";
        coordinator.Mine(network.Miners);
        await PassAsync(coordinator, network);
        Assert.Equal(TaskPhase.Settled, Assert.Single(coordinator.AllTasks()).Phase);
        Assert.Empty(Accused(network));
        Assert.Null(coordinator.Get<AccusationStore>().Find(task.TaskId!.Value));
    }

    /// <summary>Who plants a wrong answer by mistake takes nobody's bond: two other seats must have signed it.</summary>
    [Fact]
    public async Task Nobody_isSlashedIfTheKnownAnswerIsNobodys()
    {
        using var network = new TestNetwork(miners: 3);
        using RunningCoordinator coordinator = network.Start();
        Workload workload = TestNetwork.Workload(1);
        coordinator.Dispatch.Enqueue([(workload, TestNetwork.Price(workload))], [Keccak256.Hash("not the answer"u8)]);
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        coordinator.Mine(network.Miners);
        await PassAsync(coordinator, network);
        Assert.Equal(TaskPhase.Settled, Assert.Single(coordinator.AllTasks()).Phase);
        Assert.Empty(Accused(network));
        Assert.Null(coordinator.Get<AccusationStore>().Find(task.TaskId!.Value));
    }

    [Fact]
    public async Task Liars_areSlashedIfTheCanaryEscalates()
    {
        using var network = new TestNetwork(miners: 9);
        using RunningCoordinator coordinator = network.Start();
        TaskRow task = await PlantAsync(coordinator, network, liars: 2);
        await PassAsync(coordinator, network, rounds: 30);
        TaskRow settled = Assert.Single(coordinator.AllTasks());
        Assert.Equal((TaskPhase.Settled, 5), (settled.Phase, settled.Level));
        Assert.Equal(coordinator.Seated(task).Take(2).Select(miner => (task.TaskId!.Value, miner.GpuId)).Order(), network.Chain.Slashed.Order());
    }

    [Fact]
    public async Task Canary_isInNothingThatIsShownBeforeItHasEnded()
    {
        using var network = new TestNetwork(miners: 3);
        using RunningCoordinator coordinator = network.Start();
        coordinator.QueueCanaries(TestNetwork.Workload(1));
        coordinator.Queue(TestNetwork.Workload(2));
        IReadOnlyList<TaskRow> tasks = await coordinator.SeatAsync();
        coordinator.Mine(network.Miners);
        Assert.Equal([1, 1], tasks.Select(task => coordinator.Ledger.Read(transaction => (int)transaction.Number("SELECT count(DISTINCT kind) FROM history WHERE subject = $1 AND kind = 'committed'", task.TaskId!.Value))));
        Assert.DoesNotContain("canary", string.Join('\n', Told(coordinator)), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(
            Told(coordinator, tasks[0].TaskId!.Value).Concat(Told(coordinator, TestNetwork.Workload(1).Hash)),
            Told(coordinator, tasks[1].TaskId!.Value).Concat(Told(coordinator, TestNetwork.Workload(2).Hash)));
        Assert.Null(coordinator.Get<AccusationStore>().Find(tasks[0].TaskId!.Value));
        Assert.Empty(Accused(network));
    }

    [Fact]
    public async Task Liar_isLeftToTheOperatorIfTheCoordinatorIsToldNotToSlash()
    {
        using var network = new TestNetwork(miners: 3);
        network.Options = network.Options with { SlashesCanaries = false };
        using RunningCoordinator coordinator = network.Start();
        TaskRow task = await PlantAsync(coordinator, network, liars: 1);
        Assert.Null(coordinator.Get<AccusationStore>().Find(task.TaskId!.Value));
        await PassAsync(coordinator, network);
        Assert.Empty(Accused(network));
        FailedCanary canary = coordinator.Get<AccusationStore>().Find(task.TaskId.Value)!;
        MiningCall.Accuse call = Accusation.Call(canary, Assert.Single(canary.Wrong));
        Assert.Null(await network.Chain.SimulateAsync(call, TestContext.Current.CancellationToken));
        Assert.NotEmpty(EthereumMiningChain.EncodeAccusation(call));
        network.Manual.Advance(network.Options.TaskLifetime);
        Assert.Null(coordinator.Get<AccusationStore>().Find(task.TaskId.Value));
    }

    [Fact]
    public async Task Liar_isSlashedAgainIfAReorganisationTakesItBack()
    {
        using var network = new TestNetwork(miners: 3);
        using RunningCoordinator coordinator = network.Start();
        await PlantAsync(coordinator, network, liars: 1);
        await PassAsync(coordinator, network);
        network.Chain.TakeBackSlashings();
        await PassAsync(coordinator, network);
        Assert.Single(network.Chain.Slashed);
        Assert.Equal([(0, AccusationState.Mined, 2)], Rows(coordinator));
    }

    [Fact]
    public async Task Answer_stepsAlongIfTheWorkIsQueuedAgain()
    {
        using var network = new TestNetwork(miners: 3);
        using RunningCoordinator coordinator = network.Start();
        coordinator.QueueCanaries(TestNetwork.Workload(1));
        Assert.Single(await coordinator.SeatAsync());
        network.Chain.TakeBackBatch(tells: true);
        await coordinator.RoundsAsync();
        await coordinator.RoundsAsync();
        TaskRow again = coordinator.AllTasks()[^1];
        coordinator.Seated(again)[0].Lie = "a lie";
        coordinator.Mine(network.Miners);
        await PassAsync(coordinator, network);
        Assert.Equal([(again.TaskId!.Value, coordinator.Seated(again)[0].GpuId)], network.Chain.Slashed);
    }

    [Fact]
    public async Task Restart_slashesOnceIfKilledAtAnyBoundary() => await MortalCoordinator.DieAnywhereAsync(least: 15, RunAsync);

    /// <summary>A canary with one liar among three seats; the coordinator dies at a boundary.</summary>
    private static async Task<IReadOnlyList<string>> RunAsync(int kill)
    {
        using var network = new TestNetwork(miners: 3);
        network.Miners[0].Lie = "a lie";
        return await MortalCoordinator.LiveAsync(
            network,
            kill,
            rounds: 30,
            async coordinator =>
            {
                if (coordinator.AllTasks().Count == 0)
                {
                    coordinator.QueueCanaries(TestNetwork.Workload(1));
                }

                await coordinator.RoundsAsync();
                coordinator.Mine(network.Miners);
                return false;
            },
            pass: () => network.Manual.Advance(TimeSpan.FromSeconds(20)),
            coordinator =>
            {
                TaskRow task = coordinator.AllTasks()[^1];
                Assert.True(task.Phase == TaskPhase.Settled, $"killed at {kill}: {task.Phase}, {task.VoidReason}");
                Assert.Equal([(task.TaskId!.Value, network.Miners[0].GpuId)], network.Chain.Slashed);
                Assert.Single(Accused(network));
            });
    }

    private static List<MiningCall.Accuse> Accused(TestNetwork network) => [.. network.Chain.Sent.OfType<MiningCall.Accuse>()];

    private static List<(int, AccusationState, int)> Rows(RunningCoordinator coordinator) => coordinator.Ledger.Read(transaction => transaction.Query(
        "SELECT seat, state, attempt FROM accusations ORDER BY task_key, seat", row => ((int)row.GetInt64(0), (AccusationState)row.GetInt64(1), (int)row.GetInt64(2))));

    /// <summary>The ledger's history, of one subject or of all.</summary>
    private static List<string> Told(RunningCoordinator coordinator, Hash256? subject = null) => coordinator.Ledger.Read(transaction => subject is { } one
        ? transaction.Query("SELECT kind || ' ' || detail FROM history WHERE subject = $1 ORDER BY at, kind, detail", row => row.GetString(0), one)
        : transaction.Query("SELECT kind || ' ' || detail FROM history ORDER BY at, kind, detail", row => row.GetString(0)));

    /// <summary>A canary whose first seats lie and whose every seat has handed in its result.</summary>
    private static async Task<TaskRow> PlantAsync(RunningCoordinator coordinator, TestNetwork network, int liars)
    {
        coordinator.QueueCanaries(TestNetwork.Workload(1));
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        IReadOnlyList<TestMiner> seats = coordinator.Seated(task);
        for (int seat = 0; seat < liars; seat++)
        {
            seats[seat].Lie = $"lie {seat}";
        }

        coordinator.Mine(seats);
        return task;
    }

    private static async Task PassAsync(RunningCoordinator coordinator, TestNetwork network, int rounds = 6)
    {
        for (int round = 0; round < rounds; round++)
        {
            network.Manual.Advance(TimeSpan.FromSeconds(10));
            await coordinator.RoundsAsync();
            coordinator.Mine(network.Miners);
        }
    }
}
