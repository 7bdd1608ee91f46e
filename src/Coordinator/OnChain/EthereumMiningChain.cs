using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ait.Attestation.Devices;
using Ait.Audit;
using Ait.Audit.Bundling;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Events;
using Ait.Chain.Rpc;
using Ait.Chain.Transactions;
using Ait.Coordinator.Configuration;
using Ait.Protocol;

namespace Ait.Coordinator.OnChain;

/// <summary>The contracts over a node's JSON-RPC.</summary>
internal sealed partial class EthereumMiningChain : IMiningChain
{
    /// <summary>A mined call that reverted may be tried again under a further key; so often at most.</summary>
    private const int MaxAttempts = 8;

    private const int RosterPage = 128;

    private readonly EthereumClient _client;
    private readonly TransactionSender _sender;
    private readonly ulong _confirmations;
    private readonly Contract _mining;
    private readonly Contract _devices;
    private readonly Contract _token;
    private readonly Contract? _bond;
    private readonly Contract? _operatorBond;
    private readonly AttendanceRegistryContract _attendance;
    private Contract? _subsidy;
    private CreditMovesContract? _moves;
    private LogReader? _logs;
    private readonly Deployment _deployment;

    public EthereumMiningChain(EthereumClient client, TransactionSender sender, Deployment deployment, ulong confirmations)
    {
        _client = client;
        _sender = sender;
        _deployment = deployment;
        ContractAbi deviceAbi = ContractArtifact.Load("DeviceRegistry").Abi;
        ContractAbi tokenAbi = ContractArtifact.Load("AIToken").Abi;
        _mining = new Contract(deployment.MiningRegistry, client, ContractArtifact.Load("MiningRegistry").Abi, [deviceAbi, tokenAbi, ContractArtifact.Load("SubsidyBudget").Abi]);
        _devices = new Contract(deployment.DeviceRegistry, client, deviceAbi);
        _token = new Contract(deployment.Token, client, tokenAbi);
        _attendance = new AttendanceRegistryContract(deployment.AttendanceRegistry, client);
        if (deployment.CoordinatorBond != Address.Zero)
        {
            _bond = new Contract(deployment.CoordinatorBond, client, ContractArtifact.Load("CoordinatorBond").Abi, [ContractArtifact.Load("MiningRegistry").Abi]);
        }

        if (deployment.OperatorBond != Address.Zero)
        {
            _operatorBond = new Contract(deployment.OperatorBond, client, ContractArtifact.Load("OperatorBond").Abi, [ContractArtifact.Load("MiningRegistry").Abi, deviceAbi]);
        }

        _confirmations = confirmations;
        if (deployment.AitGovernor != Address.Zero)
        {
            _governor = new AitGovernorContract(deployment.AitGovernor, client);
            _proposals = new LogReader(client, new LogReaderOptions { Addresses = [_governor.Address], Topics = [_governor.CreationTopic] });
        }
    }

    public Task<ChainHead> ReadHeadAsync(CancellationToken cancellation) => ReachAsync(async () =>
    {
        Block head = await _client.GetBlockAsync(BlockTag.Latest, cancellation)
            ?? throw new ChainUnavailableException("The node has no latest block; it may still be starting.");
        return new ChainHead(head.Number, head.Timestamp);
    });

    public Task<OnChainBatch?> ReadBatchAsync(ulong batchId, CancellationToken cancellation) => ReachAsync(async () =>
        await _mining.CallAsync("batch", [batchId], Address.Zero, BlockTag.Latest, cancellation) switch
        {
            ContractCall.Returned returned => ToBatch(batchId, returned.Values[0]),
            ContractCall.Reverted { Error.Name: "BatchUnknown" } => null,
            ContractCall.Reverted reverted => throw new ChainUnavailableException($"batch({batchId}) reverted: {reverted.Error}"),
            _ => null,
        });

