using System.Numerics;

using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>A committed batch of the mining registry.</summary>
/// <param name="Root">The Merkle root over its tasks.</param>
/// <param name="SeedBlockHash">The hash of the seed block; zero until pinned.</param>
/// <param name="MintRate">Wei per micro-CU and paid seat.</param>
/// <param name="UnsettledComputeUnits">Micro-CU not settled so far.</param>
/// <param name="TaskCount">The number of tasks.</param>
/// <param name="RosterLength">The roster slots seats are drawn from.</param>
/// <param name="CommitBlock">The block of the commitment.</param>
/// <param name="SeedBlock">The block whose hash seeds the draw.</param>
/// <param name="SeedTime">Unix seconds at which the seed was pinned.</param>
/// <param name="LatestDeadline">Unix seconds no task's deadline is after.</param>
/// <param name="UnsettledSubsidisedUnits">Micro-CU of the unsettled tasks without a redeemer.</param>
public sealed record BatchRecord(
    Hash256 Root,
    Hash256 SeedBlockHash,
    BigInteger MintRate,
    ulong UnsettledComputeUnits,
    uint TaskCount,
    uint RosterLength,
    ulong CommitBlock,
    ulong SeedBlock,
    ulong SeedTime,
    ulong LatestDeadline,
    ulong UnsettledSubsidisedUnits)
{
    internal static BatchRecord FromAbi(AbiValue value) => new(
        value[0].AsHash256(),
        value[1].AsHash256(),
        value[2].AsBigInteger(),
        value[3].AsUInt64(),
        value[4].AsUInt32(),
        value[5].AsUInt32(),
        value[6].AsUInt64(),
        value[7].AsUInt64(),
        value[8].AsUInt64(),
        value[9].AsUInt64(),
        value[10].AsUInt64());
}
