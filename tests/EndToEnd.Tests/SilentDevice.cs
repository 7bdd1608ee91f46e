using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Ait.Audit;
using Ait.Chain;
using Ait.Chain.Abi;
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

/// <summary>A network with a device that answers nobody, and a node's answers to an audit of it.</summary>
public sealed class SilentDevnet : Devnet
{
    private const int Absences = 3;
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(500);

    private RecordedNode? _node;

    internal RecordedNode Node => _node ?? throw new InvalidOperationException("the test must call LiveAsync first");

    /// <summary>The first audit, of the living node; once.</summary>
    internal AuditReport? Honest { get; private set; }

    internal AttendanceRegistryContract Registry => new(Local.Deployment.AttendanceRegistry, Network.Chain.Client);

    /// <summary>The device is silent, is suspended, comes back, and is audited; once.</summary>
    internal async Task LiveAsync(CancellationToken cancellation)
    {
        if (Honest is not null)
        {
            return;
        }

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
        await SendAsync(operatorKey, Registry.ProveLife(silent.GpuId, block.Number, life), cancellation);

        IReadOnlyList<uint> with = await DrawAsync(cancellation);
        Assert.Contains(device.Slot, with);
        Assert.True((bool?)(await RunAsync(0, cancellation, "audit"))["holds"]);
        _node = RecordedNode.Of(Local.Options.Rpc);
        Honest = await AuditAsync(cancellation);
        _node.Close();
    }

    internal Task<AuditReport> AuditAsync(CancellationToken cancellation) =>
        Auditor.AuditAsync(Node.Client(), Local.Deployment.AuditScope, null, checksEvidence: false, _ => { }, cancellation);

