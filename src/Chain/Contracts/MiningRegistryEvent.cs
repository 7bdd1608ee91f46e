using System.Collections.Immutable;
using System.Numerics;

namespace Ait.Chain.Contracts;

/// <summary>An event of the mining registry.</summary>
public abstract record MiningRegistryEvent
{
    private MiningRegistryEvent()
    {
    }

    /// <summary>A batch was committed.</summary>
    /// <param name="BatchId">The batch.</param>
    /// <param name="Root">The Merkle root over its tasks.</param>
    /// <param name="TaskCount">The number of tasks.</param>
    /// <param name="ComputeUnits">Micro-CU of all tasks.</param>
    /// <param name="SubsidisedUnits">Micro-CU of those without a redeemer.</param>
    /// <param name="LatestDeadline">Unix seconds.</param>
    /// <param name="SeedBlock">The block whose hash seeds the draw.</param>
    /// <param name="RosterLength">The roster slots seats are drawn from.</param>
    /// <param name="MintRate">Wei per micro-CU and paid seat.</param>
    public sealed record BatchCommitted(
        BigInteger BatchId,
        Hash256 Root,
        uint TaskCount,
        ulong ComputeUnits,
        ulong SubsidisedUnits,
        ulong LatestDeadline,
        ulong SeedBlock,
        uint RosterLength,
        BigInteger MintRate)
        : MiningRegistryEvent;

    /// <summary>The seed of a batch was stored.</summary>
    /// <param name="BatchId">The batch.</param>
    /// <param name="SeedBlockHash">The seed.</param>
    /// <param name="SeedTime">Unix seconds.</param>
    public sealed record SeedPinned(BigInteger BatchId, Hash256 SeedBlockHash, ulong SeedTime) : MiningRegistryEvent;

    /// <summary>Tasks of a batch settled.</summary>
    /// <param name="BatchId">The batch.</param>
    /// <param name="Tasks">They, in ascending order.</param>
    public sealed record TasksSettled(BigInteger BatchId, ImmutableArray<SettledTaskRecord> Tasks) : MiningRegistryEvent
    {
        /// <summary>Whether every part is equal.</summary>
        public bool Equals(TasksSettled? other) => other is not null && BatchId == other.BatchId && Tasks.SequenceEqual(other.Tasks);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(BatchId, Tasks.Length);
    }

    /// <summary>Seats of a settled task were paid after all.</summary>
    /// <param name="TaskId">The task.</param>
    /// <param name="Minted">Wei minted for them.</param>
    /// <param name="Seats">What became of each seat, see <see cref="SeatOutcomes"/>.</param>
    public sealed record SeatsAdded(Hash256 TaskId, BigInteger Minted, BigInteger Seats) : MiningRegistryEvent;

    /// <summary>A seat earned what its clock admits later.</summary>
    /// <param name="TaskId">The task.</param>
    /// <param name="Seat">The seat, from 0.</param>
    /// <param name="Operator">Who will be paid.</param>
    /// <param name="Amount">Wei.</param>
    /// <param name="PayableAt">Unix seconds.</param>
    public sealed record SeatDeferred(Hash256 TaskId, byte Seat, Address Operator, BigInteger Amount, BigInteger PayableAt) : MiningRegistryEvent;

    /// <summary>The pay of a deferred seat was minted.</summary>
    /// <param name="TaskId">The task.</param>
    /// <param name="Seat">The seat, from 0.</param>
    /// <param name="Operator">Who was paid.</param>
    /// <param name="Amount">Wei.</param>
    public sealed record SeatReleased(Hash256 TaskId, byte Seat, Address Operator, BigInteger Amount) : MiningRegistryEvent;

    /// <summary>A task was given more seats.</summary>
    /// <param name="TaskId">The task.</param>
    /// <param name="Level">The seats it has now.</param>
    /// <param name="SeedBlock">The block whose hash seeds them.</param>
    public sealed record TaskEscalated(Hash256 TaskId, byte Level, ulong SeedBlock) : MiningRegistryEvent;

    /// <summary>The seed of a task's further seats was stored.</summary>
    /// <param name="TaskId">The task.</param>
    /// <param name="SeedBlockHash">The seed.</param>
    /// <param name="SeedTime">Unix seconds.</param>
    public sealed record EscalationPinned(Hash256 TaskId, Hash256 SeedBlockHash, ulong SeedTime) : MiningRegistryEvent;

    /// <summary>Other tasks are audited from now on.</summary>
    /// <param name="Share">So many of 65,536.</param>
    public sealed record AuditShareChanged(ushort Share) : MiningRegistryEvent;

    /// <summary>A workload can be bought.</summary>
    /// <param name="WorkloadId">The workload.</param>
    /// <param name="ComputeUnits">Its quote in micro-CU.</param>
    public sealed record WorkloadOpened(Hash256 WorkloadId, ulong ComputeUnits) : MiningRegistryEvent;

    /// <summary>Tokens were burned for credit.</summary>
    /// <param name="Account">Whose tokens, whose credit.</param>
    /// <param name="WorkloadId">The workload.</param>
    /// <param name="AitAmount">Wei burned.</param>
    /// <param name="ComputeUnits">Micro-CU credited.</param>
    public sealed record Redeemed(Address Account, Hash256 WorkloadId, BigInteger AitAmount, ulong ComputeUnits) : MiningRegistryEvent;
}
