using Ait.Miner.Evidencing;
using Ait.Miner.Tests.Fixtures;
using Ait.Miner.Tests.Submission;

namespace Ait.Miner.Tests.Evidencing;

public sealed class DeviceKeeperTests
{
    private readonly DeviceBench _bench = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Moves the clock each time someone waits for it, until the task is done.</summary>
    private async Task<T> PassTimeAsync<T>(Task<T> task, TimeSpan step)
    {
        await SeatRunTests.UntilAsync(() =>
        {
            if (!task.IsCompleted && _bench.Clock.Waiting > 0)
            {
                _bench.Clock.Advance(step);
            }

            return task.IsCompleted;
        });
        return await task;
    }

    [Fact]
    public async Task Ensure_waitsOutANodeThatIsAway()
    {
        _bench.Contracts.Away = 3;

        Assert.Null(await PassTimeAsync(_bench.Keeper.EnsureAsync(Cancellation), TimeSpan.FromMilliseconds(40)));

        Assert.Equal(["waiting", "waiting", "waiting", "registered"], _bench.Reporter.Kinds);
    }

    [Fact]
    public async Task Ensure_bringsFreshEvidenceIfTheChallengeGrewOld()
    {
        _bench.Contracts.IssuersCached = true;
        _bench.Contracts.Refusals.Enqueue(ContractRefusals.OfError("ChallengeBlockUnknown", ["100", "300"]));

        Assert.Null(await PassTimeAsync(_bench.Keeper.EnsureAsync(Cancellation), TimeSpan.FromMilliseconds(40)));

        Assert.Equal(["register", "register"], _bench.Contracts.Sent);
        Assert.Equal(2, _bench.Hardware.Asked.Count);
    }

    [Fact]
    public async Task Ensure_waitsForGas()
    {
        _bench.Contracts.IssuersCached = true;
        _bench.Contracts.Refusals.Enqueue(ContractRefusals.NoGas(DeviceBench.Operator, "0"));

        Assert.Null(await PassTimeAsync(_bench.Keeper.EnsureAsync(Cancellation), TimeSpan.FromMilliseconds(40)));

        Assert.Contains(_bench.Reporter.Events, happened => happened.Remedy == $"Send the chain's currency to {DeviceBench.Operator}.");
    }

    [Fact]
    public async Task Ensure_givesUpOnARefusalThatTimeDoesNotHeal()
    {
        _bench.Contracts.MeasurementAllowed = false;

        Assert.Equal("MeasurementNotAllowed", (await _bench.Keeper.EnsureAsync(Cancellation))?.Code);
    }

