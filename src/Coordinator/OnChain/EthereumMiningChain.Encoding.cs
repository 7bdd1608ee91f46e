using System.Collections.Immutable;
using System.Numerics;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Protocol;

namespace Ait.Coordinator.OnChain;

/// <content>Between our values and the contracts' ABI.</content>
internal sealed partial class EthereumMiningChain
{
    internal static (string Function, ImmutableArray<AbiValue> Arguments) Encode(MiningCall call) => call switch
    {
        MiningCall.CommitBatch commit => ("commitBatch", [commit.Root, commit.TaskCount, commit.ComputeUnits - commit.SubsidisedUnits, commit.SubsidisedUnits, commit.LatestDeadline]),
        MiningCall.PinSeed pin => ("pinSeed", [pin.BatchId]),
        MiningCall.Settle settle => ("settle", [settle.BatchId, Pack(settle.Settlements), AbiValue.List(settle.Proof.Select(node => (AbiValue)node))]),
        MiningCall.Escalate escalate => ("escalate", [escalate.BatchId, Pack([escalate.Settlement]), AbiValue.List(escalate.Proof.Select(node => (AbiValue)node))]),
        MiningCall.PinEscalation pin => ("pinEscalation", [pin.TaskId]),
        MiningCall.OpenWorkload open => ("openWorkloads", [AbiValue.List(open.WorkloadHash), AbiValue.List(open.ComputeUnits)]),
        MiningCall.Disclose { Opening: { } opening } disclose => ("revealEscalation", [
            disclose.BatchId, disclose.Task.ToRecord().ToAbi(), opening.AnswerCommitment, opening.EscalationSecret, AbiValue.List(disclose.Proof.Select(node => (AbiValue)node))]),
        MiningCall.Disclose disclose => ("reveal", [disclose.BatchId, disclose.Task.ToRecord().ToAbi(), disclose.SeatSecret, AbiValue.List(disclose.Proof.Select(node => (AbiValue)node))]),
        MiningCall.Accuse accuse => ("slashCanary", [ToRecord(accuse).ToAbi(), accuse.Answer.Result, accuse.Answer.Salt]),
        MiningCall.ReportAbsences absences => ("reportAll", [AbiValue.List(absences.Reports.Select(report => report.ToAbi()))]),
        MiningCall.SuspendSilent suspend => ("suspend", [suspend.GpuId, AbiValue.List(suspend.TaskIds.Select(task => (AbiValue)task))]),
        _ => throw new ArgumentException($"Expected a known call, found {call.GetType().Name}.", nameof(call)),
    };

    /// <summary>The bytes of a call that anybody may send.</summary>
    internal static byte[] EncodeAccusation(MiningCall.Accuse call)
    {
        (string function, ImmutableArray<AbiValue> arguments) = Encode(call);
        return ContractArtifact.Load("OperatorBond").Abi.Function(function).EncodeCall(arguments.AsSpan());
    }

    private static AccusationRecord ToRecord(MiningCall.Accuse call) => new(
        call.BatchId, call.Task.ToRecord(), call.Proof, new SeatSecretOpening(call.Answer.Commitment, call.EscalationSecret), ToRecord(call.Accused), [.. call.Witnesses.Select(ToRecord)]);

    /// <summary>A claim with nothing left out.</summary>
    private static SeatClaimRecord ToRecord(SeatClaim claim)
    {
        WorkStatement statement = claim.Attestation.Statement;
        return new SeatClaimRecord(claim.Seat, statement.GpuId, statement.ResultHash, statement.DurationMillis, claim.Attestation.Signature);
    }

    /// <summary>
    /// What the contract knows goes without saying: the settlement's result, and a device whose GPU an earlier claim of the call named.
    /// One that no claim names would have to be read from the device registry.
    /// </summary>
    private static byte[] Pack(ImmutableArray<TaskSettlement> settlements)
    {
        var named = new HashSet<Hash256>();
        return TaskSettlementRecord.Pack(settlements.Select(settlement => new TaskSettlementRecord(
            settlement.Task.ToRecord(),
            settlement.SeatSecret,
            settlement.Opening,
            settlement.ResultHash,
            [.. settlement.Claims.Select(claim => ToRecord(claim, settlement.ResultHash, named))])));
    }

    private static SeatClaimRecord ToRecord(SeatClaim claim, Hash256 agreed, HashSet<Hash256> named)
    {
        WorkStatement statement = claim.Attestation.Statement;
        return new SeatClaimRecord(
            claim.Seat,
            named.Add(statement.GpuId) ? statement.GpuId : null,
            statement.ResultHash == agreed ? null : statement.ResultHash,
            statement.DurationMillis,
            claim.Attestation.Signature);
    }

    private static OnChainBatch? ToBatch(ulong batchId, AbiValue batch)
    {
        Hash256 root = batch[0].AsHash256();
        return root == Hash256.Zero
            ? null
            : new OnChainBatch(
                batchId, root, batch[6].AsUInt64(), batch[7].AsUInt64(), batch[1].AsHash256(), batch[8].AsUInt64(), batch[5].AsUInt32(), batch[2].AsBigInteger());
    }

    private static Device ToDevice(AbiValue device, uint slot) => new(
        (int)slot,
        device[0].AsHash256(),
        device[1].AsHash256(),
        device[2].AsAddress(),
        (DeviceClass)device[3].AsByte(),
        device[4].AsUInt64(),
        device[5].AsUInt64(),
        device[6].AsAddress(),
        device[7].AsUInt64(),
        device[8].AsUInt64(),
        device[9].AsUInt64());

