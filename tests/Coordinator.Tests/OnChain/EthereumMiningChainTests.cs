using System.Collections.Immutable;
using Ait.Attestation.Devices;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Transactions;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol;

namespace Ait.Coordinator.Tests.OnChain;

/// <summary>The production boundary against the deployed contracts on a real node.</summary>
public sealed class EthereumMiningChainTests
{
    [Fact]
    public async Task Call_isSentOncePerKeyAlsoAfterARestart()
    {
        await using RealChain node = await RealChain.StartAsync();
        var call = new MiningCall.OpenWorkload(TestNetwork.Workload(1).Hash, 5);
        ulong before = await node.Client.GetTransactionCountAsync(node.Key.Address, BlockTag.Latest, Cancellation);
        SubmitOutcome.Mined first;
        using (var life = new Life(node))
        {
            first = Assert.IsType<SubmitOutcome.Mined>(await life.Chain.SubmitAsync("open", call, Cancellation));
            Assert.Equal(first.BlockNumber, (await life.Chain.ReadHeadAsync(Cancellation)).Number);
        }

        using var next = new Life(node);
        SubmitOutcome.Mined again = Assert.IsType<SubmitOutcome.Mined>(await next.Chain.SubmitAsync("open", call, Cancellation));
        Assert.Equal(first.Transaction, again.Transaction);
        Assert.Equal(before + 1, await node.Client.GetTransactionCountAsync(node.Key.Address, BlockTag.Latest, Cancellation));
    }

    [Fact]
    public async Task Call_finishesTheTransactionThatAnEarlierLifeSigned()
    {
        await using RealChain node = await RealChain.StartAsync();
        var call = new MiningCall.OpenWorkload(TestNetwork.Workload(1).Hash, 5);
        ulong before = await node.Client.GetTransactionCountAsync(node.Key.Address, BlockTag.Latest, Cancellation);

        // Death between the journal and everything after it: first before the broadcast, then before the receipt.
        await node.CallAsync("evm_setAutomine", [false]);
        using (var life = new Life(node, step => step == "after journal"))
        {
            await Assert.ThrowsAsync<KillException>(() => life.Chain.SubmitAsync("open", call, Cancellation));
        }

        await node.CallAsync("evm_setAutomine", [true]);
        using (var life = new Life(node, step => step == "before journal"))
        {
            await Assert.ThrowsAsync<KillException>(() => life.Chain.SubmitAsync("open", call, Cancellation));
        }

        using var last = new Life(node);
        Assert.IsType<SubmitOutcome.Mined>(await last.Chain.SubmitAsync("open", call, Cancellation));
        Assert.Equal(before + 1, await node.Client.GetTransactionCountAsync(node.Key.Address, BlockTag.Latest, Cancellation));
    }

    [Fact]
    public async Task Refusal_isTheContractsOwnErrorAndLeavesTheKeyFree()
    {
        await using RealChain node = await RealChain.StartAsync();
        using var life = new Life(node);
        BatchPlan plan = Plan(1);
        var late = new MiningCall.CommitBatch(plan.Tree.Root, 2, plan.ComputeUnits.Micro, plan.SubsidisedUnits.Micro, 1);
        Assert.Equal("DeadlineOutOfBounds", await RefusedAsync(life, late));
        ulong now = (await life.Chain.ReadHeadAsync(Cancellation)).Timestamp;
        Assert.Equal("RosterTooSmall", await RefusedAsync(life, late with { LatestDeadline = now + 1800 })); // No device is registered here.
        Assert.Equal("BatchUnknown", await RefusedAsync(life, new MiningCall.PinSeed(1)));
        Assert.Null(await life.Chain.ReadBatchAsync(1, Cancellation));
        PlannedTask planned = plan.Tasks[0];
        var settlement = new TaskSettlement(planned.Task, planned.SeatSecret, null, Hash256.Zero, []);
        Assert.Equal("BatchUnknown", (await life.Chain.SimulateAsync(new MiningCall.Settle(1, [settlement], plan.Tree.Proof(0)), Cancellation))!.Error);

        static async Task<string> RefusedAsync(Life life, MiningCall call) =>
            Assert.IsType<SubmitOutcome.Refused>(await life.Chain.SubmitAsync("key", call, Cancellation)).Refusal.Error;
    }

