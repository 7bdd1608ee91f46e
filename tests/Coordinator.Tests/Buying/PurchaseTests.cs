using Ait.Chain;
using Ait.Coordinator.Buying;
using Ait.Coordinator.Loops;
using Ait.Coordinator.OnChain;
using Ait.Coordinator.SigningIn;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Buying;

/// <summary>What an account's credit is, through everything that can happen to a redemption and to a task.</summary>
public sealed class PurchaseTests
{
    private static readonly Address s_account = new([.. new byte[19], 42]);

    private static ulong Price => TestNetwork.Price(TestNetwork.Workload(1)).Micro;

    [Fact]
    public async Task Credit_isWhatWasRedeemedLessWhatWasBought()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        ApiKey key = Key(coordinator);
        Assert.Equal(new Purchase.NoCredit(0), Buy(coordinator, key, 1));
        await RedeemAsync(network, coordinator, (2 * Price) + 1);
        Purchase.Bought bought = Assert.IsType<Purchase.Bought>(Buy(coordinator, key, 1));
        Assert.Equal(Price, bought.Charged);
        Assert.Equal((2 * Price) + 1 - Price, Available(coordinator));
        Assert.IsType<Purchase.Bought>(Buy(coordinator, key, 2));
        Assert.Equal(new Purchase.NoCredit(1), Buy(coordinator, key, 3));
        Assert.Equal(2, coordinator.Dispatch.CountWaiting());
    }

    [Fact]
    public async Task Credit_isNotSpentByAnswersThatAreKnownOrOnTheirWay()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        ApiKey key = Key(coordinator);
        await RedeemAsync(network, coordinator, Price);
        Purchase.Bought first = Assert.IsType<Purchase.Bought>(Buy(coordinator, key, 1));
        Assert.Equal(new Purchase.Bought(first.EntryKey, 0), Buy(coordinator, key, 1));
        await coordinator.SeatAsync();
        Assert.Equal(new Purchase.Bought(first.EntryKey, 0), Buy(coordinator, key, 1));
        coordinator.Mine(network.Miners);
        network.Manual.Advance(TimeSpan.FromMinutes(1));
        await coordinator.RoundsAsync();
        Assert.Equal(TaskPhase.Settled, Assert.Single(coordinator.AllTasks()).Phase);
        Assert.Equal(new Purchase.Bought(first.EntryKey, 0), Buy(coordinator, key, 1));
        Assert.Equal(0ul, Available(coordinator));
        Assert.Equal(WorkloadPhase.Settled, Assert.Single(Credit(coordinator).Purchases).Phase);
    }

    [Fact]
    public async Task Credit_isSpentOnChainByTheTaskThatNamesTheAccount()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        ApiKey key = Key(coordinator);
        await RedeemAsync(network, coordinator, 3 * Price);
        Assert.IsType<Purchase.Bought>(Buy(coordinator, key, 1));
        Assert.Equal(s_account, Assert.Single(await coordinator.SeatAsync()).Task.Redeemer);
        coordinator.Mine(network.Miners);
        network.Manual.Advance(TimeSpan.FromMinutes(1));
        await coordinator.RoundsAsync();
        Assert.Equal(1, network.Chain.SettledTasks);
        Assert.Equal(2 * Price, await network.Chain.ReadCreditAsync(s_account, network.Domain.CreditId(s_account), TestContext.Current.CancellationToken));
        Assert.Equal(0, network.Chain.SubsidyCharged);
    }

    [Fact]
    public async Task Credit_comesBackIfTheTaskIsVoid()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        ApiKey key = Key(coordinator);
        await RedeemAsync(network, coordinator, Price);
        Assert.IsType<Purchase.Bought>(Buy(coordinator, key, 1));
        await coordinator.SeatAsync();
        network.Manual.Advance(network.Options.CommitWindow + TimeSpan.FromSeconds(2)); // Nobody commits.
        await coordinator.RoundsAsync();
        Assert.Equal(TaskPhase.Void, Assert.Single(coordinator.AllTasks()).Phase);
        Assert.Equal(Price, Available(coordinator));
        Assert.Equal(WorkloadPhase.Void, Assert.Single(Credit(coordinator).Purchases).Phase);
        Assert.IsType<Purchase.Bought>(Buy(coordinator, key, 1));
    }

    [Fact]
    public async Task Credit_goesIfAReorganisationTakesTheRedemptionBack()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        ApiKey key = Key(coordinator);
        MiningEvent.Redeemed redeemed = await RedeemAsync(network, coordinator, Price);
        Assert.Equal(Price, Available(coordinator));
        network.Chain.TakeBack(redeemed);
        await coordinator.RoundAsync<ChainFollower>();
        Assert.Equal(0ul, Available(coordinator));
        Assert.Equal(new Purchase.NoCredit(0), Buy(coordinator, key, 1));
    }

    [Fact]
    public async Task Credit_isOfTheAccountThatRedeemedToItsOwnId()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        ApiKey key = Key(coordinator);
        Address other = new([.. new byte[19], 43]);
        Hash256 creditId = network.Domain.CreditId(s_account);
        await network.Chain.SubmitAsync("open", new MiningCall.OpenWorkload(creditId, 1), TestContext.Current.CancellationToken);
        network.Chain.Redeem(other, creditId, Price);
        await coordinator.RoundAsync<ChainFollower>();
        Assert.Equal(new Purchase.NoCredit(0), Buy(coordinator, key, 1));
        Assert.Equal(0, coordinator.Dispatch.CountWaiting());
    }

    [Fact]
    public async Task Limit_isOfTheKeyAndItsDay()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        ApiKey daily = Key(coordinator, new KeyRequest("daily", Price, 2 * Price));
        ApiKey free = Key(coordinator);
        await RedeemAsync(network, coordinator, 10 * Price);
        Assert.IsType<Purchase.Bought>(Buy(coordinator, daily, 1));
        Assert.Equal(new Purchase.OverLimit("24 hours", 0), Buy(coordinator, daily, 2));
        Assert.IsType<Purchase.Bought>(Buy(coordinator, free, 3));
        network.Manual.Advance(TimeSpan.FromHours(24) + TimeSpan.FromSeconds(1));
        Assert.IsType<Purchase.Bought>(Buy(coordinator, daily, 2));
        network.Manual.Advance(TimeSpan.FromHours(24) + TimeSpan.FromSeconds(1));
        Assert.Equal(new Purchase.OverLimit("its whole life", 0), Buy(coordinator, daily, 4));
    }

    [Fact]
    public async Task Credit_isSpentOnceUnderConcurrentPurchases()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        ApiKey key = Key(coordinator);
        await RedeemAsync(network, coordinator, 5 * Price);
        Purchase[] purchases = await Task.WhenAll(Enumerable.Range(1, 20).Select(number => Task.Run(() => Buy(coordinator, key, number))));
        Assert.Equal(5, purchases.OfType<Purchase.Bought>().Count());
        Assert.Equal(0ul, Available(coordinator));
    }

    [Fact]
    public async Task WorkloadBoughtOnChain_answersItsBuyersKeyWithoutACharge()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        ApiKey key = Key(coordinator);
        Workload workload = TestNetwork.Workload(1);
        await coordinator.BuyAsync(workload);
        network.Chain.Redeem(s_account, workload.Hash, Price);
        await coordinator.RoundAsync<ChainFollower>();
        Assert.Equal(0ul, Assert.IsType<Purchase.Bought>(Buy(coordinator, key, 1)).Charged);
        Assert.Equal(s_account, Assert.Single(await coordinator.SeatAsync()).Task.Redeemer);
    }

    private static ApiKey Key(RunningCoordinator coordinator, KeyRequest? request = null) =>
        coordinator.Get<ApiKeyStore>().Add(s_account, request ?? new KeyRequest("a key"), BearerToken.Create(BearerToken.KeyPrefix))!;

    private static Purchase Buy(RunningCoordinator coordinator, ApiKey key, int number)
    {
        Workload workload = TestNetwork.Workload(number);
        return coordinator.Get<PurchaseStore>().Buy(key, workload, TestNetwork.Price(workload));
    }

    private static CreditResponse Credit(RunningCoordinator coordinator) => coordinator.Get<PurchaseStore>().Credit(s_account, isOpen: true);

    private static ulong Available(RunningCoordinator coordinator) => Credit(coordinator).Available;

    private static async Task<MiningEvent.Redeemed> RedeemAsync(TestNetwork network, RunningCoordinator coordinator, ulong units)
    {
        Hash256 creditId = network.Domain.CreditId(s_account);
        await network.Chain.SubmitAsync("open", new MiningCall.OpenWorkload(creditId, 1), TestContext.Current.CancellationToken);
        MiningEvent.Redeemed redeemed = network.Chain.Redeem(s_account, creditId, units);
        await coordinator.RoundAsync<ChainFollower>();
        return redeemed;
    }
}
