using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Ait.Chain;
using Ait.Coordinator.Collecting;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol;
using Ait.Protocol.Http;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Coordinator.Tests.Collecting;

/// <summary>Several seats in one request are several requests: each is judged by itself, and nothing else changes.</summary>
public sealed class SeveralSeatsTests
{
    [Fact]
    public async Task Seats_areCommittedRevealedAndShownInOneRequestEach()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync(options => options with { CommitWindow = TimeSpan.FromMinutes(20) }, miners: 3);
        TaskRow[] tasks = [await network.SeatAsync(TestNetwork.Workload(1)), await network.SeatAsync(TestNetwork.Workload(2))];
        foreach (TestMiner miner in network.Network.Miners)
        {
            SeatsResponse committed = await CommitAsync(network, miner, [.. tasks.Select(task => Commitment(miner, task))]);
            Assert.Equal(tasks.Select(task => task.TaskId!.Value), committed.Seats.Select(answer => answer.Seat!.TaskId));
            Assert.All(committed.Seats, answer => Assert.Equal(miner == network.Network.Miners[^1], answer.Seat!.RevealOpen));
        }

        TestMiner first = network.Network.Miners[0];
        SeatsResponse shown = await HttpNetwork.ReadAsync(
            await network.PostAsync(
                first.EnclaveKey, "/v1/seats", new SeatsRequest(first.GpuId, [tasks[1].TaskId!.Value, Hash256.Zero, tasks[0].TaskId!.Value]), ProtocolJson.Default.SeatsRequest),
            ProtocolJson.Default.SeatsResponse);
        Assert.Equal([tasks[1].TaskId, null, tasks[0].TaskId], shown.Seats.Select(answer => answer.Seat?.TaskId));
        Assert.Equal(ProblemCodes.NotFound, shown.Seats[1].Problem?.Code);
        foreach (TestMiner miner in network.Network.Miners)
        {
            SeatsResponse revealed = await RevealAsync(network, miner, [.. tasks.Select(task => Result(miner, task))]);
            Assert.All(revealed.Seats, answer => Assert.Equal(SeatPhase.Revealed, answer.Seat!.Phase));
        }