    [Fact]
    public async Task Events_areReadUpToTheHeadAndNotAgain()
    {
        await using RealChain node = await RealChain.StartAsync();
        using var life = new Life(node);
        EventPage start = await life.Chain.ReadEventsAsync(null, Cancellation);
        Assert.True(start.ReachedHead);
        await node.MineAsync(3);
        EventPage page = await life.Chain.ReadEventsAsync(start.Cursor, Cancellation);
        Assert.Equal((await life.Chain.ReadHeadAsync(Cancellation)).Number, page.BlockNumber);
        Assert.Equal(page.Cursor, (await life.Chain.ReadEventsAsync(page.Cursor, Cancellation)).Cursor);
    }

    [Fact]
    public void Settle_isEncodedAsTheContractReadsIt()
    {
        using var network = new TestNetwork();
        BatchPlan plan = Plan(99);
        TaskSettlement Settlement(int index)
        {
            PlannedTask planned = plan.Tasks[index];
            WorkAttestation attestation = network.Miners[0].Work(network.Domain.TaskId(7, (uint)index), planned.Task.WorkloadHash).Attestation;
            return new TaskSettlement(planned.Task, planned.SeatSecret, null, index == 0 ? Hash256.Zero : attestation.Statement.ResultHash, [new SeatClaim(2, attestation)]);
        }

        var call = new MiningCall.Settle(7, [Settlement(0), Settlement(1)], plan.Tree.Proof([0, 1]));
        (string function, ImmutableArray<AbiValue> arguments) = EthereumMiningChain.Encode(call);
        AbiFunction settle = ContractArtifact.Load("MiningRegistry").Abi.Function(function);
        Assert.True(settle.TryDecodeCall(settle.EncodeCall(arguments.AsSpan()), out ImmutableArray<AbiValue> decoded, out _));
        byte[] expected = [.. Packed(call.Settlements[0], isFirst: true), .. Packed(call.Settlements[1], isFirst: false)];
        Assert.Equal(Hex.Encode(expected), Hex.Encode(decoded[1].AsBytes().Span));
        Assert.Equal(call.Proof, decoded[2].Items.Select(node => node.AsHash256()));

        // Seat 2 claims. The first claim of a device names it, and one that lost states its result; the others go without saying, and so
        // does what the next task has in common with the one before it.
        static byte[] Packed(TaskSettlement settlement, bool isFirst)
        {
            MiningTask task = settlement.Task;
            WorkAttestation attestation = settlement.Claims[0].Attestation;
            byte[] head = isFirst
                ? [0b100, 0b100, 0b100, 0, .. Hex.Decode($"{task.Index:x8}{(ushort)task.WorkloadType:x4}{(byte)task.DeterminismClass:x2}{task.ComputeUnits.Micro:x16}{task.Deadline:x16}")]
                : [0x80 | 0b100];
            return
            [
                .. head,
                .. task.WorkloadHash.ToArray(),
                .. settlement.SeatSecret.ToArray(),
                .. settlement.ResultHash.ToArray(),
                .. Hex.Decode($"{attestation.Statement.DurationMillis:x10}"),
                .. attestation.Signature.ToCompactArray(),
                .. isFirst ? attestation.Statement.ResultHash.ToArray() : [],
                .. isFirst ? attestation.Statement.GpuId.ToArray() : [],
            ];
        }
    }

