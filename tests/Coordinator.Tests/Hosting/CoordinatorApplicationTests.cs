using System.Net;
using Ait.Chain;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Loops;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Hosting;

/// <summary>The documented messages, over real HTTP, from quote to transcript.</summary>
public sealed class CoordinatorApplicationTests
{
    [Fact]
    public async Task Task_goesFromQueueToSettlementOverHttp()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        foreach (TestMiner miner in network.Network.Miners)
        {
            miner.Duration = 1;
        }

        Workload workload = TestNetwork.Workload(1, maxNewTokens: 1);
        TaskRow task = await network.SeatAsync(workload);
        Hash256 taskId = task.TaskId!.Value;

        TaskResponse hidden = await network.GetAsync($"/v1/tasks/{taskId}", ProtocolJson.Default.TaskResponse);
        Assert.Equal((TaskPhase.Seated, 0, null), (hidden.Phase, hidden.Seats.Count, hidden.SeatSecret));

        IReadOnlyList<TestMiner> seats = network.Seated(task);
        foreach (TestMiner miner in seats)
        {
            LeaseResponse lease = await HttpNetwork.ReadAsync(
                await network.PostAsync(miner.EnclaveKey, "/v1/leases", new LeaseRequest(miner.GpuId, 16, 0), ProtocolJson.Default.LeaseRequest), ProtocolJson.Default.LeaseResponse);
            SeatLetterDto letter = Assert.Single(lease.Letters);
            Assert.True(SeatLetter.TryVerify(Hex.Decode(letter.Letter), network.Network.Domain, network.Network.CoordinatorKey.Address, out SeatLetter? verified, out _));
            Assert.Equal((taskId, miner.GpuId), (verified.TaskId, verified.Assignment.GpuId));
            Assert.Equal(workload.ToBytes(), Hex.Decode(letter.Workload));
            Assert.Equal(SeatPhase.Leased, (await SeatAsync(network, miner, taskId)).Phase);
            SeatResponse committed = await HttpNetwork.ReadAsync(
                await network.PostAsync(miner.EnclaveKey, "/v1/commitments", new CommitmentRequest(taskId, miner.GpuId, miner.Commitment(taskId, workload.Hash)), ProtocolJson.Default.CommitmentRequest),
                ProtocolJson.Default.SeatResponse);
            Assert.Equal((SeatPhase.Committed, miner == seats[2]), (committed.Phase, committed.RevealOpen));
        }

        // Another device's seat is nobody's business.
        using (HttpResponseMessage spy = await network.SendAsync(network.Signed(seats[0].EnclaveKey, HttpMethod.Get, $"/v1/seats/{taskId}?gpuId={seats[1].GpuId}")))
        {
            Assert.Equal(ProblemCodes.NotAuthorized, (await HttpNetwork.ProblemAsync(spy)).Code);
        }

        foreach (TestMiner miner in seats)
        {
            (WorkAttestation attestation, Hash256 salt) = miner.Work(taskId, workload.Hash);
            var result = new ResultRequest(Hex.Encode(attestation.ToBytes()), salt, Hex.Encode(miner.Transcript(workload.Hash)));
            using HttpResponseMessage stolen = await network.PostAsync(network.Network.CoordinatorKey, "/v1/results", result, ProtocolJson.Default.ResultRequest);
            Assert.Equal(ProblemCodes.ResultInvalid, (await HttpNetwork.ProblemAsync(stolen)).Code);
            using HttpResponseMessage revealed = await network.PostAsync(miner.EnclaveKey, "/v1/results", result, ProtocolJson.Default.ResultRequest);
            Assert.Equal(HttpStatusCode.OK, revealed.StatusCode);
        }

