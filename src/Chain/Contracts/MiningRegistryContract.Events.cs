using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

using Ait.Chain.Abi;
using Ait.Chain.Rpc;

namespace Ait.Chain.Contracts;

/// <content>Events.</content>
public sealed partial class MiningRegistryContract
{
    /// <summary>Reads a log; false if it is of another contract or of an event without a type here.</summary>
    public bool TryReadEvent(Log log, [NotNullWhen(true)] out MiningRegistryEvent? found)
    {
        found = TryDecodeEvent(log, out ContractEvent? e)
            ? e.Definition.Signature switch
            {
                MiningRegistrySignatures.BatchCommittedEvent => new MiningRegistryEvent.BatchCommitted(
                    e["batchId"].AsBigInteger(),
                    e["root"].AsHash256(),
                    e["taskCount"].AsUInt32(),
                    e["computeUnits"].AsUInt64(),
                    e["subsidisedUnits"].AsUInt64(),
                    e["latestDeadline"].AsUInt64(),
                    e["seedBlock"].AsUInt64(),
                    e["rosterLength"].AsUInt32(),
                    e["mintRate"].AsBigInteger()),
                MiningRegistrySignatures.SeedPinnedEvent =>
                    new MiningRegistryEvent.SeedPinned(e["batchId"].AsBigInteger(), e["seedBlockHash"].AsHash256(), e["seedTime"].AsUInt64()),
                MiningRegistrySignatures.TasksSettledEvent =>
                    SettledTaskRecord.TryRead(e["settled"].AsBytes().Span, out ImmutableArray<SettledTaskRecord> tasks, out _)
                        ? new MiningRegistryEvent.TasksSettled(e["batchId"].AsBigInteger(), tasks)
                        : null,
                MiningRegistrySignatures.SeatsAddedEvent =>
                    new MiningRegistryEvent.SeatsAdded(e["taskId"].AsHash256(), e["minted"].AsBigInteger(), e["seats"].AsBigInteger()),
                MiningRegistrySignatures.SeatDeferredEvent => new MiningRegistryEvent.SeatDeferred(
                    e["taskId"].AsHash256(),
                    e["seat"].AsByte(),
                    e["operator"].AsAddress(),
                    e["amount"].AsBigInteger(),
                    e["payableAt"].AsBigInteger()),
                MiningRegistrySignatures.SeatReleasedEvent => new MiningRegistryEvent.SeatReleased(
                    e["taskId"].AsHash256(), e["seat"].AsByte(), e["operator"].AsAddress(), e["amount"].AsBigInteger()),
                MiningRegistrySignatures.TaskEscalatedEvent =>
                    new MiningRegistryEvent.TaskEscalated(e["taskId"].AsHash256(), e["level"].AsByte(), e["seedBlock"].AsUInt64()),
                MiningRegistrySignatures.EscalationPinnedEvent =>
                    new MiningRegistryEvent.EscalationPinned(e["taskId"].AsHash256(), e["seedBlockHash"].AsHash256(), e["seedTime"].AsUInt64()),
                MiningRegistrySignatures.AuditShareChangedEvent => new MiningRegistryEvent.AuditShareChanged((ushort)e["share"].AsUInt32()),
                MiningRegistrySignatures.WorkloadOpenedEvent =>
                    new MiningRegistryEvent.WorkloadOpened(e["workloadId"].AsHash256(), e["computeUnits"].AsUInt64()),
                MiningRegistrySignatures.RedeemedEvent => new MiningRegistryEvent.Redeemed(
                    e["account"].AsAddress(),
                    e["workloadId"].AsHash256(),
                    e["aitAmount"].AsBigInteger(),
                    e["computeUnits"].AsUInt64()),
                _ => null,
            }
            : null;
        return found is not null;
    }
}
