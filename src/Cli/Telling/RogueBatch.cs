using System.Collections.Immutable;
using System.Security.Cryptography;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Surroundings;
using Ait.Protocol;

namespace Ait.Cli.Telling;

/// <summary>
/// The strongest opponent: Mallory with the coordinator's own key. She commits a batch of her invention, knows every secret,
/// picks the task her device was drawn for, and settles it herself. What the contract refuses now, it refuses anyone.
/// </summary>
internal sealed class RogueBatch
{
    private const int Tasks = 32;
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);
    private readonly NetworkAccess _network;
    private readonly Adversary _mallory;
    private readonly ulong _batchId;
    private readonly MiningTask _task;
    private readonly ImmutableArray<Hash256> _proof;
    private readonly Hash256 _secret;
    private readonly byte _seat;

    private RogueBatch(NetworkAccess network, Adversary mallory, ulong batchId, MiningTask task, ImmutableArray<Hash256> proof, Hash256 secret, byte seat)
    {
        _network = network;
        _mallory = mallory;
        _batchId = batchId;
        _task = task;
        _proof = proof;
        _secret = secret;
        _seat = seat;
    }

    /// <summary>Commits the batch, pins its seed, and finds a task with a seat of Mallory's. The coordinator must not run meanwhile.</summary>
    internal static async Task<RogueBatch> CommitAsync(
        NetworkAccess network, Adversary mallory, Secp256k1PrivateKey coordinator, TimeProvider clock, CancellationToken cancellation)
    {
        ulong deadline = (ulong)clock.GetUtcNow().AddMinutes(30).ToUnixTimeSeconds();
        Hash256[] secrets = [.. Enumerable.Range(0, Tasks).Select(_ => new Hash256(RandomNumberGenerator.GetBytes(Hash256.Size)))];
        MiningTask[] tasks = [.. secrets.Select((secret, index) => new MiningTask(
            Keccak256.Hash([.. "a workload of nobody"u8, (byte)index]),
            (uint)index,
            WorkloadType.Inference,
            DeterminismClass.X8v0,
            new ComputeUnits(50_000),
            deadline,
            Address.Zero,
            MiningTask.SecretHash(secret)))];
        MerkleTree tree = MerkleTree.Build([.. tasks.Select(task => task.Leaf)]);
        ulong units = tasks.Aggregate(0ul, (sum, task) => sum + task.ComputeUnits.Micro);
        byte[] commit = NetworkAccess.Mining.Function("commitBatch").EncodeCall(tree.Root, (uint)Tasks, 0, units, deadline);
        TransactionReceipt receipt = await network.Chain.SendAsync(coordinator, network.Network.MiningRegistry, commit, cancellation).ConfigureAwait(false);
        ulong batchId = BatchIdOf(receipt);
        BatchFacts batch = await BatchFacts.ReadAsync(network, batchId, cancellation).ConfigureAwait(false);
        while (await network.Chain.Client.GetBlockNumberAsync(cancellation).ConfigureAwait(false) <= batch.SeedBlock)
        {
            await Task.Delay(s_poll, clock, cancellation).ConfigureAwait(false);
        }

        await network.Chain
            .SendAsync(mallory.Operator, network.Network.MiningRegistry, NetworkAccess.Mining.Function("pinSeed").EncodeCall(batchId), cancellation)
            .ConfigureAwait(false);
        batch = await BatchFacts.ReadAsync(network, batchId, cancellation).ConfigureAwait(false);
        IReadOnlyList<RegisteredDevice> roster = await network.RosterAsync(cancellation).ConfigureAwait(false);
        RosterSlot[] slots = [.. roster.Take((int)batch.RosterLength).Select(device => device.Roster)];
        foreach (MiningTask task in tasks)
        {
            Hash256 secret = secrets[task.Index];
            ImmutableArray<int> seats = SeatDraw.Draw(
                secret, batch.SeedBlockHash, network.Domain.TaskId(batchId, task.Index), task.Deadline, batch.CommitBlock, slots);
            int seat = seats.IndexOf(seats.FirstOrDefault(slot => slots[slot].GpuId == mallory.GpuId, -1));
            if (seats.Length == SeatDraw.Seats && seat >= 0)
            {
                return new RogueBatch(network, mallory, batchId, task, tree.Proof((int)task.Index), secret, (byte)seat);
            }
        }

        throw new RefusedException($"none of {Tasks} tasks drew Mallory's device; run this again.");
    }

    internal Task<Attempt> WithUnregisteredGpuAsync(CancellationToken cancellation)
    {
        var stranger = new Hash256(RandomNumberGenerator.GetBytes(Hash256.Size));
        return SettleAsync("a GPU that is not registered", "DeviceNotRegistered", Claim(_task, stranger, durationMillis: 1_000), cancellation);
    }

    internal Task<Attempt> WithWorkloadNotInQueueAsync(CancellationToken cancellation)
    {
        MiningTask foreign = _task with { WorkloadHash = Keccak256.Hash("a workload that no batch holds"u8) };
        return SettleAsync("a workload that is not in the queue", "WorkloadNotInQueue", Claim(foreign, _mallory.GpuId, durationMillis: 1_000), cancellation);
    }

    internal Task<Attempt> WithDurationOutOfBoundsAsync(CancellationToken cancellation) =>
        SettleAsync("a duration of ten hours for a second's work", "DurationOutOfBounds", Claim(_task, _mallory.GpuId, durationMillis: 36_000_000), cancellation);

    internal Task<Attempt> WithOnlyHerResultAsync(CancellationToken cancellation) =>
        SettleAsync("a fabricated result that only one seat signed", "ResultNotAgreed", Claim(_task, _mallory.GpuId, durationMillis: 1_000), cancellation);

    private static ulong BatchIdOf(TransactionReceipt receipt)
    {
        foreach (Log log in receipt.Logs)
        {
            if (NetworkAccess.Mining.TryDecodeLog(log.Topics.AsSpan(), log.Data.AsSpan(), out ContractEvent? decoded) && decoded.Name == "BatchCommitted")
            {
                return decoded["batchId"].AsUInt64();
            }
        }

        throw new RefusedException($"transaction {receipt.TransactionHash} committed no batch.");
    }

    private TaskSettlementRecord Claim(MiningTask task, Hash256 gpuId, ulong durationMillis)
    {
        Hash256 result = Keccak256.Hash("a result that nobody computed"u8);
        var statement = new WorkStatement(_network.Domain.TaskId(_batchId, task.Index), task.WorkloadHash, result, gpuId, durationMillis);
        var claim = new SeatClaimRecord(_seat, gpuId, null, durationMillis, WorkAttestation.Sign(statement, _network.Domain, _mallory.Enclave).Signature);
        return new TaskSettlementRecord(task.ToRecord(), _secret, null, result, [claim]);
    }

    private Task<Attempt> SettleAsync(string what, string expected, TaskSettlementRecord settlement, CancellationToken cancellation)
    {
        byte[] call = NetworkAccess.Mining.Function("settle")
            .EncodeCall(_batchId, TaskSettlementRecord.Pack(settlement), AbiValue.List(_proof.Select(node => (AbiValue)node)));
        return Attempt.MakeAsync(_network, what, expected, _mallory.Operator, _network.Network.MiningRegistry, call, cancellation);
    }
}
