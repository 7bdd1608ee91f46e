using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Releasing;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol;
using Ait.Protocol.Http;
using Ait.Protocol.Sealing;

namespace Ait.Coordinator.Tests.Releasing;

public sealed class ReleaseTests
{
    [Fact]
    public async Task Key_travelsFromHolderToSeat()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        using var content = ContentKey.Create();
        using Secp256k1PrivateKey holder = content.CreateHolderKey();
        Workload workload = content.SealPrompt(TestNetwork.Workload(1));
        (TaskRow task, TestMiner miner) = await LeaseAsync(network, workload);
        using var key = SeatKey.Create();
        string statement = Say(network, task, miner, key);

        SeatKeyResponse waiting = await HttpNetwork.ReadAsync(await SayAsync(network, miner, statement), ProtocolJson.Default.SeatKeyResponse);
        Assert.Null(waiting.Envelope);

        ConfidentialSeat seat = Assert.Single((await SeatsAsync(network, holder, workload)).Seats);
        Assert.Equal((statement, false), (seat.Statement, seat.Released));
        Assert.True(SeatLetter.TryVerify(Hex.Decode(seat.Letter), network.Network.Domain, network.Network.CoordinatorKey.Address, out SeatLetter? letter, out _));
        Assert.Equal((task.TaskId, miner.GpuId), (letter.TaskId, letter.Assignment.GpuId));

        string envelope = Envelope(network, content, workload, task, miner, statement);
        await HttpNetwork.ReadAsync(await PutAsync(network, holder, task, miner, statement, envelope), ProtocolJson.Default.SeatKeyResponse);