    public Task<bool> IsSettledAsync(ulong batchId, uint index, CancellationToken cancellation) => ReachAsync(async () =>
        (await _mining.ViewAsync("isSettled", [batchId, index], BlockTag.Latest, cancellation))[0].AsBoolean());

    public Task<ImmutableArray<int>?> ReadSeatsAsync(ulong batchId, MiningTask task, Hash256 seatSecret, CancellationToken cancellation) => ReachAsync(async () =>
        await _mining.CallAsync("seatsOf", [batchId, task.ToRecord().ToAbi(), seatSecret], Address.Zero, BlockTag.Latest, cancellation) switch
        {
            ContractCall.Returned returned => [.. returned.Values[0].Items.Select(slot => (int)slot.AsUInt32())],
            ContractCall.Reverted { Error.Name: "RosterTooSmall" } => (ImmutableArray<int>?)null,
            ContractCall.Reverted reverted => throw new ChainUnavailableException($"seatsOf(batch {batchId}, task {task.Index}) reverted: {reverted.Error}"),
            _ => null,
        });

    public Task<OnChainEscalation> ReadEscalationAsync(Hash256 taskId, CancellationToken cancellation) => ReachAsync(async () =>
    {
        AbiValue found = (await _mining.ViewAsync("escalation", [taskId], BlockTag.Latest, cancellation))[0];
        return new OnChainEscalation(found[0].AsByte(), found[1].AsUInt64(), found[3].AsHash256());
    });

    public Task<ImmutableArray<int>> ReadEscalatedSeatsAsync(
        ulong batchId, MiningTask task, Hash256 seatSecret, Hash256 escalationSecret, CancellationToken cancellation) => ReachAsync<ImmutableArray<int>>(async () =>
        [.. (await _mining.ViewAsync("escalatedSeatsOf", [batchId, task.ToRecord().ToAbi(), seatSecret, escalationSecret], BlockTag.Latest, cancellation))[0]
            .Items.Select(slot => (int)slot.AsUInt32())]);

    public Task<byte[]?> ReadBundleAsync(ulong batchId, Hash256 taskId, CancellationToken cancellation) => ReachAsync(async () =>
    {
        var scope = new AuditScope(
            _deployment.ChainId,
            _deployment.BlockNumber,
            _deployment.MiningRegistry,
            _deployment.DeviceRegistry,
            _deployment.Token,
            _deployment.CertificateCache,
            (await _devices.ViewAsync("dcap", [], BlockTag.Latest, cancellation))[0].AsAddress(),
            (await _devices.ViewAsync("nvidia", [], BlockTag.Latest, cancellation))[0].AsAddress());
        return (await new BundleWriter(_client, scope).WriteAsync(taskId, batchId, null, cancellation)).Json?.ToArray();
    });

    public Task<ulong> ReadCreditAsync(Address account, Hash256 workloadHash, CancellationToken cancellation) => ReachAsync(async () =>
        await (await MovesAsync(cancellation)).GetStayingOfAsync(account, workloadHash, BlockTag.Latest, cancellation));

    public Task<ulong> ReadQuoteAsync(Hash256 workloadHash, CancellationToken cancellation) => ReachAsync(async () =>
        (await _mining.ViewAsync("quoteOf", [workloadHash], BlockTag.Latest, cancellation))[0].AsUInt64());

    public Task<uint> ReadRosterLengthAsync(CancellationToken cancellation) => ReachAsync(async () =>
        (await _devices.ViewAsync("rosterLength", [], BlockTag.Latest, cancellation))[0].AsUInt32());

