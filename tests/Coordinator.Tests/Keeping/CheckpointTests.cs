using System.Net;
using System.Security.Cryptography;
using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Keeping;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Loops;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Keeping;

public sealed class CheckpointTests
{
    private static readonly TrainedChunk s_chunk = new();

    [Fact]
    public async Task Checkpoint_isTakenInPartsOfAnyOrderAndIsThereForAnyoneOnceItIsWhole()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (Hash256 taskId, IReadOnlyList<TestMiner> seats) = await AgreeAsync(network, coordinator, s_chunk);
        CheckpointStore store = coordinator.Get<CheckpointStore>();
        Hash256 sender = seats[0].GpuId;

        Assert.Equal(new CheckpointResponse(s_chunk.Digest, s_chunk.Checkpoint.Length, 2, 0), Put(store, s_chunk, 1, taskId, sender));
        Assert.Null(store.Find(s_chunk.Digest));
        Assert.Null(store.Part(s_chunk.Digest, 1));
        Assert.Equal(0, Put(store, s_chunk, 1, taskId, sender).Next); // The same again changes nothing.
        Assert.Equal(2, Put(store, s_chunk, 0, taskId, sender).Next);

        Assert.Equal(new CheckpointResponse(s_chunk.Digest, s_chunk.Checkpoint.Length, 2, 2), store.Find(s_chunk.Digest));
        Assert.Equal(s_chunk.Checkpoint, (byte[])[.. store.Part(s_chunk.Digest, 0)!, .. store.Part(s_chunk.Digest, 1)!]);
        Assert.Null(store.Part(s_chunk.Digest, 2));
        Assert.Equal(2, Put(store, s_chunk, 0, taskId, seats[1].GpuId).Next); // Who comes second learns that it is there.
        Assert.Equal(2, Parts(coordinator));
    }

    [Fact]
    public async Task Checkpoint_isRefusedBeforeItsChunkHasAgreed()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        Hand(network, s_chunk);
        coordinator.Queue(s_chunk.Workload);
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        IReadOnlyList<TestMiner> seats = coordinator.Seated(task);
        coordinator.Mine(seats);

        Refuses(coordinator.Get<CheckpointStore>().Put(s_chunk.Digest, 0, task.TaskId!.Value, seats[0].GpuId, s_chunk.Part(0)));
    }

    [Fact]
    public async Task Errors_areNeverAgreedOnNorSettledNorLeaveACheckpoint()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        foreach (TestMiner miner in network.Miners)
        {
            miner.Engine = _ => [.. "AXE1"u8, .. miner.GpuId.ToArray(), .. s_chunk.Outcome];
        }

        coordinator.Queue(s_chunk.Workload);
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        IReadOnlyList<TestMiner> seats = coordinator.Seated(task);
        coordinator.Mine(seats);
        await coordinator.RoundAsync<SettleLoop>();

        Assert.Equal(TaskPhase.Void, Assert.Single(coordinator.AllTasks()).Phase);
        Assert.Equal(0, network.Chain.SettledTasks);
        Refuses(coordinator.Get<CheckpointStore>().Put(s_chunk.Digest, 0, task.TaskId!.Value, seats[0].GpuId, s_chunk.Part(0)));
    }

    [Fact]
    public async Task Part_isRefusedIfOneFactIsAnother()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (Hash256 taskId, IReadOnlyList<TestMiner> seats) = await AgreeAsync(network, coordinator, s_chunk);
        CheckpointStore store = coordinator.Get<CheckpointStore>();
        Hash256 sender = seats[0].GpuId;
        TestMiner outsider = network.Miners.Single(miner => !seats.Contains(miner));

        Refuses(store.Put(Hash256.Zero, 0, taskId, sender, s_chunk.Part(0)));
        Refuses(store.Put(s_chunk.Digest, 0, Hash256.Zero, sender, s_chunk.Part(0)));
        Refuses(store.Put(s_chunk.Digest, 0, taskId, outsider.GpuId, s_chunk.Part(0)));
        Refuses(store.Put(s_chunk.Digest, 2, taskId, sender, s_chunk.Part(1)));
        Refuses(store.Put(s_chunk.Digest, 0, taskId, sender, s_chunk.Part(0)[..^1]));
        Refuses(store.Put(s_chunk.Digest, 1, taskId, sender, [.. s_chunk.Part(1), 0]));
        Refuses(store.Put(s_chunk.Digest, 1, taskId, sender, []));
        Assert.Equal(0, Parts(coordinator));
    }

    [Fact]
    public async Task Checkpoint_isForgottenIfItsPartsDoNotMakeItAndAnothersIsTaken()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (Hash256 taskId, IReadOnlyList<TestMiner> seats) = await AgreeAsync(network, coordinator, s_chunk);
        CheckpointStore store = coordinator.Get<CheckpointStore>();
        byte[] changed = s_chunk.Part(0);
        changed[77] ^= 1;
        Put(store, s_chunk, 0, taskId, seats[1].GpuId);
        store.Put(s_chunk.Digest, 0, taskId, seats[0].GpuId, changed);

        Refuses(store.Put(s_chunk.Digest, 1, taskId, seats[0].GpuId, s_chunk.Part(1)));
        Assert.Null(store.Find(s_chunk.Digest));
        Assert.Equal(1, Parts(coordinator)); // The other seat's first part.
        Assert.Equal(2, Put(store, s_chunk, 1, taskId, seats[1].GpuId).Next);
        Assert.Equal(s_chunk.Part(0), store.Part(s_chunk.Digest, 0));
    }

    [Fact]
    public async Task Checkpoint_isRefusedFromASeatInTheMinority()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (Hash256 taskId, IReadOnlyList<TestMiner> seats) = await AgreeAsync(network, coordinator, s_chunk, liar: 2);

        Refuses(coordinator.Get<CheckpointStore>().Put(s_chunk.Digest, 0, taskId, seats[2].GpuId, s_chunk.Part(0)));
        Put(coordinator.Get<CheckpointStore>(), s_chunk, 0, taskId, seats[0].GpuId);
    }

    [Fact]
    public async Task Checkpoints_goOldestFirstIfTheyDoNotFit()
    {
        var other = new TrainedChunk(seed: 2);
        using var network = new TestNetwork();
        network.Options = network.Options with { CheckpointSpace = other.Checkpoint.Length + 1 };
        using (RunningCoordinator coordinator = network.Start())
        {
            CheckpointStore store = coordinator.Get<CheckpointStore>();
            foreach (TrainedChunk chunk in new[] { s_chunk, other })
            {
                (Hash256 taskId, IReadOnlyList<TestMiner> seats) = await AgreeAsync(network, coordinator, chunk);
                Put(store, chunk, 0, taskId, seats[0].GpuId);
                Put(store, chunk, 1, taskId, seats[0].GpuId);
                network.Manual.Advance(TimeSpan.FromMinutes(1));
            }

            Assert.Null(store.Find(s_chunk.Digest));
            Assert.NotNull(store.Find(other.Digest));
            Assert.Equal(2, Parts(coordinator));
        }

        network.Options = network.Options with { CheckpointSpace = other.Checkpoint.Length - 1 };
        using RunningCoordinator small = network.Start();
        (Hash256 third, IReadOnlyList<TestMiner> last) = await AgreeAsync(network, small, new TrainedChunk(seed: 3));
        Refuses(small.Get<CheckpointStore>().Put(new TrainedChunk(seed: 3).Digest, 0, third, last[0].GpuId, s_chunk.Part(0)));
    }

    [Fact]
    public async Task Housekeeping_forgetsWhatNobodyFinished()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        (Hash256 taskId, IReadOnlyList<TestMiner> seats) = await AgreeAsync(network, coordinator, s_chunk);
        CheckpointStore store = coordinator.Get<CheckpointStore>();
        Put(store, s_chunk, 0, taskId, seats[0].GpuId);
        network.Manual.Advance(TimeSpan.FromHours(1));
        await coordinator.RoundAsync<Housekeeping>();
        Assert.Equal(1, Parts(coordinator));
        network.Manual.Advance(TimeSpan.FromMilliseconds(1));
        await coordinator.RoundAsync<Housekeeping>();
        Assert.Equal(0, Parts(coordinator));

        Put(store, s_chunk, 0, taskId, seats[0].GpuId);
        Put(store, s_chunk, 1, taskId, seats[0].GpuId);
        network.Manual.Advance(TimeSpan.FromDays(9));
        await coordinator.RoundAsync<Housekeeping>();
        Assert.NotNull(store.Find(s_chunk.Digest));
    }

    [Fact]
    public async Task Checkpoint_goesFromMinerToMinerOverHttp()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        foreach (TestMiner miner in network.Network.Miners)
        {
            miner.Duration = 1;
        }

        Hand(network.Network, s_chunk);
        TaskRow task = await network.SeatAsync(s_chunk.Workload);
        Hash256 taskId = task.TaskId!.Value;
        IReadOnlyList<TestMiner> seats = network.Seated(task);
        foreach (TestMiner miner in seats)
        {
            (await network.PostAsync(
                miner.EnclaveKey, "/v1/commitments", new CommitmentRequest(taskId, miner.GpuId, miner.Commitment(taskId, s_chunk.Workload.Hash)), ProtocolJson.Default.CommitmentRequest)).Dispose();
        }

        foreach (TestMiner miner in seats)
        {
            (WorkAttestation attestation, Hash256 salt) = miner.Work(taskId, s_chunk.Workload.Hash);
            (await network.PostAsync(
                miner.EnclaveKey, "/v1/results", new ResultRequest(Hex.Encode(attestation.ToBytes()), salt, Hex.Encode(s_chunk.Outcome)), ProtocolJson.Default.ResultRequest)).Dispose();
        }

        await HttpNetwork.EventuallyAsync(async () =>
            await network.GetAsync($"/v1/tasks/{taskId}", ProtocolJson.Default.TaskResponse) is { Phase: TaskPhase.Agreed or TaskPhase.Settled } agreed ? agreed : null);
        string path = $"/v1/checkpoints/{s_chunk.Digest}";
        using HttpResponseMessage absent = await network.SendAsync(new HttpRequestMessage(HttpMethod.Get, path));
        Assert.Equal(ProblemCodes.NotFound, (await HttpNetwork.ProblemAsync(absent)).Code);

        string query = $"?taskId={taskId}&gpuId={seats[1].GpuId}";
        using HttpResponseMessage stolen = await network.SendAsync(network.Signed(seats[0].EnclaveKey, HttpMethod.Put, $"{path}/0{query}", s_chunk.Part(0)));
        Assert.Equal(ProblemCodes.NotAuthorized, (await HttpNetwork.ProblemAsync(stolen)).Code);
        using HttpResponseMessage malformed = await network.SendAsync(network.Signed(seats[1].EnclaveKey, HttpMethod.Put, $"{path}/-1{query}", s_chunk.Part(0)));
        Assert.Equal(ProblemCodes.Malformed, (await HttpNetwork.ProblemAsync(malformed)).Code);
        using HttpResponseMessage tooLarge = await network.SendAsync(network.Signed(seats[1].EnclaveKey, HttpMethod.Put, $"{path}/0{query}", s_chunk.Checkpoint));
        Assert.Equal(ProblemCodes.TooLarge, (await HttpNetwork.ProblemAsync(tooLarge)).Code);
        using HttpResponseMessage refused = await network.SendAsync(network.Signed(seats[1].EnclaveKey, HttpMethod.Put, $"{path}/0{query}", s_chunk.Part(1)));
        Problem problem = await HttpNetwork.ProblemAsync(refused);
        Assert.Equal((422, ProblemCodes.CheckpointRefused), (problem.Status, problem.Code));
        foreach (int part in new[] { 0, 1 })
        {
            CheckpointResponse now = await HttpNetwork.ReadAsync(
                await network.SendAsync(network.Signed(seats[1].EnclaveKey, HttpMethod.Put, $"{path}/{part}{query}", s_chunk.Part(part))), ProtocolJson.Default.CheckpointResponse);
            Assert.Equal(part + 1, now.Next);
        }

        CheckpointResponse kept = await network.GetAsync(path, ProtocolJson.Default.CheckpointResponse);
        Assert.Equal(new CheckpointResponse(s_chunk.Digest, s_chunk.Checkpoint.Length, 2, 2), kept with { PartDigests = null });
        Assert.Equal([new(SHA256.HashData(s_chunk.Part(0))), new(SHA256.HashData(s_chunk.Part(1)))], kept.PartDigests);
        Assert.Equal(s_chunk.Checkpoint, (byte[])[.. await BytesAsync(network, $"{path}/0"), .. await BytesAsync(network, $"{path}/1")]);
        using HttpResponseMessage beyond = await network.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"{path}/2"));
        Assert.Equal(HttpStatusCode.NotFound, beyond.StatusCode);
    }

    private static async Task<byte[]> BytesAsync(HttpNetwork network, string path)
    {
        using HttpResponseMessage answer = await network.SendAsync(new HttpRequestMessage(HttpMethod.Get, path));
        Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType?.MediaType);
        return await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
    }

    private static void Hand(TestNetwork network, TrainedChunk chunk)
    {
        foreach (TestMiner miner in network.Miners)
        {
            miner.Engine = _ => chunk.Outcome;
        }
    }

    private static async Task<(Hash256 TaskId, IReadOnlyList<TestMiner> Seats)> AgreeAsync(TestNetwork network, RunningCoordinator coordinator, TrainedChunk chunk, int? liar = null)
    {
        Hand(network, chunk);
        coordinator.Queue(chunk.Workload);
        TaskRow task = (await coordinator.SeatAsync()).Single(one => one.Task.WorkloadHash == chunk.Workload.Hash);
        IReadOnlyList<TestMiner> seats = coordinator.Seated(task);
        if (liar is int seat)
        {
            seats[seat].Lie = "another outcome";
        }

        coordinator.Mine(seats);
        await coordinator.RoundAsync<AgreeLoop>();
        Assert.Equal(TaskPhase.Agreed, coordinator.AllTasks().Single(one => one.TaskKey == task.TaskKey).Phase);
        return (task.TaskId!.Value, seats); // Seated, so on chain.
    }

    private static CheckpointResponse Put(CheckpointStore store, TrainedChunk chunk, int part, Hash256 taskId, Hash256 sender)
    {
        (CheckpointResponse? now, Refusal? refusal) = store.Put(chunk.Digest, part, taskId, sender, chunk.Part(part));
        Assert.Null(refusal);
        Assert.NotNull(now);
        return now;
    }

    private static void Refuses((CheckpointResponse? Now, Refusal? Refusal) answer)
    {
        Assert.Null(answer.Now);
        Assert.Equal(ProblemCodes.CheckpointRefused, answer.Refusal?.Code);
    }

    private static long Parts(RunningCoordinator coordinator) => coordinator.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM checkpoint_parts"));
}
