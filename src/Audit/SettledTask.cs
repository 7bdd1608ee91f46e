using System.Collections.Immutable;
using System.Numerics;
using Ait.Chain;
using Ait.Protocol;

namespace Ait.Audit;

/// <summary>A settled task with its seats, re-derived from calldata, the roster as of the commitment and the seed block.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="BatchId">Its batch.</param>
/// <param name="Index">Its position there.</param>
/// <param name="WorkloadHash">What was run.</param>
/// <param name="ResultHash">The agreed result.</param>
/// <param name="Block">The block of the first settlement.</param>
/// <param name="Transaction">The transaction of the first settlement.</param>
/// <param name="CommitBlock">The block whose roster seats were drawn from.</param>
/// <param name="SeedBlock">The block whose hash seeded the draw.</param>
/// <param name="SeedBlockHash">That hash.</param>
/// <param name="SeatSecret">The revealed secret.</param>
/// <param name="RosterLength">Slots that were drawn from.</param>
/// <param name="Minted">Wei minted for it so far.</param>
/// <param name="IsAudited">Whether it could settle only with a further seat's agreement, by the share in force at its first settlement.</param>
/// <param name="Seats">Its seats in order.</param>
public sealed record SettledTask(
    Hash256 TaskId,
    ulong BatchId,
    uint Index,
    Hash256 WorkloadHash,
    Hash256 ResultHash,
    ulong Block,
    Hash256 Transaction,
    ulong CommitBlock,
    ulong SeedBlock,
    Hash256 SeedBlockHash,
    Hash256 SeatSecret,
    uint RosterLength,
    BigInteger Minted,
    bool IsAudited,
    ImmutableArray<SettledSeat> Seats);

/// <summary>One seat of a settled task.</summary>
/// <param name="Seat">Seat number from 0.</param>
/// <param name="Drawn">The roster slot that the draw leads to.</param>
/// <param name="Settled">The slot that the contract's event says.</param>
/// <param name="GpuId">The device drawn.</param>
/// <param name="Operator">Its operator.</param>
/// <param name="DeviceClass">Its class.</param>
/// <param name="Code">The contract's outcome code.</param>
/// <param name="ResultHash">What it claimed; null if it made no claim.</param>
/// <param name="DurationMillis">The device time it claimed.</param>
public sealed record SettledSeat(
    int Seat, uint Drawn, uint Settled, Hash256 GpuId, Address Operator, DeviceClass DeviceClass, byte Code, Hash256? ResultHash, ulong DurationMillis);