    private static ContractRefusal ToRefusal(ContractError error) => error.Name switch
    {
        "ClaimTooEarly" => new ContractRefusal(error.Name, error.ToString(), error["gpuId"].AsHash256(), Clamp(error["payableAt"].AsBigInteger())),
        "EscalationTooEarly" => new ContractRefusal(error.Name, error.ToString(), null, Clamp(error["escalatableAt"].AsBigInteger())),
        "DeviceExpired" or "DeviceIsRevoked" or "DeviceNotRegistered" => new ContractRefusal(error.Name, error.ToString(), error["gpuId"].AsHash256()),
        "" => new ContractRefusal("Unknown", error.ToString()),
        _ => new ContractRefusal(error.Name, error.ToString()),
    };

    private static ulong Clamp(BigInteger seconds) => (ulong)BigInteger.Min(seconds, long.MaxValue / 1000);

    /// <summary>The events of a log: one, or for a settlement one more for each of its seats, before it.</summary>
    private IEnumerable<MiningEvent> Decode(Log log)
    {
        var position = new EventPosition(log.BlockNumber, log.TransactionHash, (uint)log.LogIndex);
        if (_mining.TryDecodeEvent(log, out ContractEvent? found))
        {
            return found.Name switch
            {
                "BatchCommitted" => [new MiningEvent.BatchCommitted(
                    position, found["batchId"].AsUInt64(), found["root"].AsHash256(), found["seedBlock"].AsUInt64(), found["rosterLength"].AsUInt32(), found["mintRate"].AsBigInteger())],
                "SeedPinned" => [new MiningEvent.SeedPinned(position, found["batchId"].AsUInt64(), found["seedBlockHash"].AsHash256(), found["seedTime"].AsUInt64())],
                "TaskEscalated" => [new MiningEvent.Escalated(position, found["taskId"].AsHash256())],
                "EscalationPinned" => [new MiningEvent.Escalated(position, found["taskId"].AsHash256())],
                "TasksSettled" => Settled(position, found),
                "SeatsAdded" => Added(position, found),
                "SeatReleased" => [new MiningEvent.SeatPaid(position, found["taskId"].AsHash256(), found["seat"].AsByte(), found["amount"].AsBigInteger())],
                "Redeemed" => [new MiningEvent.Redeemed(
                    position, found["account"].AsAddress(), found["workloadId"].AsHash256(), found["aitAmount"].AsBigInteger(), found["computeUnits"].AsUInt64())],
                _ => [],
            };
        }

        if (_moves?.TryDecodeEvent(log, out found) == true)
        {
            return found.Name == "CreditMoved"
                ? [new MiningEvent.CreditMoved(
                    position, found["account"].AsAddress(), found["from"].AsHash256(), found["to"].AsHash256(), found["units"].AsUInt64())]
                : [new MiningEvent.CreditLeaving(position, found["account"].AsAddress(), found["from"].AsHash256())];
        }

        return _devices.TryDecodeEvent(log, out found) && (found.Name.StartsWith("Device", StringComparison.Ordinal) || found.Name.StartsWith("ClassPro", StringComparison.Ordinal))
            ? [new MiningEvent.DeviceChanged(position, found["gpuId"].AsHash256())]
            : [];
    }

    private IEnumerable<MiningEvent> Settled(EventPosition position, ContractEvent found)
    {
        if (!SettledTaskRecord.TryRead(found["settled"].AsBytes().Span, out ImmutableArray<SettledTaskRecord> tasks, out DecodeFault? fault))
        {
            throw new ChainUnavailableException($"The node shows a settlement in block {position.BlockNumber} that cannot be read: {fault}");
        }

        var domain = new NetworkDomain(_deployment.ChainId, _deployment.MiningRegistry);
        foreach (SettledTaskRecord task in tasks)
        {
            Hash256 taskId = domain.TaskId(found["batchId"].AsUInt64(), task.Index);
            foreach (MiningEvent seat in Seats(position, taskId, task.Seats, task.Amount))
            {
                yield return seat;
            }

            yield return new MiningEvent.TaskSettled(position, taskId, task.ResultHash, task.SeatsPaid, task.Minted);
        }
    }

    private static IEnumerable<MiningEvent> Added(EventPosition position, ContractEvent found)
    {
        ImmutableArray<(uint Slot, byte Code)> seats = SeatOutcomes.Read(found["seats"].AsBigInteger());
        int paid = seats.Count(seat => seat.Code == SeatOutcomes.Paid);
        return Seats(position, found["taskId"].AsHash256(), seats, paid == 0 ? BigInteger.Zero : found["minted"].AsBigInteger() / paid).OfType<MiningEvent.SeatPaid>();
    }

    /// <summary>Seats that an earlier settlement paid are left out: their own event said so.</summary>
    private static IEnumerable<MiningEvent> Seats(EventPosition position, Hash256 taskId, ImmutableArray<(uint Slot, byte Code)> seats, BigInteger amount) => seats
        .Select((seat, index) => (seat.Code, Index: index))
        .Where(seat => seat.Code != SeatOutcomes.PaidBefore)
        .Select(seat => seat.Code == SeatOutcomes.Paid
            ? (MiningEvent)new MiningEvent.SeatPaid(position, taskId, seat.Index, amount)
            : new MiningEvent.SeatUnpaid(position, taskId, seat.Index, seat.Code));
}
