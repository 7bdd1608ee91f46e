using System.Security.Cryptography;
using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Agreeing;
using Ait.Coordinator.Collecting;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Loops;
using Ait.Coordinator.OnChain;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Collecting;

public sealed class CollectionTests
{
    [Fact]
    public async Task Reveal_isRefusedIfSeatsAreStillToCommit()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, IReadOnlyList<TestMiner> seats) = await SeatAsync(coordinator);
        Assert.Null(coordinator.Commit(seats[0], task));
        Assert.Null(coordinator.Commit(seats[1], task));
        Refuses(coordinator.Reveal(seats[0], task), ProblemCodes.RevealNotOpen);
        Assert.Null(coordinator.Commit(seats[2], task));
        Assert.Null(coordinator.Reveal(seats[0], task));
    }

    [Fact]
    public async Task Reveal_opensIfTheCommitDeadlinePasses()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, IReadOnlyList<TestMiner> seats) = await SeatAsync(coordinator);
        coordinator.Commit(seats[0], task);
        coordinator.Commit(seats[1], task);
        network.Manual.Advance(network.Options.CommitWindow);
        Refuses(coordinator.Reveal(seats[0], task), ProblemCodes.RevealNotOpen);
        network.Manual.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(coordinator.Reveal(seats[0], task));
        Refuses(coordinator.Commit(seats[2], task), ProblemCodes.DeadlinePassed);
    }

    [Fact]
    public async Task Commit_isRefusedIfAnotherCommitmentIsIn()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, IReadOnlyList<TestMiner> seats) = await SeatAsync(coordinator);
        Assert.Null(coordinator.Commit(seats[0], task));
        Assert.Null(coordinator.Commit(seats[0], task)); // The same again is the same answer.
        Refuses(coordinator.Collection.Commit(task.TaskId!.Value, seats[0].GpuId, Hash256.Zero, seats[0].EnclaveKey.Address), ProblemCodes.CommitmentConflict);
        Assert.Equal(1, coordinator.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM commitments")));
    }

    [Fact]
    public async Task Commit_isRefusedIfTheDeviceHasNoSeatThere()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, IReadOnlyList<TestMiner> seats) = await SeatAsync(coordinator);
        TestMiner outsider = network.Miners.Single(miner => !seats.Contains(miner));
        Refuses(coordinator.Commit(outsider, task), ProblemCodes.NotFound);
        Refuses(coordinator.Reveal(outsider, task), ProblemCodes.NotFound);
    }

    [Fact]
    public async Task Reveal_isRefusedIfTheSeatCopiedAnothersCommitment()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, IReadOnlyList<TestMiner> seats) = await SeatAsync(coordinator);
        (TestMiner victim, TestMiner copycat) = (seats[0], seats[1]);
        Hash256 taskId = task.TaskId!.Value;
        coordinator.Commit(victim, task);
        Assert.Null(coordinator.Collection.Commit(taskId, copycat.GpuId, victim.Commitment(taskId, task.Task.WorkloadHash), copycat.EnclaveKey.Address));
        coordinator.Commit(seats[2], task);
        Assert.Null(coordinator.Reveal(victim, task));

        // With everything the victim revealed, signed by the copycat's own key: the commitment names the victim's device and operator.
        (WorkAttestation seen, Hash256 salt) = victim.Work(taskId, task.Task.WorkloadHash);
        WorkAttestation copied = WorkAttestation.Sign(seen.Statement with { GpuId = copycat.GpuId }, network.Domain, copycat.EnclaveKey);
        Refuses(coordinator.Collection.Reveal(copied, salt, victim.Transcript(task.Task.WorkloadHash), DurationRange.Any), ProblemCodes.CommitmentMismatch);
    }

    [Fact]
    public async Task Reveal_isRefusedIfOneFactDiffersFromTheCommitment()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, IReadOnlyList<TestMiner> seats) = await SeatAsync(coordinator);
        foreach (TestMiner miner in seats)
        {
            coordinator.Commit(miner, task);
        }

        TestMiner honest = seats[0];
        byte[] transcript = honest.Transcript(task.Task.WorkloadHash);
        byte[] otherTranscript = [.. transcript, 0];
        (WorkAttestation attestation, Hash256 salt) = honest.Work(task.TaskId!.Value, task.Task.WorkloadHash);
        WorkStatement statement = attestation.Statement;
        WorkAttestation Signed(WorkStatement changed) => WorkAttestation.Sign(changed, network.Domain, honest.EnclaveKey);
        Refusal? Reveal(WorkAttestation given, Hash256 with, byte[] bytes) => coordinator.Collection.Reveal(given, with, bytes, DurationRange.Any);

        Refuses(Reveal(Signed(statement with { DurationMillis = statement.DurationMillis + 1 }), salt, transcript), ProblemCodes.CommitmentMismatch);
        Refuses(Reveal(Signed(statement with { ResultHash = new Hash256(SHA256.HashData(otherTranscript)) }), salt, otherTranscript), ProblemCodes.CommitmentMismatch);
        Refuses(Reveal(attestation, Hash256.Zero, transcript), ProblemCodes.CommitmentMismatch);
        Refuses(Reveal(attestation, salt, otherTranscript), ProblemCodes.ResultInvalid);
        Refuses(Reveal(Signed(statement with { WorkloadHash = Hash256.Zero }), salt, transcript), ProblemCodes.ResultInvalid);
        Assert.Equal(0, coordinator.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM reveals")));
        Assert.Null(Reveal(attestation, salt, transcript));
        Assert.Null(Reveal(attestation, salt, transcript));
        Assert.Equal(1, coordinator.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM reveals")));
    }

    [Theory]
    [InlineData(999, 60_000)]
    [InlineData(5, 998)]
    public async Task Reveal_isRefusedIfTheRegistryDoesNotTakeTheDurationAndTheOthersArePaidWithoutIt(ulong least, ulong most)
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, IReadOnlyList<TestMiner> seats) = await SeatAsync(coordinator);
        seats[1].Duration = least == 999 ? 998UL : 999;
        foreach (TestMiner miner in seats)
        {
            coordinator.Commit(miner, task);
        }

        coordinator.Reveal(seats[0], task);
        coordinator.Reveal(seats[2], task);
        Refusal? refusal = coordinator.Reveal(seats[1], task, new DurationRange(least, most));
        Refuses(refusal, ProblemCodes.DurationOutOfBounds);
        Assert.Equal(($"{least} to {most} ms", $"{seats[1].Duration} ms"), (refusal!.Expected, refusal.Found)); // Refused above.
        Assert.Equal(refusal, coordinator.Reveal(seats[1], task, new DurationRange(1, 2))); // The same again is the same answer.

        // Nobody waits for the reveal deadline, and the claim is not shown to the contract.
        network.Manual.Advance(TimeSpan.FromSeconds(2));
        await coordinator.RoundsAsync();
        Assert.Equal(TaskPhase.Settled, coordinator.AllTasks().Single().Phase);
        Assert.Equal([0, 2], network.Chain.Sent.OfType<MiningCall.Settle>().Single().Settlements.Single().Claims.Select(claim => (int)claim.Seat));
        SeatView seat = coordinator.Collection.Find(task.TaskId!.Value, seats[1].GpuId)!;
        Assert.Equal(UnpaidReason.ClaimRefused, seat.Reason);
        Assert.Contains($"the registry takes {least} to {most} ms", UnpaidReasons.RemedyFor(seat.Reason, seat.Detail), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Task_isVoidAtOnceIfTheRegistryTakesTooFewDurations()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, IReadOnlyList<TestMiner> seats) = await SeatAsync(coordinator);
        foreach (TestMiner miner in seats)
        {
            coordinator.Commit(miner, task);
        }

        coordinator.Reveal(seats[0], task);
        Refuses(coordinator.Reveal(seats[1], task, new DurationRange(2_000, 60_000)), ProblemCodes.DurationOutOfBounds);
        Refuses(coordinator.Reveal(seats[2], task, new DurationRange(2_000, 60_000)), ProblemCodes.DurationOutOfBounds);
        await coordinator.RoundAsync<SettleLoop>();

        TaskRow ended = coordinator.AllTasks().Single();
        Assert.Equal(TaskPhase.Void, ended.Phase);
        Assert.Contains("2 left out", ended.VoidReason, StringComparison.Ordinal);
        Assert.Equal(
            [UnpaidReason.NoAgreement, UnpaidReason.ClaimRefused, UnpaidReason.ClaimRefused],
            seats.Select(miner => coordinator.Collection.Find(task.TaskId!.Value, miner.GpuId)!.Reason));
    }

    [Fact]
    public async Task FindWork_saysTheSameOfATaskBeforeAndAfterItsCommitmentsAndItsReveals()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, IReadOnlyList<TestMiner> seats) = await SeatAsync(coordinator);
        Hash256 taskId = task.TaskId!.Value;
        PricedWork? Find(Hash256 workload) => coordinator.Collection.FindWork([(taskId, workload)]).GetValueOrDefault(taskId);
        var expected = new PricedWork(task.Task.WorkloadType, task.Task.ComputeUnits);
        Assert.Equal(expected, Find(task.Task.WorkloadHash));
        foreach (TestMiner seat in seats)
        {
            coordinator.Commit(seat, task);
        }

        Assert.Equal(expected, Find(task.Task.WorkloadHash));
        Assert.Equal(expected, Find(Hash256.Zero)); // The reveal refuses it for its workload, not for its duration.
        foreach (TestMiner seat in seats)
        {
            coordinator.Reveal(seat, task);
        }

        Assert.Equal(expected, Find(task.Task.WorkloadHash));
        Assert.Null(coordinator.Collection.FindWork([(Hash256.Zero, task.Task.WorkloadHash)]).GetValueOrDefault(Hash256.Zero));
    }

    [Fact]
    public async Task Durations_areAskedAgainBeforeAClaimIsRefusedAndNotAtAllWhileTheNodeIsAway()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, IReadOnlyList<TestMiner> seats) = await SeatAsync(coordinator);
        Hash256 taskId = task.TaskId!.Value;
        PricedWork work = coordinator.Collection.FindWork([(taskId, task.Task.WorkloadHash)])[taskId];
        PayableDurations durations = coordinator.Get<PayableDurations>();
        async Task<DurationRange> Payable(ulong millis) => Assert.Single(await durations.OfAsync(seats[0].GpuId, [(work, millis)], TestContext.Current.CancellationToken));
        network.Chain.Unreachable = true;
        Assert.Equal(DurationRange.Any, await Payable(1000));

        network.Chain.Unreachable = false;
        Assert.Equal(new DurationRange(0, 600_000), await Payable(1000));
        network.Chain.Bounds = new(0, 0, 700_000);
        Assert.Equal(new DurationRange(0, 600_000), await Payable(600_000));
        Assert.Equal(new DurationRange(0, 700_000), await Payable(600_001));
        network.Chain.Unreachable = true;
        Assert.Equal(DurationRange.Any, await Payable(700_001));
    }

    [Fact]
    public async Task Reveal_isRefusedIfTheSeatNeverCommitted()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, IReadOnlyList<TestMiner> seats) = await SeatAsync(coordinator);
        coordinator.Commit(seats[0], task);
        coordinator.Commit(seats[1], task);
        network.Manual.Advance(network.Options.CommitWindow + TimeSpan.FromSeconds(1));
        Refuses(coordinator.Reveal(seats[2], task), ProblemCodes.CommitmentMismatch);
    }

    [Fact]
    public async Task Reveal_isRefusedIfTheRevealDeadlinePassed()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, IReadOnlyList<TestMiner> seats) = await SeatAsync(coordinator);
        foreach (TestMiner miner in seats)
        {
            coordinator.Commit(miner, task);
        }

        network.Manual.Advance(network.Options.RevealWindow + TimeSpan.FromSeconds(1));
        Refuses(coordinator.Reveal(seats[0], task), ProblemCodes.DeadlinePassed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Task_isVoidIfFewerThanTwoSeatsCommit(int committed)
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, IReadOnlyList<TestMiner> seats) = await SeatAsync(coordinator);
        foreach (TestMiner miner in seats.Take(committed))
        {
            coordinator.Commit(miner, task);
        }

        await coordinator.RoundAsync<SettleLoop>();
        Assert.Equal(TaskPhase.Seated, coordinator.AllTasks().Single().Phase);
        network.Manual.Advance(network.Options.CommitWindow + TimeSpan.FromSeconds(1));
        await coordinator.RoundAsync<SettleLoop>();
        TaskRow ended = coordinator.AllTasks().Single();
        Assert.Equal(TaskPhase.Void, ended.Phase);
        Assert.StartsWith("NoAgreement", ended.VoidReason, StringComparison.Ordinal);
        Assert.Equal(
            Enumerable.Range(0, 3).Select(seat => seat < committed ? UnpaidReason.NotRevealed : UnpaidReason.Silent),
            seats.Select(miner => coordinator.Collection.Find(task.TaskId!.Value, miner.GpuId)!.Reason));
        Assert.Empty(network.Chain.Sent.OfType<MiningCall.Settle>());
    }

    [Fact]
    public async Task Task_isVoidIfNoTwoResultsAreEqual()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, IReadOnlyList<TestMiner> seats) = await SeatAsync(coordinator);
        for (int i = 0; i < seats.Count; i++)
        {
            seats[i].Lie = $"answer {i}";
        }

        coordinator.Mine(seats);
        await coordinator.RoundAsync<SettleLoop>();
        Assert.Equal(TaskPhase.Void, coordinator.AllTasks().Single().Phase);
        SeatView seat = coordinator.Collection.Find(task.TaskId!.Value, seats[0].GpuId)!;
        Assert.Equal((SeatPhase.Void, UnpaidReason.NoAgreement), (Collection.PhaseOf(seat, 0), seat.Reason));
        Assert.NotNull(UnpaidReasons.RemedyFor(seat.Reason, seat.Detail));
    }

    [Fact]
    public async Task Task_waitsForTheThirdResultUntilTheRevealDeadline()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, IReadOnlyList<TestMiner> seats) = await SeatAsync(coordinator);
        foreach (TestMiner miner in seats)
        {
            coordinator.Commit(miner, task);
        }

        coordinator.Reveal(seats[0], task);
        coordinator.Reveal(seats[2], task);
        Assert.Empty(coordinator.Agreement.Due());
        network.Manual.Advance(network.Options.RevealWindow + TimeSpan.FromSeconds(1));
        Assert.IsType<AgreementDecision.Agreed>(coordinator.Agreement.Decide(Assert.Single(coordinator.Agreement.Due())));
    }

    [Fact]
    public async Task Task_isDecidedLaterIfWhoeverTookItsLastResultIsGone()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (TaskRow task, IReadOnlyList<TestMiner> seats) = await SeatAsync(coordinator);
        coordinator.Mine(seats);
        Assert.Empty(coordinator.Agreement.Due());
        network.Manual.Advance(AgreementStore.Grace + TimeSpan.FromSeconds(1));
        Assert.Equal(task.TaskKey, Assert.Single(coordinator.Agreement.Due()));
        var replica = new AgreementStore(coordinator.Ledger, new CollectionStore(coordinator.Ledger, network.Domain, network.Options), network.Domain);
        Assert.IsType<AgreementDecision.Agreed>(replica.Decide(task.TaskKey));
    }

    private static async Task<(TaskRow Task, IReadOnlyList<TestMiner> Seats)> SeatAsync(RunningCoordinator coordinator)
    {
        coordinator.Queue(TestNetwork.Workload(1));
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        Assert.Equal(TaskPhase.Seated, task.Phase);
        return (task, coordinator.Seated(task));
    }

    private static void Refuses(Refusal? refusal, string code) => Assert.Equal(code, refusal?.Code);
}
