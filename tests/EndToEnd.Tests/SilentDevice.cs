using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Chain.Transactions;
using Ait.Cli.Asking;
using Ait.Cli.Commands;
using Ait.Cli.Telling;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.EndToEnd.Tests;

/// <summary>A device that answers nobody, on real processes and contracts: the coordinator has it suspended, the draws go on without it, and it comes back.</summary>
public sealed class SilentDevice : Devnet
{
    private const int Absences = 3;
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(500);

    [Fact(Timeout = 1_200_000)]
    public async Task SilentDevice_isSuspendedAndDrawnAgainOnceItHasProvenItsLife()
    {
        Require(this);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await RegisteredAsync(5, cancellation);
        using Secp256k1PrivateKey operatorKey = Local.Key("mallory");
        await Local.EndowAsync([operatorKey.Address], cancellation);
        using Adversary silent = await Adversary.CreateAsync(Network, Local.Hardware, operatorKey, TimeProvider.System, cancellation);
        Adversary.Registration honest = await silent.PrepareAsync(cancellation);
        await silent.EnrolAsync(honest, cancellation);
        await silent.RegisterAsync(honest, cancellation);
        RegisteredDevice device = Assert.Single(await RegisteredAsync(6, cancellation), one => one.GpuId == silent.GpuId);

        // The tasks settle without it, or end; as many absences as suspend are reported.
        ModelResponse model = await ModelAsync(cancellation);
        AttendanceLine? reported = null;
        while (reported is null || reported.Open.Length < Absences)
        {
            await QueueAsync(QueueCommand.MadeUp(6, model, TimeProvider.System.GetUtcNow()), cancellation);
            for (int look = 0; look < 120 && (reported is null || reported.Open.Length < Absences); look++)
            {
                await Task.Delay(s_poll, cancellation);
                reported = await LineAsync(silent.GpuId, cancellation);
            }
        }

        Assert.Equal(0UL, reported.Record.ResumableAt);
        await Local.StopMinersAsync();
        await PassAsync(reported.Open[..Absences].Max(absence => absence.CountsFrom), cancellation);
        AttendanceLine suspended = await LineAsync(silent.GpuId, cancellation) ?? throw new InvalidOperationException("It was reported.");
        while (suspended.Record.ResumableAt == 0)
        {
            await Task.Delay(s_poll, cancellation);
            suspended = await LineAsync(silent.GpuId, cancellation) ?? suspended;
        }

        JsonObject told = await RunAsync(0, cancellation, "attendance");
        Assert.Equal((silent.GpuId.ToString(), suspended.Record.ResumableAt), ((string?)told["gpuId"], (ulong?)told["suspendedUntil"]));
        while ((await Network.Coordinator.StatusAsync(cancellation)).SuspendedDevices == 0)
        {
            await Task.Delay(s_poll, cancellation);
        }

        DeviceResponse seen = Assert.Single(await Network.Coordinator.DevicesAsync(cancellation), one => one.GpuId == silent.GpuId);
        Assert.Equal(suspended.Record.ResumableAt, seen.SuspendedUntil);
        await Local.StopProgramAsync("coordinator");

        // The coordinator's key commits what its program would have, at the time that the chain has come to.
        IReadOnlyList<uint> without = await DrawAsync(cancellation);
        Assert.DoesNotContain(device.Slot, without);

        await PassAsync(suspended.Record.ResumableAt, cancellation);
        ulong number = await Network.Chain.Client.GetBlockNumberAsync(cancellation) - 2;
        Block block = await Network.Chain.Client.GetBlockAsync(number, cancellation) ?? throw new InvalidOperationException("The node has its own blocks.");
        Signature life = new ProofOfLife(silent.GpuId, block.Number, block.Hash).Sign(Network.Chain.ChainId, Local.Deployment.AttendanceRegistry, silent.Enclave);
        AttendanceRegistryContract registry = new(Local.Deployment.AttendanceRegistry, Network.Chain.Client);
        await SendAsync(operatorKey, registry.ProveLife(silent.GpuId, block.Number, life), cancellation);

        IReadOnlyList<uint> with = await DrawAsync(cancellation);
        Assert.Contains(device.Slot, with);
        Assert.True((bool?)(await RunAsync(0, cancellation, "audit"))["holds"]);
    }

    private async Task<AttendanceLine?> LineAsync(Hash256 gpuId, CancellationToken cancellation) =>
        (await AttendanceBook.ReadAsync(Network.Chain, Local.Deployment.AttendanceRegistry, cancellation)).FirstOrDefault(line => line.GpuId == gpuId);

    private Task<TransactionReceipt> SendAsync(Secp256k1PrivateKey key, TransactionRequest request, CancellationToken cancellation) =>
        Network.Chain.SendAsync(key, request.To!.Value, request.Data.AsMemory(), cancellation);

    /// <summary>Lets the chain's time come to an instant, unix seconds.</summary>
    private async Task PassAsync(ulong until, CancellationToken cancellation)
    {
        await Network.Chain.Client.Rpc.CallAsync("evm_setNextBlockTimestamp", [until + 1], cancellation);
        await Network.Chain.Client.Rpc.CallAsync("evm_mine", [], cancellation);
    }

    /// <summary>Commits a batch of tasks for nobody and draws its seats by the contract: every slot that got one.</summary>
    private async Task<IReadOnlyList<uint>> DrawAsync(CancellationToken cancellation)
    {
        const uint tasks = 16;
        using Secp256k1PrivateKey coordinator = Local.Key("coordinator");
        Block head = await Network.Chain.Client.GetBlockAsync(BlockTag.Latest, cancellation) ?? throw new InvalidOperationException("A running chain has a head.");
        Hash256 secret = Keccak256.Hash(head.Hash.ToArray());
        ImmutableArray<MiningTask> leaves =
        [
            .. Enumerable.Range(0, (int)tasks).Select(index => new MiningTask(
                Keccak256.Hash([(byte)index]), (uint)index, WorkloadType.Inference, DeterminismClass.X8v0, new ComputeUnits(1000), head.Timestamp + 1800, Address.Zero, MiningTask.SecretHash(secret))),
        ];
        var mining = new MiningRegistryContract(Local.Deployment.MiningRegistry, Network.Chain.Client);
        await SendAsync(coordinator, mining.CommitBatch(MerkleTree.Build([.. leaves.Select(leaf => leaf.Leaf)]).Root, tasks, 0, tasks * 1000, head.Timestamp + 1800), cancellation);
        BigInteger batchId = await mining.GetBatchCountAsync(BlockTag.Latest, cancellation);
        ulong seedBlock = (await mining.GetBatchAsync(batchId, BlockTag.Latest, cancellation)).SeedBlock;
        while (await Network.Chain.Client.GetBlockNumberAsync(cancellation) <= seedBlock)
        {
            await Task.Delay(s_poll, cancellation);
        }

        await SendAsync(coordinator, mining.PinSeed(batchId), cancellation);
        var slots = new List<uint>();
        foreach (MiningTask leaf in leaves)
        {
            slots.AddRange(await mining.GetSeatsOfAsync(batchId, leaf.ToRecord(), secret, BlockTag.Latest, cancellation));
        }

        return slots;
    }
}