    public Task<ImmutableArray<Device>> ReadRosterAsync(uint length, CancellationToken cancellation) => ReachAsync(async () =>
    {
        var roster = ImmutableArray.CreateBuilder<Device>((int)length);
        for (uint from = 0; from < length; from += RosterPage)
        {
            uint[] slots = [.. Enumerable.Range((int)from, (int)Math.Min(RosterPage, length - from)).Select(slot => (uint)slot)];
            ImmutableArray<AbiValue> values = await _devices.ViewAsync(
                "devicesAt", [AbiValue.List(slots.Select(slot => (AbiValue)slot))], BlockTag.Latest, cancellation);
            roster.AddRange(values[0].Items.Zip(slots, ToDevice));
        }

        return roster.ToImmutable();
    });

    public Task<Device?> FindDeviceAsync(Hash256 gpuId, CancellationToken cancellation) => ReachAsync(async () =>
    {
        switch (await _devices.CallAsync("slotOf", [gpuId], Address.Zero, BlockTag.Latest, cancellation))
        {
            case ContractCall.Returned returned:
                uint slot = returned.Values[0].AsUInt32();
                Device found = ToDevice((await _devices.ViewAsync("device", [slot], BlockTag.Latest, cancellation))[0], slot);
                return found.RevokedBlock == 0 || _deployment.AttendanceRegistry == Address.Zero
                    ? found
                    : found with { ResumableAt = (await _attendance.GetAttendanceAsync(gpuId, BlockTag.Latest, cancellation)).ResumableAt };
            case ContractCall.Reverted { Error.Name: "DeviceNotRegistered" }:
                return null;
            case ContractCall.Reverted reverted:
                throw new ChainUnavailableException($"slotOf({gpuId}) reverted: {reverted.Error}");
            default:
                return null;
        }
    });

    public Task<OnChainChallenge?> ReadChallengeAsync(ulong challengeId, CancellationToken cancellation) => ReachAsync(async () =>
    {
        Address registry = (await _devices.ViewAsync("challenges", [], BlockTag.Latest, cancellation))[0].AsAddress();
        if (registry == Address.Zero)
        {
            return (OnChainChallenge?)null;
        }

        var challenges = new ChallengeRegistryContract(registry, _client);
        if (challengeId == 0 || challengeId > await challenges.GetChallengeCountAsync(BlockTag.Latest, cancellation))
        {
            return null;
        }

        ChallengeRecord found = await challenges.GetChallengeAsync(challengeId, BlockTag.Latest, cancellation);
        AbiValue witnesses = (await _devices.ViewAsync("devicesAt", [AbiValue.List(found.Witnesses.Select(slot => (AbiValue)slot))], BlockTag.Latest, cancellation))[0];
        return new OnChainChallenge(
            found.GpuId,
            [.. witnesses.Items.Select(device => device[0].AsHash256())],
            found.Verdict != ChallengeVerdict.None,
            found.OpenedAt + ChallengeRegistryContract.Life);
    });

    public Task<Hash256?> ReadBlockHashAsync(ulong number, CancellationToken cancellation) => ReachAsync(async () =>
        (await _client.GetBlockAsync(number, cancellation))?.Hash);

    public Task<bool> IsMeasurementAllowedAsync(Hash256 measurementHash, CancellationToken cancellation) => ReachAsync(async () =>
        (await _devices.ViewAsync("isMeasurementAllowed", [measurementHash], BlockTag.Latest, cancellation))[0].AsBoolean());

    public Task<ImmutableArray<TrustProfile>> ReadProfilesAsync(DeviceClass deviceClass, CancellationToken cancellation) => ReachAsync(async () =>
    {
        var admitted = ImmutableArray.CreateBuilder<TrustProfile>();
        foreach (TrustProfile profile in Enum.GetValues<TrustProfile>())
        {
            // The registry counts profiles from 1.
            if ((await _devices.ViewAsync("isProfileAdmitted", [(uint)deviceClass, (uint)profile + 1], BlockTag.Latest, cancellation))[0].AsBoolean())
            {
                admitted.Add(profile);
            }
        }

        return admitted.ToImmutable();
    });