        Assert.Equal(envelope, (await HttpNetwork.ReadAsync(await SayAsync(network, miner, statement), ProtocolJson.Default.SeatKeyResponse)).Envelope);
        Assert.True(Assert.Single((await SeatsAsync(network, holder, workload)).Seats).Released);
    }

    [Fact]
    public async Task Seats_areShownToTheHolderOnly()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        using var content = ContentKey.Create();
        Workload workload = content.SealPrompt(TestNetwork.Workload(1));
        (_, TestMiner miner) = await LeaseAsync(network, workload);

        foreach (Secp256k1PrivateKey stranger in new[] { network.Network.CoordinatorKey, miner.EnclaveKey })
        {
            Problem problem = await HttpNetwork.ProblemAsync(await network.SendAsync(network.Signed(stranger, HttpMethod.Get, $"/v1/workloads/{workload.Hash}/seats")));
            Assert.Equal(ProblemCodes.NotAuthorized, problem.Code);
        }
    }

    [Fact]
    public async Task Envelope_isTakenFromTheHolderOnlyAndToTheKeyThatIsSaidNow()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        using var content = ContentKey.Create();
        using Secp256k1PrivateKey holder = content.CreateHolderKey();
        Workload workload = content.SealPrompt(TestNetwork.Workload(1));
        (TaskRow task, TestMiner miner) = await LeaseAsync(network, workload);
        using var key = SeatKey.Create();
        using var newer = SeatKey.Create();
        string statement = Say(network, task, miner, key);
        await SayAsync(network, miner, statement);
        string envelope = Envelope(network, content, workload, task, miner, statement);

        Assert.Equal(ProblemCodes.NotAuthorized, (await HttpNetwork.ProblemAsync(await PutAsync(network, network.Network.CoordinatorKey, task, miner, statement, envelope))).Code);
        Assert.Equal(ProblemCodes.Malformed, (await HttpNetwork.ProblemAsync(await PutAsync(network, holder, task, miner, statement, envelope[..^2]))).Code);
        Assert.Equal(ProblemCodes.Malformed, (await HttpNetwork.ProblemAsync(await PutAsync(network, holder, task, miner, statement, "envelope"))).Code);

        // The process started anew: what is sealed to the former key comes too late, and the new key has no envelope yet.
        await SayAsync(network, miner, Say(network, task, miner, newer));
        Assert.Equal(ProblemCodes.SeatKeyReplaced, (await HttpNetwork.ProblemAsync(await PutAsync(network, holder, task, miner, statement, envelope))).Code);
        Assert.False(Assert.Single((await SeatsAsync(network, holder, workload)).Seats).Released);
    }

    [Fact]
    public async Task Statement_isRefusedIfItIsNotOfTheDeviceOnTheSeat()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        using var content = ContentKey.Create();
        Workload workload = content.SealPrompt(TestNetwork.Workload(1));
        (TaskRow task, TestMiner miner) = await LeaseAsync(network, workload);
        TestMiner other = network.Network.Miners.First(candidate => candidate.GpuId != miner.GpuId);
        using var key = SeatKey.Create();
        string forged = Hex.Encode(SeatKeyStatement.Sign(task.TaskId!.Value, miner.GpuId, key, End(), network.Network.Domain, other.EnclaveKey).ToBytes());
        string expired = Hex.Encode(SeatKeyStatement.Sign(task.TaskId.Value, miner.GpuId, key, 1, network.Network.Domain, miner.EnclaveKey).ToBytes());
        string elsewhere = Hex.Encode(SeatKeyStatement.Sign(workload.Hash, miner.GpuId, key, End(), network.Network.Domain, miner.EnclaveKey).ToBytes());

        Assert.Equal(ProblemCodes.ResultInvalid, (await HttpNetwork.ProblemAsync(await SayAsync(network, miner, forged))).Code);
        Assert.Equal(ProblemCodes.NotAuthorized, (await HttpNetwork.ProblemAsync(await SayAsync(network, other, forged))).Code);
        Assert.Equal(ProblemCodes.ResultInvalid, (await HttpNetwork.ProblemAsync(await SayAsync(network, miner, expired))).Code);
        Assert.Equal(ProblemCodes.NotFound, (await HttpNetwork.ProblemAsync(await SayAsync(network, miner, elsewhere))).Code);
        Assert.Equal(ProblemCodes.Malformed, (await HttpNetwork.ProblemAsync(await SayAsync(network, miner, "0x00"))).Code);
    }

    [Fact]
    public async Task Statement_isRefusedIfTheWorkloadIsPlain()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        (TaskRow task, TestMiner miner) = await LeaseAsync(network, TestNetwork.Workload(1));
        using var key = SeatKey.Create();

        Assert.Equal(ProblemCodes.WorkloadNotSupported, (await HttpNetwork.ProblemAsync(await SayAsync(network, miner, Say(network, task, miner, key)))).Code);
    }

    [Fact]
    public async Task Task_endsWithoutBlameIfTheHolderIsAway()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        using var content = ContentKey.Create();
        Workload workload = content.SealPrompt(TestNetwork.Workload(1));
        coordinator.Queue(workload);
        TaskRow task = Assert.Single(await coordinator.SeatAsync());
        TestMiner[] seats = [.. coordinator.Seated(task)];
        ReleaseStore store = coordinator.Get<ReleaseStore>();
        using Secp256k1PrivateKey holder = content.CreateHolderKey();
        using var key = SeatKey.Create();

        // Two say a key, one of them gets an envelope and stays silent all the same; the third never asks.
        foreach (TestMiner miner in seats.Take(2))
        {
            coordinator.Dispatch.Lease(miner.GpuId, miner.EnclaveKey.Address, 1, network.Options.LeaseLength);
            Assert.Null(store.Say(task.TaskId!.Value, miner.GpuId, [1], miner.EnclaveKey.Address).Refusal);
        }

        Assert.Null(store.Put(task.TaskId!.Value, seats[1].GpuId, [1], new byte[KeyEnvelope.EncodedSize], holder.Address));
        network.Manual.Advance(network.Options.CommitWindow + TimeSpan.FromSeconds(1));
        await coordinator.RoundAsync<Loops.SettleLoop>();

        TaskResponse ended = coordinator.Tasks.Find(task.TaskId.Value)!;
        Assert.Equal(TaskPhase.Void, ended.Phase);
        Assert.Equal([UnpaidReason.KeyWithheld, UnpaidReason.Silent, UnpaidReason.Silent], ended.Seats.Select(seat => seat.Reason));
        Assert.Equal(ProblemCodes.DeadlinePassed, store.Put(task.TaskId.Value, seats[0].GpuId, [1], new byte[KeyEnvelope.EncodedSize], holder.Address)?.Code);

        // And it runs again when it is asked for again.
        coordinator.Queue(workload);
        Assert.Equal(1, coordinator.Dispatch.CountWaiting());
    }

    private static ulong End() => (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 60;

    private static async Task<(TaskRow Task, TestMiner Miner)> LeaseAsync(HttpNetwork network, Workload workload)
    {
        TaskRow task = await network.SeatAsync(workload);
        TestMiner miner = network.Seated(task)[0];
        LeaseResponse leased = await HttpNetwork.ReadAsync(
            await network.PostAsync(miner.EnclaveKey, "/v1/leases", new LeaseRequest(miner.GpuId, 1, 0), ProtocolJson.Default.LeaseRequest), ProtocolJson.Default.LeaseResponse);
        Assert.Equal(Hex.Encode(workload.ToBytes()), Assert.Single(leased.Letters).Workload);
        return (task, miner);
    }

    private static string Say(HttpNetwork network, TaskRow task, TestMiner miner, SeatKey key) =>
        Hex.Encode(SeatKeyStatement.Sign(task.TaskId!.Value, miner.GpuId, key, End(), network.Network.Domain, miner.EnclaveKey).ToBytes());

    private static string Envelope(HttpNetwork network, ContentKey content, Workload workload, TaskRow task, TestMiner miner, string statement)
    {
        ulong now = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        Assert.True(SeatKeyStatement.TryVerify(Hex.Decode(statement), network.Network.Domain, miner.EnclaveKey.Address, now, out SeatKeyStatement? read, out _));
        return Hex.Encode(KeyEnvelope.Seal(content, read, new EnvelopeContext(network.Network.Domain, task.TaskId!.Value, workload.Hash, miner.GpuId)));
    }

    private static Task<HttpResponseMessage> SayAsync(HttpNetwork network, TestMiner miner, string statement) =>
        network.PostAsync(miner.EnclaveKey, "/v1/seat-keys", new SeatKeyRequest(statement), ProtocolJson.Default.SeatKeyRequest);

    private static Task<HttpResponseMessage> PutAsync(HttpNetwork network, Secp256k1PrivateKey signer, TaskRow task, TestMiner miner, string statement, string envelope) =>
        network.PostAsync(signer, "/v1/envelopes", new EnvelopeRequest(task.TaskId!.Value, miner.GpuId, statement, envelope), ProtocolJson.Default.EnvelopeRequest);

    private static async Task<ConfidentialSeatsResponse> SeatsAsync(HttpNetwork network, Secp256k1PrivateKey holder, Workload workload) =>
        await HttpNetwork.ReadAsync(await network.SendAsync(network.Signed(holder, HttpMethod.Get, $"/v1/workloads/{workload.Hash}/seats")), ProtocolJson.Default.ConfidentialSeatsResponse);
}