        await HttpNetwork.EventuallyAsync(() => Task.FromResult(
            network.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM agreements")) == 2 ? network : null));
    }

    [Fact]
    public async Task Seat_isRefusedInItsPlaceAndTheOthersAreTaken()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync(miners: 3);
        TaskRow[] tasks = [await network.SeatAsync(TestNetwork.Workload(1)), await network.SeatAsync(TestNetwork.Workload(2))];
        TestMiner miner = network.Network.Miners[0];
        SeatsResponse answer = await CommitAsync(
            network, miner, [Commitment(miner, tasks[0]), new SeatCommitment(Hash256.Zero, Hash256.Zero), Commitment(miner, tasks[0]), new SeatCommitment(tasks[0].TaskId!.Value, Hash256.Zero), Commitment(miner, tasks[1])]);
        Assert.Equal([null, ProblemCodes.NotFound, null, ProblemCodes.CommitmentConflict, null], answer.Seats.Select(seat => seat.Problem?.Code));
        Assert.Equal(2, network.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM commitments")));
        foreach (TestMiner other in network.Network.Miners.Skip(1))
        {
            await CommitAsync(network, other, [Commitment(other, tasks[0])]);
        }

        // Its own open one, its own that is not open, another device's, one with a changed byte, one that is no hexadecimal.
        ResultRequest good = Result(miner, tasks[0]);
        answer = await RevealAsync(network, miner, [
            good, Result(miner, tasks[1]), Result(network.Network.Miners[1], tasks[0]), good with { Transcript = good.Transcript[..^2] + "00" }, good with { Transcript = "xx" }]);
        Assert.Equal(
            [null, ProblemCodes.RevealNotOpen, ProblemCodes.ResultInvalid, ProblemCodes.ResultInvalid, ProblemCodes.Malformed], answer.Seats.Select(seat => seat.Problem?.Code));
        Assert.Equal(1, network.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM reveals")));
    }

    [Fact]
    public async Task Request_isRefusedIfItNamesNoSeatsOrTooMany()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        TestMiner miner = network.Network.Miners[0];
        foreach (int count in new[] { 0, CollectionEndpoints.MaxAtOnce + 1 })
        {
            var request = new SeatsRequest(miner.GpuId, [.. Enumerable.Repeat(Hash256.Zero, count)]);
            using HttpResponseMessage answer = await network.PostAsync(miner.EnclaveKey, "/v1/seats", request, ProtocolJson.Default.SeatsRequest);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Equal(ProblemCodes.Malformed, (await HttpNetwork.ProblemAsync(answer)).Code);
        }
    }

    /// <summary>Any sequence of right and wrong commitments and reveals, in groups and one by one, leaves two ledgers that tell the same.</summary>
    [Fact]
    public void Groups_doWhatTheirMembersDoOneByOne()
    {
        Arbitrary<int[]> moves = Gen.Choose(0, 8 * 3 * 3 - 1).ListOf().Select(list => list.Take(40).ToArray()).ToArbitrary();
        Prop.ForAll(moves, sequence =>
        {
#pragma warning disable xUnit1031 // The property is synchronous by FsCheck's signature; nothing here waits on a context.
            Assert.Equal(PlayAsync(sequence, group: 1).GetAwaiter().GetResult(), PlayAsync(sequence, group: 7).GetAwaiter().GetResult());
#pragma warning restore xUnit1031
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    /// <summary>The same for requests of several devices that share a transaction: each is told what it would be told alone, and the ledger is the same.</summary>
    [Fact]
    public void Requests_areAnsweredInOneTransactionAsOneByOne()
    {
        Arbitrary<int[]> moves = Gen.Choose(0, 8 * 3 * 3 - 1).ListOf().Select(list => list.Take(40).ToArray()).ToArbitrary();
        Prop.ForAll(moves, sequence =>
        {
#pragma warning disable xUnit1031 // As above.
            Assert.Equal(PlayRequestsAsync(sequence, together: 1).GetAwaiter().GetResult(), PlayRequestsAsync(sequence, together: 9).GetAwaiter().GetResult());
#pragma warning restore xUnit1031
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    private static async Task<string> PlayRequestsAsync(int[] moves, int together)
    {
        using var network = new TestNetwork(miners: 3);
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1), TestNetwork.Workload(2), TestNetwork.Workload(3));
        IReadOnlyList<TaskRow> tasks = await coordinator.SeatAsync();
        List<string?> told = [];
        foreach (IGrouping<bool, int> some in Runs(moves, together, move => move % 2 == 1))
        {
            TaskRow Task(int move) => tasks[move / 8 % 3];
            TestMiner Miner(int move) => network.Miners[move / 24];
            List<ImmutableArray<SeatOutcome>> outcomes = some.Key
                ? coordinator.Collection.Reveal([.. some.Select(move => new DeviceResults(Miner(move).GpuId, [Reveal(Miner(move), Task(move), move % 8 / 2)]))])
                : coordinator.Collection.Commit([.. some.Select(move => new DeviceCommitments(
                    Miner(move).GpuId, Miner(move).EnclaveKey.Address, [Commit(Miner(move), Task(move), move % 8 / 2)]))]);
            told.AddRange(outcomes.SelectMany(answers => answers).Select(outcome => outcome.Refusal?.Code));
        }

        int agreed = coordinator.Agreement.DecideCompleted();
        return string.Join('\n', told) + agreed + Tell(coordinator);
    }

    private static string Tell(RunningCoordinator coordinator) => string.Join('\n', [
        .. coordinator.AllTasks().Select(task => $"{task.Phase} {task.RevealOpenedAt is not null}"),
        .. new[] { "commitments", "reveals", "open_seats", "agreements", "history WHERE kind IN ('committed', 'revealed', 'left out', 'reveal opened', 'agreed')" }
            .Select(table => coordinator.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM " + table)).ToString(CultureInfo.InvariantCulture))]);

    private static async Task<string> PlayAsync(int[] moves, int group)
    {
        using var network = new TestNetwork(miners: 3);
        using RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1), TestNetwork.Workload(2), TestNetwork.Workload(3));
        IReadOnlyList<TaskRow> tasks = await coordinator.SeatAsync();
        List<string> told = [];
        foreach (IGrouping<(int Miner, bool Reveals), int> some in Runs(moves, group, Key))
        {
            TestMiner miner = network.Miners[some.Key.Miner];
            (TaskRow Task, int Kind)[] items = [.. some.Select(move => (tasks[move / 8 % 3], move % 8 / 2))];
            told.AddRange((some.Key.Reveals
                ? coordinator.Collection.Reveal([new DeviceResults(miner.GpuId, [.. items.Select(item => Reveal(miner, item.Task, item.Kind))])])[0]
                : coordinator.Collection.Commit([new DeviceCommitments(miner.GpuId, miner.EnclaveKey.Address, [.. items.Select(item => Commit(miner, item.Task, item.Kind))])])[0])
                .Select(outcome => outcome.Refusal?.Code ?? $"task {tasks.ToList().FindIndex(task => task.TaskId == outcome.Seat!.TaskId)}: {outcome.Seat!.SeatsCommitted} {outcome.Seat.Task.RevealOpenedAt is not null} {outcome.Seat.RevealedResult}"));
        }

        told.Add(Tell(coordinator));
        return string.Join('\n', told);
    }

    /// <summary>Neighbouring moves of one key, so many at most.</summary>
    private static IEnumerable<IGrouping<TKey, int>> Runs<TKey>(int[] moves, int most, Func<int, TKey> key)
        where TKey : notnull
    {
        for (int start = 0; start < moves.Length;)
        {
            int end = start + 1;
            while (end < moves.Length && end - start < most && key(moves[end]).Equals(key(moves[start])))
            {
                end++;
            }

            yield return moves[start..end].GroupBy(key).Single();
            start = end;
        }
    }

    private static (int Miner, bool Reveals) Key(int move) => (move / 24, move % 2 == 1);

    private static (Hash256 TaskId, Hash256 Commitment) Commit(TestMiner miner, TaskRow task, int kind) => kind switch
    {
        0 => (Hash256.Zero, Hash256.Zero),
        1 => (task.TaskId!.Value, Keccak256.Hash([1])),
        _ => (task.TaskId!.Value, miner.Commitment(task.TaskId.Value, task.Task.WorkloadHash)),
    };

    private static RevealedResult Reveal(TestMiner miner, TaskRow task, int kind)
    {
        (WorkAttestation attestation, Hash256 salt) = miner.Work(task.TaskId!.Value, task.Task.WorkloadHash);
        return new RevealedResult(attestation, kind == 0 ? Hash256.Zero : salt, kind == 1 ? [1] : miner.Transcript(task.Task.WorkloadHash), kind == 3 ? new DurationRange(2, 3) : DurationRange.Any);
    }

    private static SeatCommitment Commitment(TestMiner miner, TaskRow task) => new(task.TaskId!.Value, miner.Commitment(task.TaskId.Value, task.Task.WorkloadHash));

    private static ResultRequest Result(TestMiner miner, TaskRow task)
    {
        (WorkAttestation attestation, Hash256 salt) = miner.Work(task.TaskId!.Value, task.Task.WorkloadHash);
        return new ResultRequest(Hex.Encode(attestation.ToBytes()), salt, Hex.Encode(miner.Transcript(task.Task.WorkloadHash)));
    }

    private static async Task<SeatsResponse> CommitAsync(HttpNetwork network, TestMiner miner, SeatCommitment[] commitments) => await HttpNetwork.ReadAsync(
        await network.PostAsync(miner.EnclaveKey, "/v1/commitments/batch", new CommitmentsRequest(miner.GpuId, commitments), ProtocolJson.Default.CommitmentsRequest),
        ProtocolJson.Default.SeatsResponse);

    private static async Task<SeatsResponse> RevealAsync(HttpNetwork network, TestMiner miner, ResultRequest[] results) => await HttpNetwork.ReadAsync(
        await network.PostAsync(miner.EnclaveKey, "/v1/results/batch", new ResultsRequest(miner.GpuId, results), ProtocolJson.Default.ResultsRequest),
        ProtocolJson.Default.SeatsResponse);
}