    public Task<RegistryTotals> ReadTotalsAsync(CancellationToken cancellation) => ReachAsync(async () =>
    {
        BigInteger[] totals = await Task.WhenAll(
            NumberAsync(_mining, "mintRate", cancellation),
            NumberAsync(_mining, "redeemPrice", cancellation),
            NumberAsync(_mining, "totalMinted", cancellation),
            NumberAsync(_mining, "totalBurned", cancellation),
            NumberAsync(_token, "totalSupply", cancellation));
        return new RegistryTotals(totals[0], totals[1], totals[2], totals[3], totals[4]);
    });

    public Task<SubsidyState> ReadSubsidyAsync(CancellationToken cancellation) => ReachAsync(async () =>
    {
        _subsidy ??= new Contract((await _mining.ViewAsync("subsidy", [], BlockTag.Latest, cancellation))[0].AsAddress(), _client, ContractArtifact.Load("SubsidyBudget").Abi);
        BigInteger[] sums = await Task.WhenAll(
            NumberAsync(_subsidy, "available", cancellation),
            NumberAsync(_subsidy, "charged", cancellation),
            NumberAsync(_subsidy, "released", cancellation),
            NumberAsync(_subsidy, "unreleased", cancellation),
            NumberAsync(_mining, "subsidyEarned", cancellation),
            NumberAsync(_subsidy, "halfLife", cancellation));
        return new SubsidyState(sums[0], sums[1], sums[2], sums[3], sums[4], (ulong)sums[5]);
    });

    public Task<ushort> ReadAuditShareAsync(CancellationToken cancellation) =>
        ReachAsync(async () => (ushort)await NumberAsync(_mining, "auditShare", cancellation));

    public Task<RegistryRules> ReadRulesAsync(CancellationToken cancellation) => ReachAsync(async () =>
    {
        var classes = ImmutableArray.CreateBuilder<ClassRules>();
        foreach (DeviceClass deviceClass in DeviceClasses.All)
        {
            uint rate = (await _mining.ViewAsync("classRate", [(uint)deviceClass], BlockTag.Latest, cancellation))[0].AsUInt32();
            DurationBoundsRecord bounds = await BoundsAsync(WorkloadType.Inference, deviceClass, cancellation);
            classes.Add(new ClassRules(deviceClass, rate, bounds.MinMillisPerCu, bounds.MaxMillisPerCu, bounds.SlackMillis));
        }

        return new RegistryRules(
            await NumberAsync(_mining, "lowestRedeemPrice", cancellation),
            (ushort)await NumberAsync(_mining, "auditShare", cancellation),
            (await _mining.ViewAsync("governor", [], BlockTag.Latest, cancellation))[0].AsAddress(),
            (await _mining.ViewAsync("proposedGovernor", [], BlockTag.Latest, cancellation))[0].AsAddress(),
            classes.ToImmutable());
    });

    public Task<DurationBoundsRecord> ReadDurationBoundsAsync(WorkloadType workloadType, DeviceClass deviceClass, CancellationToken cancellation) =>
        ReachAsync(() => BoundsAsync(workloadType, deviceClass, cancellation));

    public Task<BigInteger?> ReadCoordinatorBondAsync(CancellationToken cancellation) => ReachAsync<BigInteger?>(async () =>
        _bond is null ? null : (await _bond.ViewAsync("bondOf", [_sender.Account], BlockTag.Latest, cancellation))[0].AsBigInteger());

    public Task<LetterTerms?> ReadLetterTermsAsync(CancellationToken cancellation) => ReachAsync(async () =>
    {
        if (_bond is null)
        {
            return null;
        }

        BigInteger bond = (await _bond.ViewAsync("bondOf", [_sender.Account], BlockTag.Latest, cancellation))[0].AsBigInteger();
        BigInteger askedBack = (await _bond.ViewAsync("unbondingOf", [_sender.Account], BlockTag.Latest, cancellation))[0].AsBigInteger();
        AbiValue terms = (await _bond.ViewAsync("terms", [], BlockTag.Latest, cancellation))[0];
        return new LetterTerms(bond - askedBack, terms[0].AsBigInteger(), TimeSpan.FromSeconds(terms[1].AsUInt64()));
    });

