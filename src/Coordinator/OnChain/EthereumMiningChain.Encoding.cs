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
        MiningCall.CommitBatch commit => ("commitBatch", [commit.Root, commit.TaskCount, commit.ComputeUnits, commit.LatestDeadline]),
        MiningCall.PinSeed pin => ("pinSeed", [pin.BatchId]),
        MiningCall.Settle settle => ("settle", [settle.BatchId, AbiValue.List(settle.Settlements.Select(ToValue)), AbiValue.List(settle.Proof.Select(node => (AbiValue)node))]),
        MiningCall.OpenWorkload open => ("openWorkloads", [AbiValue.List(open.WorkloadHash), AbiValue.List(open.ComputeUnits)]),
        _ => throw new ArgumentException($"Expected a known call, found {call.GetType().Name}.", nameof(call)),
    };

    private static AbiValue ToValue(MiningTask task) => AbiValue.List(
        task.WorkloadHash,
        task.Index,
        (uint)task.WorkloadType,
        (uint)task.DeterminismClass,
        task.ComputeUnits.Micro,
        task.Deadline,
        task.Redeemer,
        task.AnswerCommitment,
        task.SeatSecretHash,
        task.EscalationSecretHash);

    private static AbiValue ToValue(TaskSettlement settlement) => AbiValue.List(
        ToValue(settlement.Task),
        settlement.SeatSecret,
        Hash256.Zero,
        settlement.ResultHash,
        AbiValue.List(settlement.Claims.Select(claim => ToValue(claim, settlement.ResultHash))));

    /// <summary>Zero stands for what the contract knows: the drawn device and the settlement's result. Zeros are cheaper to send.</summary>
    private static AbiValue ToValue(SeatClaim claim, Hash256 agreed)
    {
        ReadOnlySpan<byte> compact = claim.Attestation.Signature.ToCompactArray();
        WorkStatement statement = claim.Attestation.Statement;
        return AbiValue.List(
            (uint)claim.Seat,
            Hash256.Zero,
            statement.ResultHash == agreed ? Hash256.Zero : statement.ResultHash,
            statement.DurationMillis,
            new Hash256(compact[..32]),
            new Hash256(compact[32..]));
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
                "TaskSettled" => Settled(position, found),
                "SeatsAdded" => Seats(position, found).Where(seat => seat is MiningEvent.SeatPaid),
                "SeatReleased" => [new MiningEvent.SeatPaid(position, found["taskId"].AsHash256(), found["seat"].AsByte(), found["amount"].AsBigInteger())],
                "Redeemed" => [new MiningEvent.Redeemed(
                    position, found["account"].AsAddress(), found["workloadId"].AsHash256(), found["aitAmount"].AsBigInteger(), found["computeUnits"].AsUInt64())],
                _ => [],
            };
        }

        return _devices.TryDecodeEvent(log, out found) && (found.Name.StartsWith("Device", StringComparison.Ordinal) || found.Name.StartsWith("ClassPro", StringComparison.Ordinal))
            ? [new MiningEvent.DeviceChanged(position, found["gpuId"].AsHash256())]
            : [];
    }

    private static List<MiningEvent> Settled(EventPosition position, ContractEvent found)
    {
        List<MiningEvent> seats = Seats(position, found);
        int paid = seats.OfType<MiningEvent.SeatPaid>().Count();
        seats.Add(new MiningEvent.TaskSettled(
            position, found["taskId"].AsHash256(), found["resultHash"].AsHash256(), paid, found["minted"].AsBigInteger()));
        return seats;
    }

    /// <summary>Seats that an earlier settlement paid are left out: their own event said so.</summary>
    private static List<MiningEvent> Seats(EventPosition position, ContractEvent found)
    {
        Hash256 taskId = found["taskId"].AsHash256();
        ImmutableArray<(uint Slot, byte Code)> seats = SeatOutcomes.Read(found["seats"].AsBigInteger());
        int paid = seats.Count(seat => seat.Code == SeatOutcomes.Paid);
        var events = new List<MiningEvent>();
        for (int seat = 0; seat < seats.Length; seat++)
        {
            if (seats[seat].Code == SeatOutcomes.Paid)
            {
                events.Add(new MiningEvent.SeatPaid(position, taskId, seat, found["minted"].AsBigInteger() / paid));
            }
            else if (seats[seat].Code != SeatOutcomes.PaidBefore)
            {
                events.Add(new MiningEvent.SeatUnpaid(position, taskId, seat, seats[seat].Code));
            }
        }

        return events;
    }
}
