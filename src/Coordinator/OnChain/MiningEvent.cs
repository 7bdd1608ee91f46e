using System.Collections.Immutable;
using System.Numerics;
using Ait.Chain;

namespace Ait.Coordinator.OnChain;

/// <summary>An event of the registries, with where it was found.</summary>
internal abstract record MiningEvent(EventPosition Position)
{
    internal sealed record BatchCommitted(EventPosition Position, ulong BatchId, Hash256 Root, ulong SeedBlock, uint RosterLength, BigInteger MintRate)
        : MiningEvent(Position);

    internal sealed record SeedPinned(EventPosition Position, ulong BatchId, Hash256 SeedBlockHash, ulong SeedTime) : MiningEvent(Position);

    /// <summary>A task was given further seats, or their seed was pinned; where it stands is read from the registry.</summary>
    internal sealed record Escalated(EventPosition Position, Hash256 TaskId) : MiningEvent(Position);

    internal sealed record TaskSettled(EventPosition Position, Hash256 TaskId, Hash256 ResultHash, int SeatsPaid, BigInteger Minted) : MiningEvent(Position);

    internal sealed record SeatPaid(EventPosition Position, Hash256 TaskId, int Seat, BigInteger Amount) : MiningEvent(Position);

    internal sealed record SeatUnpaid(EventPosition Position, Hash256 TaskId, int Seat, byte Reason) : MiningEvent(Position);

    internal sealed record Redeemed(EventPosition Position, Address Account, Hash256 WorkloadHash, BigInteger Amount, ulong ComputeUnits) : MiningEvent(Position);

    /// <summary>Credit of an account that no task had spent moved to another workload.</summary>
    internal sealed record CreditMoved(EventPosition Position, Address Account, Hash256 From, Hash256 To, ulong ComputeUnits) : MiningEvent(Position);

    /// <summary>An account asked to move credit of a workload, or no longer does; what stays is read from the contract.</summary>
    internal sealed record CreditLeaving(EventPosition Position, Address Account, Hash256 WorkloadHash) : MiningEvent(Position);

    /// <summary>A device was registered, refreshed, revoked, reinstated or retired; its state is read from the registry.</summary>
    internal sealed record DeviceChanged(EventPosition Position, Hash256 GpuId) : MiningEvent(Position);
}

/// <summary>Where an event was found. The pair of transaction and log index names it.</summary>
internal sealed record EventPosition(ulong BlockNumber, Hash256 Transaction, uint LogIndex);

/// <summary>A stretch of the chain's events.</summary>
/// <param name="Removed">Events delivered earlier that a reorganisation took back, newest first. Undone before the others apply.</param>
/// <param name="Events">New events in chain order.</param>
/// <param name="Cursor">Where the next page starts; stored in the same transaction that applies the page.</param>
/// <param name="BlockNumber">The last block covered.</param>
/// <param name="ReachedHead">Whether there is nothing more for now.</param>
internal sealed record EventPage(
    ImmutableArray<MiningEvent> Removed, ImmutableArray<MiningEvent> Events, byte[] Cursor, ulong BlockNumber, bool ReachedHead);