        TaskResponse settled = await HttpNetwork.EventuallyAsync(async () =>
            await network.GetAsync($"/v1/tasks/{taskId}", ProtocolJson.Default.TaskResponse) is { Phase: TaskPhase.Settled } done ? done : null);
        Assert.Equal(3, settled.Seats.Count(seat => seat.Phase == SeatPhase.Settled));
        Assert.True(MerkleTree.Verify(
            (await network.Network.Chain.ReadBatchAsync(settled.BatchId!.Value, TestContext.Current.CancellationToken))!.Root, task.Task.Leaf, settled.Proof.ToArray()));
        Assert.Equal(task.Task.SeatSecretHash, MiningTask.SecretHash(settled.SeatSecret!.Value));
        SeatResponse paid = await SeatAsync(network, seats[0], taskId);
        Assert.Equal((SeatPhase.Settled, settled.Transaction), (paid.Phase, paid.Transaction));

        WorkloadResponse answer = await network.GetAsync($"/v1/workloads/{workload.Hash}", ProtocolJson.Default.WorkloadResponse);
        Assert.Equal((WorkloadPhase.Settled, Hex.Encode(seats[0].Transcript(workload.Hash))), (answer.Phase, answer.Transcript));
        StatusResponse status = await network.GetAsync("/v1/status", ProtocolJson.Default.StatusResponse);
        Assert.Equal((1, settled.MintedWei), (status.TasksByPhase[TaskPhase.Settled], status.MintedWei));
        DevicesResponse devices = await network.GetAsync("/v1/devices", ProtocolJson.Default.DevicesResponse);
        Assert.Equal(3, devices.Devices.Sum(device => device.SeatsPaid));
        Assert.Empty((await network.GetAsync($"/v1/tasks?unpaid={devices.Devices[0].GpuId}", ProtocolJson.Default.TasksResponse)).Tasks);
        Assert.Equal(taskId, Assert.Single((await network.GetAsync("/v1/tasks?state=Settled&limit=5", ProtocolJson.Default.TasksResponse)).Tasks).TaskId);
    }

    [Fact]
    public async Task Result_isRefusedIfTheRegistryDoesNotTakeItsDuration()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        Workload workload = TestNetwork.Workload(1, maxNewTokens: 1);
        network.Network.Chain.Bounds = new(2 * 1_000_000_000 / TestNetwork.Price(workload).Micro, 0, 60_000);
        TaskRow task = await network.SeatAsync(workload);
        Hash256 taskId = task.TaskId!.Value;
        IReadOnlyList<TestMiner> seats = network.Seated(task);
        foreach (TestMiner miner in seats)
        {
            miner.Duration = miner == seats[0] ? 1_999UL : 2_000;
            (await network.PostAsync(miner.EnclaveKey, "/v1/leases", new LeaseRequest(miner.GpuId, 16, 0), ProtocolJson.Default.LeaseRequest)).Dispose();
            (await network.PostAsync(
                miner.EnclaveKey, "/v1/commitments", new CommitmentRequest(taskId, miner.GpuId, miner.Commitment(taskId, workload.Hash)), ProtocolJson.Default.CommitmentRequest)).Dispose();
        }

        (WorkAttestation attestation, Hash256 salt) = seats[0].Work(taskId, workload.Hash);
        var result = new ResultRequest(Hex.Encode(attestation.ToBytes()), salt, Hex.Encode(seats[0].Transcript(workload.Hash)));
        using HttpResponseMessage refused = await network.PostAsync(seats[0].EnclaveKey, "/v1/results", result, ProtocolJson.Default.ResultRequest);

        Problem problem = await HttpNetwork.ProblemAsync(refused);
        Assert.Equal((422, ProblemCodes.DurationOutOfBounds, "2000 to 60000 ms", "1999 ms"), (problem.Status, problem.Code, problem.Expected, problem.Found));
    }

    [Fact]
    public async Task Workload_isQuotedFundedAndRun()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        Workload workload = TestNetwork.Workload(9);
        using var buyer = TestMiner.Key("a buyer");
        var request = new WorkloadRequest(Hex.Encode(workload.ToBytes()));
        QuoteResponse quote = await HttpNetwork.ReadAsync(await network.PostAsync(buyer, "/v1/workloads", request, ProtocolJson.Default.WorkloadRequest), ProtocolJson.Default.QuoteResponse);
        Assert.Equal((workload.Hash, TestNetwork.Price(workload).Micro), (quote.WorkloadId, quote.ComputeUnits));
        Assert.Equal(Wei.Text(SimulatedChain.RedeemPrice * (System.Numerics.BigInteger)quote.ComputeUnits), quote.PriceWei);
        QuoteResponse again = await HttpNetwork.ReadAsync(await network.PostAsync(buyer, "/v1/workloads", request, ProtocolJson.Default.WorkloadRequest), ProtocolJson.Default.QuoteResponse);
        Assert.Equal(quote, again);
        Assert.Equal(WorkloadPhase.Quoted, (await network.GetAsync($"/v1/workloads/{workload.Hash}", ProtocolJson.Default.WorkloadResponse)).Phase);
        network.Network.Chain.Redeem(buyer.Address, workload.Hash, quote.ComputeUnits);
        WorkloadResponse running = await HttpNetwork.EventuallyAsync(async () =>
        {
            network.Network.Chain.Mine();
            return await network.GetAsync($"/v1/workloads/{workload.Hash}", ProtocolJson.Default.WorkloadResponse) is { Phase: WorkloadPhase.Running } found ? found : null;
        });
        Assert.Null(running.Transcript);
    }

    [Theory]
    [InlineData("0x00", ProblemCodes.Malformed)]
    [InlineData("zz", ProblemCodes.Malformed)]
    [InlineData("another model", ProblemCodes.WorkloadNotSupported)]
    [InlineData("trailing", ProblemCodes.Malformed)]
    public async Task Workload_isRefusedIfItCannotBeRunHere(string kind, string code)
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        Workload known = TestNetwork.Workload(1);
        string hex = kind switch
        {
            "another model" => Hex.Encode(new Workload(known.Type, known.EngineVersion, Hash256.Zero, known.Prompt, 1, known.Sampling, 0, []).ToBytes()),
            "trailing" => Hex.Encode([.. known.ToBytes(), 0]),
            _ => kind,
        };
        using HttpResponseMessage quoted = await network.PostAsync(network.Network.CoordinatorKey, "/v1/workloads", new WorkloadRequest(hex), ProtocolJson.Default.WorkloadRequest);
        Assert.Equal(code, (await HttpNetwork.ProblemAsync(quoted)).Code);
        using HttpResponseMessage queued = await network.PostAsync(network.Network.CoordinatorKey, "/v1/queue", new QueueRequest([Hex.Encode(known.ToBytes()), hex]), ProtocolJson.Default.QueueRequest);
        Assert.Equal(code, (await HttpNetwork.ProblemAsync(queued)).Code);
        Assert.Equal(0, network.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM queue")));
    }

    [Fact]
    public async Task Queue_takesAnAnswerForEachWorkloadAndNoOtherNumber()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        string[] workloads = [Hex.Encode(TestNetwork.Workload(1).ToBytes()), Hex.Encode(TestNetwork.Workload(2).ToBytes())];
        Hash256 answer = TestMiner.RightResult(TestNetwork.Workload(2).Hash);
        using HttpResponseMessage refused = await network.PostAsync(network.Network.CoordinatorKey, "/v1/queue", new QueueRequest(workloads, [answer]), ProtocolJson.Default.QueueRequest);
        Assert.Equal(ProblemCodes.Malformed, (await HttpNetwork.ProblemAsync(refused)).Code);
        using HttpResponseMessage taken = await network.PostAsync(network.Network.CoordinatorKey, "/v1/queue", new QueueRequest(workloads, [null, answer]), ProtocolJson.Default.QueueRequest);
        Assert.Equal([TestNetwork.Workload(1).Hash, TestNetwork.Workload(2).Hash], (await HttpNetwork.ReadAsync(taken, ProtocolJson.Default.QueueResponse)).WorkloadHashes);
        Assert.Equal([null, answer], network.Ledger.Read(transaction => transaction.Query(
            "SELECT answer FROM queue ORDER BY entry_key", row => row.IsDBNull(0) ? null : (Hash256?)new Hash256((byte[])row.GetValue(0)))));
        using HttpResponseMessage unknown = await network.PostAsync(network.Network.CoordinatorKey, "/v1/canaries", new CanaryRequest(answer), ProtocolJson.Default.CanaryRequest);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task LongPoll_answersWhenASeatIsDrawnAndWhenTheCoordinatorStops()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        Task<HttpResponseMessage>[] polls = [.. network.Network.Miners.Select(miner =>
            network.PostAsync(miner.EnclaveKey, "/v1/leases", new LeaseRequest(miner.GpuId, 1, 30_000), ProtocolJson.Default.LeaseRequest))];
        await network.SeatAsync(TestNetwork.Workload(1));
        int answered = 0;
        List<Task<HttpResponseMessage>> waiting = [.. polls];
        while (answered < 3)
        {
            Task<HttpResponseMessage> first = await Task.WhenAny(waiting);
            waiting.Remove(first);
            answered += (await HttpNetwork.ReadAsync(await first, ProtocolJson.Default.LeaseResponse)).Letters.Count;
        }

        await network.StopAsync();
        Assert.Empty((await HttpNetwork.ReadAsync(await Assert.Single(waiting), ProtocolJson.Default.LeaseResponse)).Letters);
    }

    [Fact]
    public async Task Readyz_saysWhyNotWhileTheNodeIsAway()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        await HttpNetwork.EventuallyAsync(async () => (await network.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/readyz"))).IsSuccessStatusCode ? this : null);
        network.Network.Chain.Unreachable = true;
        Problem problem = await HttpNetwork.EventuallyAsync(async () =>
            await network.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/readyz")) is { IsSuccessStatusCode: false } answer ? await HttpNetwork.ProblemAsync(answer) : null);
        Assert.Contains(nameof(ChainFollower), problem.Found, StringComparison.Ordinal);
        using HttpResponseMessage status = await network.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/v1/status"));
        Assert.Equal(ProblemCodes.Unavailable, (await HttpNetwork.ProblemAsync(status)).Code);
        Assert.Equal(HttpStatusCode.OK, (await network.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/healthz"))).StatusCode);
        network.Network.Chain.Unreachable = false;
        await HttpNetwork.EventuallyAsync(async () => (await network.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/readyz"))).IsSuccessStatusCode ? this : null);
    }

    [Theory]
    [InlineData("/v1/tasks/xyz", 400)]
    [InlineData("/v1/tasks?limit=0", 400)]
    [InlineData("/v1/tasks?limit=x", 400)]
    [InlineData("/v1/tasks?state=9", 400)]
    [InlineData("/v1/tasks?state=nonsense", 400)]
    [InlineData("/v1/tasks?unpaid=0x12", 400)]
    [InlineData("/v1/tasks?state=Settled&unpaid=0x0000000000000000000000000000000000000000000000000000000000000001", 400)]
    [InlineData("/v1/workloads/xyz", 400)]
    [InlineData("/v1/tasks/0x0000000000000000000000000000000000000000000000000000000000000001", 404)]
    [InlineData("/v1/workloads/0x0000000000000000000000000000000000000000000000000000000000000001", 404)]
    [InlineData("/v1/nothing", 404)]
    public async Task Get_isAProblemIfThereIsNoSuchThing(string path, int status)
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        Assert.Equal(status, (await HttpNetwork.ProblemAsync(await network.SendAsync(new HttpRequestMessage(HttpMethod.Get, path)))).Status);
    }

    private static async Task<SeatResponse> SeatAsync(HttpNetwork network, TestMiner miner, Hash256 taskId) => await HttpNetwork.ReadAsync(
        await network.SendAsync(network.Signed(miner.EnclaveKey, HttpMethod.Get, $"/v1/seats/{taskId}?gpuId={miner.GpuId}")), ProtocolJson.Default.SeatResponse);
}