    public override async ValueTask DisposeAsync()
    {
        _node?.Dispose();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
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

/// <summary>
/// A device that answers nobody, on real processes and contracts: the coordinator has it suspended, the draws go on without it, and it
/// comes back; and the audit derives each step.
/// </summary>
public sealed class SilentDevice(SilentDevnet devnet) : IClassFixture<SilentDevnet>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 1_200_000)]
    public async Task SilentDevice_isSuspendedAndDrawnAgainOnceItHasProvenItsLife()
    {
        Devnet.Require(devnet);
        await devnet.LiveAsync(Cancellation);

        AuditReport report = devnet.Honest!;
        Assert.True(report.Holds, string.Join('\n', report.Findings));
        Dictionary<string, long> counts = report.Counts.ToDictionary(count => count.What, count => count.Count);
        List<AttendanceRegistryEvent> events = [];
        foreach (Log log in await devnet.Network.Chain.LogsAsync([devnet.Registry.Address], Cancellation))
        {
            if (devnet.Registry.TryReadEvent(log, out AttendanceRegistryEvent? found))
            {
                events.Add(found);
            }
        }

        Assert.Equal(events.OfType<AttendanceRegistryEvent.Reported>().Count(), counts["absences derived"]);
        Assert.Equal(events.OfType<AttendanceRegistryEvent.Suspended>().Count(), counts["suspensions for absence derived"]);
        Assert.Equal(events.OfType<AttendanceRegistryEvent.LifeProven>().Count(), counts["proofs of life verified"]);
    }

    [Fact(Timeout = 1_200_000)]
    public Task Audit_findsAReportedSeatThatIsAnotherDevices() => FindsAsync("what AbsenceReported says", Calls("reportAll", call =>
    {
        Assert.True(AbsenceReportRecord.TryDecodeCall(call, out ImmutableArray<AbsenceReportRecord> reports, out _));
        AbsenceReportRecord first = reports[0];
        return devnet.Registry.ReportAll(reports.SetItem(0, first with { Seat = (byte)((first.Seat + 1) % SeatDraw.Seats) }));
    }));

    [Fact(Timeout = 1_200_000)]
    public Task Audit_findsASuspensionThatIsOneReportShort() => FindsAsync("absences that suspend device", Calls("suspend", call =>
    {
        ImmutableArray<AbiValue> arguments = Arguments("suspend", call);
        return devnet.Registry.Suspend(arguments[0].AsHash256(), [.. arguments[1].Items.Skip(1).Select(task => task.AsHash256())]);
    }));

    [Fact(Timeout = 1_200_000)]
    public Task Audit_findsASuspensionForATaskThatWasNeverReported() => FindsAsync("for which it is suspended", Calls("suspend", call =>
    {
        ImmutableArray<AbiValue> arguments = Arguments("suspend", call);
        return devnet.Registry.Suspend(arguments[0].AsHash256(), [Keccak256.Hash([0]), .. arguments[1].Items.Skip(1).Select(task => task.AsHash256())]);
    }));

    [Fact(Timeout = 1_200_000)]
    public Task Audit_findsACooldownThatWasChanged() => FindsAsync("what SilentDeviceSuspended says", Logs("SilentDeviceSuspended", log =>
    {
        string data = (string)log["data"]!;
        log["data"] = RecordedNode.Flip(data, data.Length - 1);
    }));

    [Fact(Timeout = 1_200_000)]
    public Task Audit_findsASuspensionWithoutAReason() => FindsAsync("reason of DeviceSuspendedForAbsence", Logs("SilentDeviceSuspended", log => log.Parent!.AsArray().Remove(log)));

    [Fact(Timeout = 1_200_000)]
    public Task Audit_findsAProofOfLifeByAnotherKey() => FindsAsync("signer of a proof of life", Calls("proveLife", call =>
    {
        ImmutableArray<AbiValue> arguments = Arguments("proveLife", call);
        using Secp256k1PrivateKey other = devnet.Local.Key("mallory");
        return devnet.Registry.ProveLife(arguments[0].AsHash256(), arguments[1].AsUInt64(), other.Sign(Keccak256.Hash(call)));
    }));

    [Fact(Timeout = 1_200_000)]
    public async Task Audit_findsAProofOfLifeBeforeTheCooldownIsOver()
    {
        Devnet.Require(devnet);
        await devnet.LiveAsync(Cancellation);
        string selector = Abi.Function("proveLife").Selector.ToString();
        await FindsAsync("end of the suspension", (method, answer) =>
        {
            if (RecordedNode.TransactionsOf(method, answer).Any(sent => ((string)sent["input"]!).StartsWith(selector, StringComparison.Ordinal)))
            {
                JsonObject block = answer["result"]!.AsObject();
                ulong time = ulong.Parse(((string)block["timestamp"]!)[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                block["timestamp"] = "0x" + (time - 3_600).ToString("x", CultureInfo.InvariantCulture);
            }
        });
    }

    private static ContractAbi Abi => ContractArtifact.Load("AttendanceRegistry").Abi;

    private static ImmutableArray<AbiValue> Arguments(string function, byte[] call)
    {
        Assert.True(Abi.Function(function).TryDecodeCall(call, out ImmutableArray<AbiValue> arguments, out _));
        return arguments;
    }

    /// <summary>Changes each call of a function of the attendance registry.</summary>
    private static Action<string, JsonNode> Calls(string function, Func<byte[], TransactionRequest> change) => (method, answer) =>
    {
        string selector = Abi.Function(function).Selector.ToString();
        foreach (JsonObject sent in RecordedNode.TransactionsOf(method, answer).Where(sent => ((string)sent["input"]!).StartsWith(selector, StringComparison.Ordinal)))
        {
            sent["input"] = Hex.Encode(change(Hex.Decode((string)sent["input"]!)).Data.AsSpan());
        }
    };

    /// <summary>Changes each log of an event of the attendance registry, and every copy of it.</summary>
    private static Action<string, JsonNode> Logs(string name, Action<JsonObject> change) => (method, answer) =>
    {
        string topic = Abi.Event(name).Topic.ToString();
        foreach (JsonObject log in RecordedNode.LogsOf(method, answer).Where(log => (string?)log["topics"]!.AsArray().FirstOrDefault() == topic).ToArray())
        {
            change(log);
        }
    };

    /// <summary>Whether an audit of the changed record names what is wrong with somebody's attendance.</summary>
    private async Task FindsAsync(string what, Action<string, JsonNode> tamper)
    {
        Devnet.Require(devnet);
        await devnet.LiveAsync(Cancellation);
        devnet.Node.Tamper = (method, _, answer) => tamper(method, answer);
        try
        {
            AuditReport report = await devnet.AuditAsync(Cancellation);
            Assert.True(devnet.Node.Changed > 0, "nothing was changed");
            Assert.True(
                report.Findings.Any(finding => finding.Fault == AuditFault.Attendance && finding.What.Contains(what, StringComparison.Ordinal)),
                $"expected {what}, found:\n{string.Join('\n', report.Findings)}");
        }
        finally
        {
            devnet.Node.Tamper = null;
        }
    }
}
