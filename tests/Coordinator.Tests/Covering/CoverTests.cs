using Ait.Coordinator.Covering;
using Ait.Coordinator.Loops;
using Ait.Coordinator.OnChain;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Covering;

public sealed class CoverTests
{
    private static readonly TimeSpan s_claimWindow = TimeSpan.FromDays(7);

    [Theory]
    [InlineData(0, 10, 0, false, int.MaxValue)] // Nothing was put up, and nothing has to be.
    [InlineData(0, 10, 0, true, 0)]
    [InlineData(49, 10, 0, false, 0)]
    [InlineData(50, 10, 0, false, 1)]
    [InlineData(149, 10, 0, false, 2)]
    [InlineData(150, 10, 5, false, 2)]
    [InlineData(150, 10, 16, false, 0)] // More can be claimed than is there.
    [InlineData(150, 0, 1000, true, int.MaxValue)] // Letters that cost nothing.
    public void Judge_countsTheTasksWhoseFiveLettersAreLeft(int free, int letterPay, int claimable, bool isRequired, int most) =>
        Assert.Equal(most, Cover.Judge(new LetterTerms(free, letterPay, s_claimWindow), claimable, isRequired).MostTasks);

    [Fact]
    public void Judge_asksForNothingWhereThereIsNoSuchContract() => Assert.Equal(int.MaxValue, Cover.Judge(null, 0, false).MostTasks);

    [Fact]
    public async Task Batch_takesNoMoreTasksThanTheBondHasLettersFor()
    {
        using TestNetwork network = Bonded(letters: 17);
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue([.. Enumerable.Range(1, 5).Select(number => TestNetwork.Workload(number))]);
        Assert.Equal(3, (await coordinator.SeatAsync()).Count);
        Assert.Equal(2, coordinator.Dispatch.CountWaiting());
        await coordinator.RoundAsync<BatchLoop>();
        Assert.Equal(2, coordinator.Dispatch.CountWaiting());
        CoverState state = coordinator.Get<CoverGate>().Last!;
        Assert.Equal((true, 15 * network.Chain.LetterPay, 20 * network.Chain.LetterPay), (state.IsShort, state.Claimable, state.Wanted));

        network.Chain.Bond = state.Wanted;
        await coordinator.RoundAsync<BatchLoop>();
        Assert.Equal(1, coordinator.Dispatch.CountWaiting());
        Assert.Equal([3, 1], network.Chain.Sent.OfType<MiningCall.CommitBatch>().Select(call => call.TaskCount));
    }

    [Fact]
    public async Task Letters_ofTasksThatSettledAreFree()
    {
        using TestNetwork network = Bonded(letters: 5);
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1), TestNetwork.Workload(2));
        Assert.Single(await coordinator.SeatAsync());
        coordinator.Mine(network.Miners);
        await PassAsync(coordinator, network, TimeSpan.FromMinutes(2));
        Assert.Equal(TaskPhase.Settled, coordinator.AllTasks()[0].Phase);
        Assert.Equal(2, coordinator.AllTasks().Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Work_waitsWithoutABondOnlyIfItHasTo(bool isRequired)
    {
        using var network = new TestNetwork(miners: 3);
        network.Options = network.Options with { DemandsCover = isRequired };
        network.Chain.Bond = 0;
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        Assert.Equal(isRequired ? 0 : 1, (await coordinator.SeatAsync()).Count);
    }

    /// <summary>A secret that is on chain in time answers for its letters; one that was missed costs them until nobody can claim them any more.</summary>
    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 3)]
    public async Task Letters_ofTasksThatFailedCountUntilTheyAreAnsweredForOrTooOld(bool isAway, int claimable)
    {
        using TestNetwork network = Bonded(letters: 100);
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        Assert.Single(await coordinator.SeatAsync());
        foreach (TestMiner miner in network.Miners)
        {
            coordinator.Dispatch.Lease(miner.GpuId, miner.EnclaveKey.Address, 64, network.Options.LeaseLength);
        }

        Assert.Equal(5, coordinator.Get<CoverStore>().CountClaimable(s_claimWindow));
        if (isAway)
        {
            network.Manual.Advance(network.Options.TaskLifetime);
        }

        await PassAsync(coordinator, network, network.Options.TaskLifetime + TimeSpan.FromMinutes(2));
        Assert.Equal(TaskPhase.Void, Assert.Single(coordinator.AllTasks()).Phase);
        Assert.Equal(claimable, coordinator.Get<CoverStore>().CountClaimable(s_claimWindow));
        network.Manual.Advance(s_claimWindow);
        Assert.Equal(0, coordinator.Get<CoverStore>().CountClaimable(s_claimWindow));
    }

    private static TestNetwork Bonded(int letters)
    {
        var network = new TestNetwork(miners: 3);
        network.Chain.Bond = network.Chain.LetterPay * letters;
        return network;
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
