using Ait.Chain;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Loops;
using Ait.Coordinator.OnChain;
using Ait.Coordinator.Redeeming;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Redeeming;

public sealed class RedemptionTests
{
    private static readonly Workload s_workload = TestNetwork.Workload(5);
    private static readonly Address s_buyer = new([.. new byte[19], 77]);

    private static ulong Quote => TestNetwork.Price(s_workload).Micro;

    [Fact]
    public async Task Redeemed_queuesTheWorkloadForItsBuyerOnce()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        await coordinator.BuyAsync(s_workload);
        network.Chain.Redeem(s_buyer, s_workload.Hash, Quote);
        await coordinator.RoundAsync<ChainFollower>();
        await coordinator.RoundAsync<ChainFollower>();
        Assert.Equal(1, coordinator.Dispatch.CountWaiting());
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        Assert.Equal(s_buyer, task.Task.Redeemer);
    }

    [Fact]
    public async Task Redeemed_waitsUntilTheCreditCoversTheQuote()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        await coordinator.BuyAsync(s_workload);
        network.Chain.Redeem(s_buyer, s_workload.Hash, Quote - 1);
        await coordinator.RoundAsync<ChainFollower>();
        Assert.Equal(0, coordinator.Dispatch.CountWaiting());
        network.Chain.Redeem(s_buyer, s_workload.Hash, 1);
        await coordinator.RoundAsync<ChainFollower>();
        Assert.Equal(1, coordinator.Dispatch.CountWaiting());
    }

    [Fact]
    public async Task Redeemed_countsOnceIfTheLogsAreReadAgain()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        await coordinator.BuyAsync(s_workload);
        network.Chain.Redeem(s_buyer, s_workload.Hash, Quote);
        await coordinator.RoundAsync<ChainFollower>();
        coordinator.Ledger.Write("test", transaction => transaction.Execute("DELETE FROM cursors"));
        await coordinator.RoundAsync<ChainFollower>();
        Assert.Equal(1, coordinator.Dispatch.CountWaiting());
        Assert.Equal(1, coordinator.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM redemptions")));

        // Also after the work is done and its credit spent.
        await coordinator.SeatAsync();
        coordinator.Mine(network.Miners);
        network.Manual.Advance(TimeSpan.FromMinutes(1));
        await coordinator.RoundsAsync();
        coordinator.Ledger.Write("test", transaction => transaction.Execute("DELETE FROM cursors"));
        await coordinator.RoundsAsync();
        Assert.Equal((0, 1), (coordinator.Dispatch.CountWaiting(), coordinator.AllTasks().Count));
    }

    [Fact]
    public async Task Redeemed_isNotBegunWhileItsCreditIsLeaving()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        await coordinator.BuyAsync(s_workload);
        network.Chain.Redeem(s_buyer, s_workload.Hash, Quote);
        await coordinator.RoundAsync<ChainFollower>();
        network.Chain.RequestMove(s_buyer, s_workload.Hash, 1);
        await coordinator.RoundAsync<ChainFollower>();
        Assert.Equal(0, coordinator.Dispatch.CountWaiting());
        network.Chain.RequestMove(s_buyer, s_workload.Hash, 0);
        await coordinator.RoundAsync<ChainFollower>();
        Assert.Equal(1, coordinator.Dispatch.CountWaiting());
    }

    [Fact]
    public async Task Redeemed_runsWhereItsCreditMovedTo()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        Workload other = TestNetwork.Workload(6);
        await coordinator.BuyAsync(s_workload);
        await coordinator.BuyAsync(other);
        network.Chain.Redeem(s_buyer, s_workload.Hash, Quote);
        network.Chain.RequestMove(s_buyer, s_workload.Hash, Quote);
        await coordinator.RoundAsync<ChainFollower>();
        Assert.Equal(0, coordinator.Dispatch.CountWaiting());
        network.Chain.CompleteMove(s_buyer, s_workload.Hash, other.Hash);
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        Assert.Equal((other.Hash, s_buyer), (task.Task.WorkloadHash, task.Task.Redeemer));
        coordinator.Mine(network.Miners);
        network.Manual.Advance(TimeSpan.FromMinutes(1));
        await coordinator.RoundsAsync();
        Assert.Equal(1, network.Chain.SettledTasks);
        Assert.Equal(0ul, await network.Chain.ReadCreditAsync(s_buyer, other.Hash, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Redeemed_isUndoneIfAReorganisationTakesItBackBeforeTheWorkBegan()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        await coordinator.BuyAsync(s_workload);
        MiningEvent.Redeemed redeemed = network.Chain.Redeem(s_buyer, s_workload.Hash, Quote);
        await coordinator.RoundAsync<ChainFollower>();
        network.Chain.TakeBack(redeemed);
        await coordinator.RoundAsync<ChainFollower>();
        Assert.Equal(0, coordinator.Dispatch.CountWaiting());
        network.Chain.Redeem(s_buyer, s_workload.Hash, Quote);
        await coordinator.RoundAsync<ChainFollower>();
        Assert.Equal(1, coordinator.Dispatch.CountWaiting());
    }

    [Fact]
    public async Task Redeemed_mintsNothingIfAReorganisationTakesItBackWhileTheWorkRuns()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        await coordinator.BuyAsync(s_workload);
        MiningEvent.Redeemed redeemed = network.Chain.Redeem(s_buyer, s_workload.Hash, Quote);
        await coordinator.SeatAsync();
        coordinator.Mine(network.Miners);
        network.Chain.TakeBack(redeemed);
        network.Manual.Advance(TimeSpan.FromMinutes(1));
        await coordinator.RoundsAsync();
        Assert.Equal(TaskPhase.Agreed, coordinator.AllTasks().Single().Phase);
        network.Manual.Advance(network.Options.TaskLifetime + TimeSpan.FromMinutes(2));
        await coordinator.RoundsAsync();
        Assert.Equal(TaskPhase.Void, coordinator.AllTasks().Single().Phase);
        Assert.Equal(0, network.Chain.SettledTasks);
    }

    [Fact]
    public async Task Redeemed_runsTwiceIfPaidTwiceAndOnceIfOverpaid()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        await coordinator.BuyAsync(s_workload);
        network.Chain.Redeem(s_buyer, s_workload.Hash, 5 * Quote);
        await RunAsync();
        Assert.Single(coordinator.AllTasks());

        network.Chain.Redeem(s_buyer, s_workload.Hash, 1);
        await RunAsync();
        Assert.Equal(2, network.Chain.SettledTasks);

        async Task RunAsync()
        {
            for (int i = 0; i < 4; i++)
            {
                await coordinator.RoundsAsync();
                coordinator.Mine(network.Miners);
                network.Manual.Advance(TimeSpan.FromMinutes(1));
            }
        }
    }

    [Fact]
    public async Task VoidTask_leavesTheCreditAndCanBeAskedForAgain()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        await coordinator.BuyAsync(s_workload);
        network.Chain.Redeem(s_buyer, s_workload.Hash, Quote);
        await coordinator.SeatAsync();
        network.Manual.Advance(network.Options.CommitWindow + TimeSpan.FromSeconds(1));
        await coordinator.RoundsAsync();
        Assert.Equal(WorkloadPhase.Void, coordinator.Redemption.Progress(s_workload.Hash)!.Phase);
        Assert.Equal(Quote, await network.Chain.ReadCreditAsync(s_buyer, s_workload.Hash, TestContext.Current.CancellationToken));
        coordinator.Redemption.Reconsider(s_buyer, s_workload.Hash);

        // Who asks again and looks at once doesn't see how it ended before.
        Assert.Equal(WorkloadPhase.Quoted, coordinator.Redemption.Progress(s_workload.Hash)!.Phase);
        await coordinator.RoundAsync<ChainFollower>();
        Assert.Equal(1, coordinator.Dispatch.CountWaiting());
        Assert.Equal(WorkloadPhase.Funded, coordinator.Redemption.Progress(s_workload.Hash)!.Phase);
    }

    [Theory]
    [InlineData(true, false, false, 10, 10, RedemptionDecision.Queue)]
    [InlineData(true, false, false, 9, 10, RedemptionDecision.Leave)]
    [InlineData(false, false, false, 10, 10, RedemptionDecision.Leave)]
    [InlineData(true, false, false, 10, 0, RedemptionDecision.Leave)]
    [InlineData(true, true, false, 10, 10, RedemptionDecision.Wait)]
    [InlineData(true, false, true, 10, 10, RedemptionDecision.Wait)]
    [InlineData(true, true, false, 9, 10, RedemptionDecision.Unqueue)]
    [InlineData(true, false, true, 9, 10, RedemptionDecision.Leave)]
    internal void Decide_queuesFundedWorkThatIsNotUnderWay(bool known, bool waiting, bool running, int credit, int quote, RedemptionDecision expected) =>
        Assert.Equal(expected, Redemption.Decide(known, waiting, running, (ulong)credit, (ulong)quote));
}