    public Task<OperatorStanding?> ReadStandingAsync(Address account, CancellationToken cancellation) => ReachAsync(async () =>
    {
        if (_operatorBond is null)
        {
            return null;
        }

        bool isGood = (await _operatorBond.ViewAsync("isInGoodStanding", [account], BlockTag.Latest, cancellation))[0].AsBoolean();
        ulong until = (await _operatorBond.ViewAsync("probationUntil", [account], BlockTag.Latest, cancellation))[0].AsUInt64();
        return new OperatorStanding(isGood, until, (await _operatorBond.ViewAsync("terms", [], BlockTag.Latest, cancellation))[0][0].AsBigInteger());
    });

    public Task<bool> IsDisclosedAsync(Hash256 taskId, bool isBoth, CancellationToken cancellation) => ReachAsync(async () =>
        _bond is not null && (await _bond.ViewAsync(isBoth ? "isEscalationRevealed" : "isRevealed", [taskId], BlockTag.Latest, cancellation))[0].AsBoolean());

    public Task<bool> IsSlashedAsync(Hash256 taskId, Hash256 gpuId, CancellationToken cancellation) => ReachAsync(async () =>
        _operatorBond is not null && (await _operatorBond.ViewAsync("isSlashed", [taskId, gpuId], BlockTag.Latest, cancellation))[0].AsBoolean());

    public Task<AttendanceTermsRecord?> ReadAttendanceTermsAsync(CancellationToken cancellation) => ReachAsync(async () =>
        _deployment.AttendanceRegistry == Address.Zero ? null : await _attendance.GetTermsAsync(BlockTag.Latest, cancellation));

    public Task<ContractRefusal?> SimulateAsync(MiningCall call, CancellationToken cancellation) => ReachAsync(async () =>
    {
        (string function, ImmutableArray<AbiValue> arguments) = Encode(call);
        return await Of(call).CallAsync(function, arguments, _sender.Account, BlockTag.Latest, cancellation) is ContractCall.Reverted reverted
            ? ToRefusal(reverted.Error)
            : null;
    });

    public Task<SubmitOutcome> SubmitAsync(string key, MiningCall call, CancellationToken cancellation) => ReachAsync(async () =>
    {
        (string function, ImmutableArray<AbiValue> arguments) = Encode(call);
        Contract contract = Of(call);
        TransactionRequest request = contract.Transaction(function, arguments.AsSpan());
        for (int attempt = 1; ; attempt++)
        {
            // The key of a transaction that was mined and reverted is used up; the next attempt has its own.
            SendResult result = await _sender.SendAsync(request, attempt == 1 ? key : $"{key}#{attempt}", cancellation);
            switch (result)
            {
                case SendResult.Mined mined:
                    return new SubmitOutcome.Mined(
                        mined.Receipt.TransactionHash, mined.Receipt.BlockNumber, mined.Receipt.GasUsed, [.. mined.Receipt.Logs.SelectMany(Decode)]);
                case SendResult.WouldRevert would:
                    return new SubmitOutcome.Refused(ToRefusal(contract.DecodeError(would.Reason.Data.AsSpan())));
                case SendResult.Reverted reverted when attempt == MaxAttempts || await SimulateAsync(call, cancellation) is not null:
                    return (SubmitOutcome)new SubmitOutcome.Refused(reverted.Reason is CallResult.Reverted reason
                        ? ToRefusal(contract.DecodeError(reason.Data.AsSpan()))
                        : await SimulateAsync(call, cancellation) ?? new ContractRefusal("OutOfGas", $"{reverted.Receipt.TransactionHash} reverted without a reason"));
                case SendResult.Reverted:
                    continue;
                case SendResult.Rejected rejected:
                    throw new ChainUnavailableException(
                        $"The node refuses the coordinator's transaction ({rejected.Message}); if it lacks funds, send ether to {_sender.Account}.");
                default:
                    throw new ChainUnavailableException($"The transaction of {key} is not mined yet; it is watched further.");
            }
        }
    });