    [Fact]
    public async Task Run_refreshesBeforeTheValidityEnds()
    {
        await _bench.Keeper.EnsureAsync(Cancellation);
        using var stop = new CancellationTokenSource();
        Task<ContractRefusal?> running = _bench.Keeper.RunAsync(stop.Token);
        await SeatRunTests.UntilAsync(() => _bench.Clock.Waiting > 0);

        _bench.Clock.Advance(TimeSpan.FromHours(17));
        await Task.Delay(20, Cancellation);
        Assert.Equal(["cache", "register"], _bench.Contracts.Sent);
        _bench.Clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));
        await _bench.Reporter.WaitAsync("refreshed");

        Assert.Equal(["cache", "register", "refresh"], _bench.Contracts.Sent);
        Assert.True(_bench.Keeper.NextRefresh > _bench.Clock.GetUtcNow());
        await stop.CancelAsync();
        Assert.Null(await running);
    }

    [Fact]
    public async Task Run_endsIfTheRefreshIsRefusedForGood()
    {
        await _bench.Keeper.EnsureAsync(Cancellation);
        _bench.Contracts.Revoked = true;

        Assert.Equal("DeviceIsRevoked", (await PassTimeAsync(_bench.Keeper.RunAsync(Cancellation), TimeSpan.FromHours(1)))?.Code);
    }

    [Fact]
    public async Task Doubt_changesNothingIfTheChainKnowsTheDevice()
    {
        await _bench.Keeper.EnsureAsync(Cancellation);
        using var stop = new CancellationTokenSource();
        Task<ContractRefusal?> running = _bench.Keeper.RunAsync(stop.Token);

        _bench.Keeper.Doubt();
        _bench.Keeper.Doubt();
        await SeatRunTests.UntilAsync(() => _bench.Clock.Waiting > 0);
        _bench.Clock.Advance(TimeSpan.FromSeconds(3));
        await Task.Delay(20, Cancellation);

        Assert.Equal(["cache", "register"], _bench.Contracts.Sent);
        await stop.CancelAsync();
        Assert.Null(await running);
    }

    [Fact]
    public async Task DoubtEnrolment_bringsFreshEvidenceToTheCoordinatorAlone()
    {
        await _bench.Keeper.EnsureAsync(Cancellation);
        using var stop = new CancellationTokenSource();
        Task<ContractRefusal?> running = _bench.Keeper.RunAsync(stop.Token);
        _bench.Keeper.DoubtEnrolment();

        await SeatRunTests.UntilAsync(() =>
        {
            _bench.Clock.Advance(TimeSpan.FromSeconds(3));
            return _bench.Desk.Brought.Count == 2;
        });

        Assert.Equal(["cache", "register"], _bench.Contracts.Sent);
        await stop.CancelAsync();
        Assert.Null(await running);
    }

    [Fact]
    public async Task DoubtEnrolment_endsIfTheCoordinatorRefusesForGood()
    {
        await _bench.Keeper.EnsureAsync(Cancellation);
        _bench.Desk.Refusals.Enqueue(new ContractRefusal("EvidenceRefused", "No.", "Another."));
        Task<ContractRefusal?> running = _bench.Keeper.RunAsync(Cancellation);
        _bench.Keeper.DoubtEnrolment();

        Assert.Equal("EvidenceRefused", (await PassTimeAsync(running, TimeSpan.FromSeconds(3)))?.Code);
    }

    [Fact]
    public async Task Doubt_registersAgainIfTheDeviceHasExpired()
    {
        await _bench.Keeper.EnsureAsync(Cancellation);
        _bench.Contracts.Device = _bench.Contracts.Registered(DeviceBench.EnclaveKey, left: TimeSpan.FromSeconds(-1));
        using var stop = new CancellationTokenSource();
        Task<ContractRefusal?> running = _bench.Keeper.RunAsync(stop.Token);
        _bench.Keeper.Doubt();

        await SeatRunTests.UntilAsync(() =>
        {
            _bench.Clock.Advance(TimeSpan.FromSeconds(3));
            return _bench.Contracts.Sent.Count == 3;
        });

        Assert.Equal("register", _bench.Contracts.Sent[2]);
        await stop.CancelAsync();
        Assert.Null(await running);
    }

    [Fact]
    public async Task Doubt_endsIfAnotherProcessTookTheDevice()
    {
        await _bench.Keeper.EnsureAsync(Cancellation);
        _bench.Contracts.Device = _bench.Contracts.Registered(DeviceBench.Stranger);
        Task<ContractRefusal?> running = _bench.Keeper.RunAsync(Cancellation);
        _bench.Keeper.Doubt();

        Assert.Equal("EnclaveKeyReplaced", (await PassTimeAsync(running, TimeSpan.FromSeconds(3)))?.Code);
    }

    [Fact]
    public async Task Doubt_endsIfTheDeviceWasRetired()
    {
        await _bench.Keeper.EnsureAsync(Cancellation);
        _bench.Contracts.Device = _bench.Contracts.Registered(DeviceBench.EnclaveKey) with { Withdrawn = true };
        Task<ContractRefusal?> running = _bench.Keeper.RunAsync(Cancellation);
        _bench.Keeper.Doubt();

        Assert.Equal("DeviceRetired", (await PassTimeAsync(running, TimeSpan.FromSeconds(3)))?.Code);
    }

    [Fact]
    public async Task Run_endsQuietlyIfCancelled()
    {
        await _bench.Keeper.EnsureAsync(Cancellation);
        using var stop = new CancellationTokenSource();
        Task<ContractRefusal?> running = _bench.Keeper.RunAsync(stop.Token);
        await stop.CancelAsync();

        Assert.Null(await running);
    }
}
