using System.Collections.Immutable;
using System.Numerics;

using Ait.Chain.Abi;
using Ait.Chain.Rpc;
using Ait.Chain.Transactions;

namespace Ait.Chain.Contracts;

/// <summary>The mining registry: views, transactions and events, typed.</summary>
public sealed partial class MiningRegistryContract : GovernedContract
{
    /// <summary>A registry at an address.</summary>
    public MiningRegistryContract(Address address, EthereumClient client)
        : base(address, client, ContractArtifact.Load("MiningRegistry").Abi)
    {
    }

    /// <summary>Commits a batch; coordinator only.</summary>
    /// <param name="root">The Merkle root over its tasks.</param>
    /// <param name="taskCount">The number of tasks.</param>
    /// <param name="redeemedUnits">Micro-CU of the tasks with a redeemer.</param>
    /// <param name="subsidisedUnits">Micro-CU of those without.</param>
    /// <param name="latestDeadline">Unix seconds no task's deadline is after.</param>
    public TransactionRequest CommitBatch(Hash256 root, uint taskCount, ulong redeemedUnits, ulong subsidisedUnits, ulong latestDeadline) =>
        Transaction(MiningRegistrySignatures.CommitBatch, root, taskCount, redeemedUnits, subsidisedUnits, latestDeadline);

    /// <summary>Stores the hash of a batch's seed block.</summary>
    public TransactionRequest PinSeed(BigInteger batchId) => Transaction(MiningRegistrySignatures.PinSeed, batchId);

    /// <summary>Settles tasks of a batch.</summary>
    /// <param name="batchId">The batch.</param>
    /// <param name="settlements">Ascending by index.</param>
    /// <param name="proof">One proof for all of them, see <see cref="MerkleTree.Proof(ReadOnlySpan{int})"/>.</param>
    public TransactionRequest Settle(BigInteger batchId, ImmutableArray<TaskSettlementRecord> settlements, ImmutableArray<Hash256> proof) => Transaction(
        MiningRegistrySignatures.Settle,
        batchId,
        TaskSettlementRecord.Pack(settlements),
        AbiValue.List(proof.Select(static node => (AbiValue)node)));

    /// <summary>Gives a task whose seats do not agree, or that is audited, two more of them.</summary>
    public TransactionRequest Escalate(BigInteger batchId, TaskSettlementRecord settlement, ImmutableArray<Hash256> proof)
    {
        ArgumentNullException.ThrowIfNull(settlement);
        return Transaction(MiningRegistrySignatures.Escalate, batchId, TaskSettlementRecord.Pack([settlement]), AbiValue.List(proof.Select(static node => (AbiValue)node)));
    }

    /// <summary>Stores the hash of an escalation's seed block.</summary>
    public TransactionRequest PinEscalation(Hash256 taskId) => Transaction(MiningRegistrySignatures.PinEscalation, taskId);

    /// <summary>Mints the pay of a deferred seat.</summary>
    public TransactionRequest Release(Hash256 taskId, byte seat) => Transaction(MiningRegistrySignatures.Release, taskId, (uint)seat);

    /// <summary>Publishes quotes; coordinator only.</summary>
    public TransactionRequest OpenWorkloads(ImmutableArray<Hash256> workloadIds, ImmutableArray<ulong> computeUnits) => Transaction(
        MiningRegistrySignatures.OpenWorkloads,
        AbiValue.List(workloadIds.Select(static id => (AbiValue)id)),
        AbiValue.List(computeUnits.Select(static units => (AbiValue)units)));

    /// <summary>Burns tokens of the sender for credit on a workload.</summary>
    public TransactionRequest Redeem(BigInteger aitAmount, Hash256 workloadId) => Transaction(MiningRegistrySignatures.Redeem, aitAmount, workloadId);

    /// <summary>Sets the rates; governor only.</summary>
    public TransactionRequest SetRates(BigInteger mintRate, BigInteger redeemPrice) => Transaction(MiningRegistrySignatures.SetRates, mintRate, redeemPrice);

    /// <summary>Sets the benchmark of a class; governor only.</summary>
    public TransactionRequest SetClassRate(byte deviceClass, uint cuPerHour) => Transaction(MiningRegistrySignatures.SetClassRate, (uint)deviceClass, cuPerHour);

    /// <summary>Sets how many of 65,536 tasks are audited; governor only.</summary>
    public TransactionRequest SetAuditShare(ushort share) => Transaction(MiningRegistrySignatures.SetAuditShare, (uint)share);

    /// <summary>Sets duration bounds; governor only.</summary>
    public TransactionRequest SetDurationBounds(ushort workloadType, byte deviceClass, DurationBoundsRecord bounds)
    {
        ArgumentNullException.ThrowIfNull(bounds);
        return Transaction(MiningRegistrySignatures.SetDurationBounds, (uint)workloadType, (uint)deviceClass, bounds.ToAbi());
    }

    /// <summary>Names the coordinator; governor only.</summary>
    public TransactionRequest SetCoordinator(Address coordinator) => Transaction(MiningRegistrySignatures.SetCoordinator, coordinator);

    /// <summary>Names who may pause new work, zero for nobody; governor only.</summary>
    public TransactionRequest SetGuardian(Address guardian) => Transaction(MiningRegistrySignatures.SetGuardian, guardian);

    /// <summary>Refuses further batches and workloads; guardian only. What is committed settles all the same.</summary>
    public TransactionRequest PauseWork() => Transaction(MiningRegistrySignatures.PauseWork);

    /// <summary>Admits batches and workloads again; governor only.</summary>
    public TransactionRequest ResumeWork() => Transaction(MiningRegistrySignatures.ResumeWork);
}