    public Task<EventPage> ReadEventsAsync(byte[]? cursor, CancellationToken cancellation) => ReachAsync(async () =>
    {
        LogCursor from = cursor is null
            ? LogCursor.StartingAt(_deployment.BlockNumber)
            : JsonSerializer.Deserialize(cursor, CursorJson.Default.LogCursor)
                ?? throw new ChainUnavailableException("The ledger's chain cursor is empty; restore the ledger from a backup.");
        LogPage page;
        CreditMovesContract moves = await MovesAsync(cancellation);
        _logs ??= new LogReader(_client, new LogReaderOptions
        {
            Addresses = [_deployment.MiningRegistry, _deployment.DeviceRegistry, moves.Address],
            Confirmations = _confirmations,
        });
        try
        {
            page = await _logs.ReadAsync(from, cancellation);
        }
        catch (DeepReorganisationException fault)
        {
            throw new ChainUnavailableException(
                $"The node's chain is not the one the ledger followed ({fault.Message}); point --rpc at a node of the right chain.", fault);
        }

        return new EventPage(
            [.. page.Changes.Where(change => change.IsRemoved).SelectMany(change => Decode(change.Log))],
            [.. page.Changes.Where(change => !change.IsRemoved).SelectMany(change => Decode(change.Log))],
            JsonSerializer.SerializeToUtf8Bytes(page.Cursor, CursorJson.Default.LogCursor),
            page.Cursor.NextBlock == 0 ? 0 : page.Cursor.NextBlock - 1,
            page.IsCaughtUp);
    });

    /// <summary>The contract that a call is for.</summary>
    private Contract Of(MiningCall call) => call switch
    {
        MiningCall.Disclose => _bond ?? throw new InvalidOperationException("Without a coordinator bond there is nothing to show a secret to."),
        MiningCall.Accuse => _operatorBond ?? throw new InvalidOperationException("Without an operator bond there is nobody to slash."),
        MiningCall.ReportAbsences or MiningCall.SuspendSilent => _attendance,
        _ => _mining,
    };

    /// <summary>The registry made it, so it is asked where it is.</summary>
    private async Task<CreditMovesContract> MovesAsync(CancellationToken cancellation) =>
        _moves ??= new CreditMovesContract((await _mining.ViewAsync("creditMoves", [], BlockTag.Latest, cancellation))[0].AsAddress(), _client);

    private static async Task<T> ReachAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (RpcException fault)
        {
            throw new ChainUnavailableException($"The Ethereum node gives no usable answer: {fault.Message}", fault);
        }
        catch (ContractRevertedException fault)
        {
            throw new ChainUnavailableException($"The contracts do not answer as expected: {fault.Message}", fault);
        }
    }

    private async Task<DurationBoundsRecord> BoundsAsync(WorkloadType workloadType, DeviceClass deviceClass, CancellationToken cancellation)
    {
        AbiValue bounds = (await _mining.ViewAsync("durationBounds", [(uint)workloadType, (uint)deviceClass], BlockTag.Latest, cancellation))[0];
        return new(bounds[0].AsUInt64(), bounds[1].AsUInt64(), bounds[2].AsUInt64());
    }

    private static async Task<BigInteger> NumberAsync(Contract contract, string function, CancellationToken cancellation) =>
        (await contract.ViewAsync(function, [], BlockTag.Latest, cancellation))[0].AsBigInteger();

    [JsonSerializable(typeof(LogCursor))]
    private sealed partial class CursorJson : JsonSerializerContext;
}