    [Fact]
    public async Task Workload_isOpenAtItsQuoteAndUnknownDevicesAreNone()
    {
        await using RealChain node = await RealChain.StartAsync();
        using var life = new Life(node);
        Workload workload = TestNetwork.Workload(1);
        Assert.Equal(0ul, await life.Chain.ReadQuoteAsync(workload.Hash, Cancellation));
        Assert.IsType<SubmitOutcome.Mined>(await life.Chain.SubmitAsync("open", new MiningCall.OpenWorkload(workload.Hash, 12345), Cancellation));
        Assert.Equal(12345ul, await life.Chain.ReadQuoteAsync(workload.Hash, Cancellation));
        Assert.Equal("WorkloadAlreadyOpen", (await life.Chain.SimulateAsync(new MiningCall.OpenWorkload(workload.Hash, 1), Cancellation))!.Error);
        Assert.Equal(0ul, await life.Chain.ReadCreditAsync(node.Key.Address, workload.Hash, Cancellation));
        Assert.Null(await life.Chain.FindDeviceAsync(workload.Hash, Cancellation));
        Assert.Empty(await life.Chain.ReadRosterAsync(await life.Chain.ReadRosterLengthAsync(Cancellation), Cancellation));
        RegistryTotals totals = await life.Chain.ReadTotalsAsync(Cancellation);
        Assert.Equal((100_000_000_000, 1_000_000_000_000, 0, 0), ((long)totals.MintRate, (long)totals.RedeemPrice, (long)totals.Supply, (long)totals.Minted));
    }

    [Fact]
    public async Task Call_saysThatTheNodeIsAway()
    {
        using var http = new HttpClient();
        var client = new EthereumClient(new JsonRpcClient(http, new Uri("http://127.0.0.1:1"), new JsonRpcOptions { MaxAttempts = 1 }));
        using var network = new TestNetwork();
        using var sender = new TransactionSender(client, network.CoordinatorKey);
        var chain = new EthereumMiningChain(client, sender, network.Deployment, 0);
        await Assert.ThrowsAsync<ChainUnavailableException>(() => chain.ReadHeadAsync(Cancellation));
        await Assert.ThrowsAsync<ChainUnavailableException>(() => chain.SubmitAsync("pin", new MiningCall.PinSeed(1), Cancellation));
        await Assert.ThrowsAsync<ChainUnavailableException>(() => chain.ReadEventsAsync(null, Cancellation));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static BatchPlan Plan(ulong deadline)
    {
        byte next = 0;
        QueueEntry[] entries = [.. Enumerable.Range(0, 2).Select(i => new QueueEntry(
            i, Keccak256.Hash([(byte)i]), WorkloadType.Inference, DeterminismClass.X8v0, new ComputeUnits(13_000), Address.Zero))];
        return Dispatch.Seal(entries, deadline, () => Keccak256.Hash([++next]));
    }

    [Fact]
    public async Task Registry_saysWhichProfilesAClassAdmitsAndWhichProgramsItKnows()
    {
        await using RealChain node = await RealChain.StartAsync();
        using var life = new Life(node);

        Assert.Equal([TrustProfile.AttestedGpu], await life.Chain.ReadProfilesAsync(DeviceClass.H100, Cancellation));
        Assert.Equal([TrustProfile.MeasuredHost], await life.Chain.ReadProfilesAsync(DeviceClass.A100, Cancellation));
        Assert.False(await life.Chain.IsMeasurementAllowedAsync(Keccak256.Hash("a program"u8), Cancellation));
        ChainHead head = await life.Chain.ReadHeadAsync(Cancellation);
        Assert.NotNull(await life.Chain.ReadBlockHashAsync(head.Number, Cancellation));
        Assert.Null(await life.Chain.ReadBlockHashAsync(head.Number + 1000, Cancellation));
    }

    /// <summary>One life of the process: ledger, journal and sender come and go, node and file stay.</summary>
    private sealed class Life : IDisposable
    {
        private readonly LedgerDatabase _ledger;
        private readonly TransactionSender _sender;

        internal Life(RealChain node, Func<string, bool>? dies = null)
        {
            _ledger = LedgerDatabase.Open(node.Ledger, TimeProvider.System);
            _ledger.CommitBoundary = step =>
            {
                if (dies?.Invoke(step) == true)
                {
                    throw new KillException(step);
                }
            };
            _sender = new TransactionSender(
                node.Client, node.Key, new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(20), RebroadcastAfter = TimeSpan.FromMilliseconds(100) }, new LedgerTransactionJournal(_ledger));
            Chain = new EthereumMiningChain(node.Client, _sender, node.Deployment, 0);
        }

        internal EthereumMiningChain Chain { get; }

        public void Dispose()
        {
            _sender.Dispose();
            _ledger.Dispose();
        }
    }
}
