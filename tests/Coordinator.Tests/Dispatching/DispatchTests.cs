using System.Numerics;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Loops;
using Ait.Coordinator.OnChain;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Dispatching;

public sealed class DispatchTests
{
    private static readonly Address s_buyer = new([.. new byte[19], 77]);

    [Fact]
    public async Task Queue_takesAWorkloadOnceWhileItIsNotVoid()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1), TestNetwork.Workload(1), TestNetwork.Workload(2));
        coordinator.Queue(TestNetwork.Workload(1));
        Assert.Equal(2, coordinator.Dispatch.CountWaiting());
        Assert.Equal(2, (await coordinator.SeatAsync()).Count);
        coordinator.Queue(TestNetwork.Workload(1));
        Assert.Equal(0, coordinator.Dispatch.CountWaiting());

        network.Manual.Advance(network.Options.CommitWindow + TimeSpan.FromSeconds(1));
        await coordinator.RoundAsync<SettleLoop>();
        Assert.All(coordinator.AllTasks(), task => Assert.Equal(TaskPhase.Void, task.Phase));
        coordinator.Queue(TestNetwork.Workload(1));
        Assert.Equal(1, coordinator.Dispatch.CountWaiting());
    }

    [Fact]
    public void Seal_givesEveryLeafFreshSecretsAndAProof()
    {
        var random = new Random(1);
        Hash256 Fresh()
        {
            byte[] bytes = new byte[32];
            random.NextBytes(bytes);
            return new Hash256(bytes);
        }

        QueueEntry[] entries = [.. Enumerable.Range(0, 7).Select(i => new QueueEntry(
            i, Keccak256.Hash([(byte)i]), WorkloadType.Inference, DeterminismClass.X8v0, new ComputeUnits(1000), Address.Zero))];
        BatchPlan plan = Dispatch.Seal(entries, 99, Fresh);
        Assert.Equal(21, plan.Tasks.SelectMany(task => new[] { task.SeatSecret, task.EscalationSecret, task.AnswerSalt }).Distinct().Count());
        Assert.All(plan.Tasks, (planned, i) =>
        {
            Assert.Equal((uint)i, planned.Task.Index);
            Assert.Equal(MiningTask.SecretHash(planned.SeatSecret), planned.Task.SeatSecretHash);
            Assert.Equal(planned.SeatSecret, new SeatSecretOpening(MiningTask.SecretHash(planned.AnswerSalt), planned.EscalationSecret).SeatSecret);
            Assert.True(MerkleTree.Verify(plan.Tree.Root, planned.Task.Leaf, plan.Tree.Proof(i).AsSpan()));
        });
        Assert.Equal(7000ul, plan.ComputeUnits.Micro);
    }

    [Theory]
    [InlineData("a1 a2 a3", false)] // one operator
    [InlineData("a1 b1 c1", false)] // one host
    [InlineData("a1 b2", false)]
    [InlineData("a1 a2 b2 c2", false)] // host 1 only through a, host 2 for the rest
    [InlineData("a1 b2 c3", true)]
    [InlineData("a1 a2 b1 c3", true)]
    public void CanSeat_needsThreeOperatorsOnThreeHosts(string hosts, bool expected)
    {
        IEnumerable<Device> devices = hosts.Split(' ').Select((host, i) => new Device(
            i, Keccak256.Hash([(byte)i]), Keccak256.Hash([(byte)host[1]]), new Address([.. new byte[19], (byte)host[0]]), DeviceClass.A100, 100, 0, Address.Zero, 1, 1, 0));
        Assert.Equal(expected, Dispatch.CanSeat(devices, 50));
        Assert.False(Dispatch.CanSeat(devices, 100));
    }

    [Fact]
    public async Task Batch_isNotSealedWhileTheRosterCannotSeatIt()
    {
        using var network = new TestNetwork(miners: 2);
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        await coordinator.RoundsAsync();
        Assert.Equal(1, coordinator.Dispatch.CountWaiting());
        Assert.Empty(network.Chain.Sent);
    }

    [Fact]
    public async Task Batch_isVoidAndItsWorkQueuedAgainIfItsSeedWasLost()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        await coordinator.RoundAsync<ChainFollower>();
        await coordinator.RoundAsync<BatchLoop>();
        network.Chain.Mine(300);
        await coordinator.RoundAsync<SeedLoop>();
        Assert.Equal(TaskPhase.Void, coordinator.AllTasks().Single().Phase);
        Assert.Equal(1, coordinator.Dispatch.CountWaiting());
        IReadOnlyList<TaskRow> tasks = await coordinator.SeatAsync();
        Assert.Equal(TaskPhase.Seated, tasks[1].Phase);
        Assert.NotEqual(tasks[0].Task.SeatSecretHash, tasks[1].Task.SeatSecretHash);
    }

    [Fact]
    public async Task Batch_isVoidAndItsWorkQueuedAgainIfItReachesTheChainTooLate()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        await coordinator.RoundAsync<ChainFollower>();
        bool sealedBefore = coordinator.Dispatch.Seal(10, ulong.MaxValue, network.Manual.Seconds + 60, () => Hash256.Zero) is not null;
        Assert.True(sealedBefore);
        network.Manual.Advance(TimeSpan.FromMinutes(2));
        await coordinator.RoundAsync<BatchLoop>();
        Assert.Equal([TaskPhase.Void, TaskPhase.Committed], coordinator.AllTasks().Select(task => task.Phase));
    }

    [Theory]
    [InlineData("s s r s", 4, 3, "0 1 2 3")] // All is affordable: in their order.
    [InlineData("s s r s", 4, 2, "2 0 1")] // Cut short: redeemed work first.
    [InlineData("s s s r", 3, 2, "3 0 1")] // Redeemed work that a full batch would not have reached.
    [InlineData("s s r r", 2, 1, "2 3")] // It may take the batch.
    [InlineData("s s", 4, 0, "")]
    [InlineData("r r", 4, 0, "0 1")]
    public void Choose_putsRedeemedWorkFirstIfTheBudgetCutsSubsidisedWorkOff(string queue, int most, ulong affordable, string expected)
    {
        QueueEntry[] entries = [.. queue.Split(' ').Select((kind, i) => new QueueEntry(
            i, Keccak256.Hash([(byte)i]), WorkloadType.Inference, DeterminismClass.X8v0, new ComputeUnits(1000), kind == "s" ? Address.Zero : s_buyer))];
        IReadOnlyList<QueueEntry> chosen = Dispatch.Choose(
            [.. entries.Take(most)], () => [.. entries.Where(entry => entry.Redeemer != Address.Zero).Take(most)], most, (affordable * 1000) + 999);
        Assert.Equal(expected, string.Join(' ', chosen.Select(entry => entry.EntryKey)));
    }

    [Fact]
    public async Task Batch_takesRedeemedWorkOnlyWhileTheSubsidyBudgetIsUsedUp()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        Workload bought = TestNetwork.Workload(9);
        ulong price = TestNetwork.Price(bought).Micro;
        network.Chain.SubsidyAllowed = (3 * (BigInteger)SimulatedChain.MintRate * price) - 1;
        coordinator.Queue(TestNetwork.Workload(1), TestNetwork.Workload(2));
        await coordinator.BuyAsync(bought);
        network.Chain.Redeem(s_buyer, bought.Hash, price);
        Assert.Equal(s_buyer, Assert.Single(await coordinator.SeatAsync()).Task.Redeemer);
        Assert.Equal((2, 0), (coordinator.Dispatch.CountWaiting(), (int)network.Chain.SubsidyCharged));

        network.Chain.SubsidyAllowed += 1;
        Assert.Equal(2, (await coordinator.SeatAsync()).Count);
        Assert.Equal((1, network.Chain.SubsidyAllowed), (coordinator.Dispatch.CountWaiting(), network.Chain.SubsidyCharged));
        await coordinator.SeatAsync();
        Assert.Equal(1, coordinator.Dispatch.CountWaiting());
    }

    [Fact]
    public async Task Batch_isVoidAndItsWorkQueuedAgainIfOthersUsedTheSubsidyBudgetUp()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1));
        await coordinator.RoundAsync<ChainFollower>();
        Assert.NotNull(coordinator.Dispatch.Seal(10, ulong.MaxValue, network.Manual.Seconds + 600, () => Hash256.Zero));
        network.Chain.SubsidyAllowed = 0;
        await coordinator.RoundAsync<BatchLoop>();
        Assert.Equal(TaskPhase.Void, Assert.Single(coordinator.AllTasks()).Phase);
        Assert.Equal(1, coordinator.Dispatch.CountWaiting());
    }

    [Fact]
    public async Task Draw_equalsTheContractsAndSeatsDistinctDevices()
    {
        using var network = new TestNetwork(miners: 6);
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue([.. Enumerable.Range(0, 20).Select(i => TestNetwork.Workload(i))]);
        foreach (TaskRow task in await coordinator.SeatAsync())
        {
            Assert.Equal(3, coordinator.Seated(task).Select(miner => miner.Device.Operator).Distinct().Count());
        }
    }

    [Fact]
    public async Task Lease_givesEachSeatOnceUnderManyPollsAtOnce()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue([.. Enumerable.Range(0, 12).Select(i => TestNetwork.Workload(i))]);
        await coordinator.SeatAsync();
        LeasedSeat[] leased = [.. (await Task.WhenAll(network.Miners.SelectMany(miner => Enumerable.Range(0, 8).Select(_ => Task.Run(
            () => coordinator.Dispatch.Lease(miner.GpuId, miner.EnclaveKey.Address, 3, TimeSpan.FromMinutes(1)), TestContext.Current.CancellationToken))))).SelectMany(seats => seats)];
        Assert.Equal(36, leased.Length);
        Assert.Equal(36, leased.Select(seat => (seat.TaskKey, seat.Assignment.Seat)).Distinct().Count());
        Assert.All(leased, seat => Assert.Contains(network.MinerOf(seat.Assignment.GpuId), coordinator.Seated(seat.TaskKey)));
    }

    [Fact]
    public async Task Lease_returnsToTheSameDeviceIfItRunsOut()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TestMiner miner, _) = await OneSeatAsync(coordinator);
        TimeSpan length = TimeSpan.FromSeconds(60);
        LeasedSeat first = Assert.Single(coordinator.Dispatch.Lease(miner.GpuId, miner.EnclaveKey.Address, 16, length));
        Assert.Empty(coordinator.Dispatch.Lease(miner.GpuId, miner.EnclaveKey.Address, 16, length));
        network.Manual.Advance(length);
        LeasedSeat again = Assert.Single(coordinator.Dispatch.Lease(miner.GpuId, miner.EnclaveKey.Address, 16, length));
        Assert.Equal(first.Assignment, again.Assignment);
    }

    [Fact]
    public async Task Lease_goesOverAtOnceIfTheDeviceHasANewEnclaveKey()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TestMiner miner, _) = await OneSeatAsync(coordinator);
        Assert.Single(coordinator.Dispatch.Lease(miner.GpuId, miner.EnclaveKey.Address, 16, TimeSpan.FromSeconds(60)));
        miner.Refresh(network.Chain, "restarted");
        Assert.Single(coordinator.Dispatch.Lease(miner.GpuId, miner.EnclaveKey.Address, 16, TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Lease_findsSeatsBeforeTheLastOneAsSoonAsThereAreNoneBehindIt()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue([.. Enumerable.Range(0, 12).Select(i => TestNetwork.Workload(i))]);
        await coordinator.SeatAsync();
        TestMiner miner = network.Miners[0];
        TimeSpan length = TimeSpan.FromSeconds(60);
        long[] all = [.. coordinator.Dispatch.Lease(miner.GpuId, miner.EnclaveKey.Address, 64, length).Select(seat => seat.TaskKey)];
        Assert.True(all.Length > 1);
        miner.Refresh(network.Chain, "restarted");
        List<long> again = [];
        while (coordinator.Dispatch.HasSeat(miner.GpuId, miner.EnclaveKey.Address))
        {
            again.Add(Assert.Single(coordinator.Dispatch.Lease(miner.GpuId, miner.EnclaveKey.Address, 1, length)).TaskKey);
        }

        Assert.Equal(all[^1], again[0]); // Where the last look ended.
        Assert.Equal(all, again.Order());

        // Time alone brings it back to the beginning.
        network.Manual.Advance(length);
        Assert.Equal(all, coordinator.Dispatch.Lease(miner.GpuId, miner.EnclaveKey.Address, 64, length).Select(seat => seat.TaskKey));
    }

    [Fact]
    public async Task Lease_livesOnWhileAnAcknowledgedHolderAsks()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TestMiner miner, TaskRow task) = await OneSeatAsync(coordinator);
        LeasedSeat seat = Assert.Single(coordinator.Dispatch.Lease(miner.GpuId, miner.EnclaveKey.Address, 16, TimeSpan.FromSeconds(60)));
        coordinator.Dispatch.Acknowledge(miner.GpuId, [seat.TaskKey], miner.EnclaveKey.Address, TimeSpan.FromSeconds(60));
        for (int i = 0; i < 2; i++)
        {
            network.Manual.Advance(TimeSpan.FromSeconds(50));
            Assert.Empty(coordinator.Dispatch.Lease(miner.GpuId, miner.EnclaveKey.Address, 16, TimeSpan.FromSeconds(60)));
        }
    }

    [Fact]
    public async Task Lease_isNotGivenOnceTheSeatHasCommittedOrItsTimeIsOver()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TestMiner miner, TaskRow task) = await OneSeatAsync(coordinator);
        TestMiner other = coordinator.Seated(task)[1];
        coordinator.Commit(miner, task);
        Assert.Empty(coordinator.Dispatch.Lease(miner.GpuId, miner.EnclaveKey.Address, 16, TimeSpan.FromSeconds(60)));
        network.Manual.Advance(network.Options.CommitWindow);
        Assert.Empty(coordinator.Dispatch.Lease(other.GpuId, other.EnclaveKey.Address, 16, TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Letter_isVerifiableByItsMiner()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TestMiner miner, TaskRow task) = await OneSeatAsync(coordinator);
        LeasedSeat seat = Assert.Single(coordinator.Dispatch.Lease(miner.GpuId, miner.EnclaveKey.Address, 16, TimeSpan.FromSeconds(60)));
        byte[] bytes = SeatLetter.Sign(seat.Assignment, network.Domain, network.CoordinatorKey).ToBytes();
        Assert.True(SeatLetter.TryVerify(bytes, network.Domain, network.CoordinatorKey.Address, out SeatLetter? letter, out _));
        Assert.Equal((task.TaskId, miner.GpuId), (letter.TaskId, letter.Assignment.GpuId));
        Assert.Equal((ulong)(task.CommitDeadline!.Value / 1000), letter.Assignment.CommitDeadline);
    }

    private static async Task<(TestMiner Miner, TaskRow Task)> OneSeatAsync(RunningCoordinator coordinator)
    {
        coordinator.Queue(TestNetwork.Workload(1));
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        return (coordinator.Seated(task)[0], task);
    }
}
