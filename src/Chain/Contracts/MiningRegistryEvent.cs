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
    /// <param name="LatestDeadline">Unix seconds.</param>
    /// <param name="SeedBlock">The block whose hash seeds the draw.</param>
    /// <param name="RosterLength">The roster slots seats are drawn from.</param>
    /// <param name="MintRate">Wei per micro-CU and paid seat.</param>
    public sealed record BatchCommitted(
        BigInteger BatchId, Hash256 Root, uint TaskCount, ulong ComputeUnits, ulong LatestDeadline, ulong SeedBlock, uint RosterLength, BigInteger MintRate)
        : MiningRegistryEvent;

    /// <summary>The seed of a batch was stored.</summary>
    /// <param name="BatchId">The batch.</param>
    /// <param name="SeedBlockHash">The seed.</param>
    /// <param name="SeedTime">Unix seconds.</param>
    public sealed record SeedPinned(BigInteger BatchId, Hash256 SeedBlockHash, ulong SeedTime) : MiningRegistryEvent;

    /// <summary>A task settled.</summary>
    /// <param name="TaskId">The task.</param>
    /// <param name="BatchId">Its batch.</param>
    /// <param name="WorkloadHash">What was run.</param>
    /// <param name="Index">Its position in the batch.</param>
    /// <param name="ResultHash">The agreed result.</param>
    /// <param name="ComputeUnits">Micro-CU.</param>
    /// <param name="SeatsPaid">How many seats earned.</param>
    /// <param name="Minted">Wei minted.</param>
    public sealed record TaskSettled(
        Hash256 TaskId, BigInteger BatchId, Hash256 WorkloadHash, uint Index, Hash256 ResultHash, ulong ComputeUnits, byte SeatsPaid, BigInteger Minted)
        : MiningRegistryEvent;

    /// <summary>A seat earned.</summary>
    /// <param name="TaskId">The task.</param>
    /// <param name="GpuId">The device.</param>
    /// <param name="Operator">Who is paid.</param>
    /// <param name="Duration">Milliseconds.</param>
    /// <param name="Amount">Wei.</param>
    public sealed record SeatPaid(Hash256 TaskId, Hash256 GpuId, Address Operator, ulong Duration, BigInteger Amount) : MiningRegistryEvent;

    /// <summary>A seat earned nothing.</summary>
    /// <param name="TaskId">The task.</param>
    /// <param name="GpuId">The device.</param>
    /// <param name="Reason">1: silent; 2: its result was in the minority.</param>
    public sealed record SeatUnpaid(Hash256 TaskId, Hash256 GpuId, byte Reason) : MiningRegistryEvent;

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
