using System.Buffers.Binary;
using System.Collections.Immutable;
using Ait.Chain;
using Ait.Protocol.Codec;

namespace Ait.Protocol;

/// <summary>The public draw of a task's seats, twin of the contract's: anyone recomputes it once the secret is revealed.</summary>
public static class SeatDraw
{
    /// <summary>Seats drawn at first.</summary>
    public const int Seats = 3;

    /// <summary>Seats of a task that has escalated as far as it can.</summary>
    public const int MostSeats = 7;

    /// <summary>Draws after which a roster counts as too small.</summary>
    public const int MaxDraws = 64;

    /// <summary>Draws the seats of one task.</summary>
    /// <param name="seatSecret">The task's secret, committed in its leaf.</param>
    /// <param name="seedBlockHash">Hash of the block fixed at commitment.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="deadline">The task's deadline, unix seconds.</param>
    /// <param name="commitBlock">The block that committed the batch.</param>
    /// <param name="roster">The roster's slots as of the commitment, in order.</param>
    /// <returns>The slots of seats 0 to 2 in order; fewer than three if the roster is too small.</returns>
    public static ImmutableArray<int> Draw(
        Hash256 seatSecret,
        Hash256 seedBlockHash,
        Hash256 taskId,
        ulong deadline,
        ulong commitBlock,
        IReadOnlyList<RosterSlot> roster)
    {
        return DrawFurther([], Seats, seatSecret, seedBlockHash, taskId, deadline, commitBlock, roster);
    }

    /// <summary>Draws further seats of a task that escalated, next to those it has.</summary>
    /// <param name="slots">The slots of the seats it has.</param>
    /// <param name="seats">Seats that it is to have: 5 or 7.</param>
    /// <param name="secret">The task's second secret.</param>
    /// <param name="seedBlockHash">Hash of the escalation's seed block.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="deadline">The task's deadline, unix seconds.</param>
    /// <param name="commitBlock">The block that committed the batch.</param>
    /// <param name="roster">The roster's slots as of the commitment, in order.</param>
    /// <returns>The slots of all seats in order; fewer if the roster is too small.</returns>
    public static ImmutableArray<int> DrawFurther(
        ImmutableArray<int> slots,
        int seats,
        Hash256 secret,
        Hash256 seedBlockHash,
        Hash256 taskId,
        ulong deadline,
        ulong commitBlock,
        IReadOnlyList<RosterSlot> roster)
    {
        ArgumentNullException.ThrowIfNull(roster);
        ImmutableArray<int>.Builder seated = slots.ToBuilder();
        if (roster.Count == 0)
        {
            return slots;
        }

        foreach (int drawn in Sequence(secret, seedBlockHash, taskId, (uint)roster.Count))
        {
            if (seated.Count >= seats)
            {
                break;
            }

            if (MaySeat(roster[drawn], deadline, commitBlock, seated.Select(slot => roster[slot])))
            {
                seated.Add(drawn);
            }
        }

        return seated.ToImmutable();
    }

    /// <summary>How many seats a task has for which so many were drawn: further seats come in pairs.</summary>
    /// <param name="drawn">Slots that were drawn, at least 3.</param>
    /// <returns>3, 5 or 7.</returns>
    public static int WholePairs(int drawn) => (drawn - 1) | 1;

    /// <summary>The slots that the public rule draws one after the other, whoever is in them: all <see cref="MaxDraws"/>.</summary>
    /// <param name="secret">The task's secret.</param>
    /// <param name="seedBlockHash">Hash of the seed block.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="rosterLength">Slots to draw from, at least 1.</param>
    public static IEnumerable<int> Sequence(Hash256 secret, Hash256 seedBlockHash, Hash256 taskId, uint rosterLength)
    {
        ArgumentOutOfRangeException.ThrowIfZero(rosterLength);
        Hash256 seed = SeedOf(secret, seedBlockHash);
        for (ulong k = 0; k < MaxDraws; k++)
        {
            yield return Remainder(DrawHash(seed, taskId, k), (int)rosterLength);
        }
    }

    /// <summary>Whether a device that was drawn takes a seat, next to those seated already.</summary>
    public static bool MaySeat(RosterSlot candidate, ulong deadline, ulong commitBlock, IEnumerable<RosterSlot> seated)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        return !candidate.RevokedAsOf(commitBlock)
            && candidate.ValidityAsOf(commitBlock) >= deadline
            && seated.All(other => other.Operator != candidate.Operator && other.HostChip != candidate.HostChip && other.GpuId != candidate.GpuId);
    }

    /// <summary>The lot that says whether a task is audited: it is if the registry's share is above it.</summary>
    /// <param name="seatSecret">The task's secret, committed in its leaf.</param>
    /// <param name="seedBlockHash">Hash of the block fixed at commitment.</param>
    /// <returns>The highest 16 bits of the seed of its first seats.</returns>
    public static ushort AuditLot(Hash256 seatSecret, Hash256 seedBlockHash)
    {
        Span<byte> seed = stackalloc byte[Hash256.Size];
        SeedOf(seatSecret, seedBlockHash).CopyTo(seed);
        return BinaryPrimitives.ReadUInt16BigEndian(seed);
    }

    /// <summary>Whether a task settles only if a further seat agrees, by the registry's rule.</summary>
    /// <param name="lot">Its <see cref="AuditLot"/>.</param>
    /// <param name="auditShare">How many of 65,536 tasks the registry has audited.</param>
    /// <param name="rosterLength">Slots of the roster its seats are drawn from.</param>
    /// <param name="seatsIfPinned">The seats it has, if it escalated and the second seed is pinned; null before.</param>
    public static bool IsAudited(ushort lot, ushort auditShare, uint rosterLength, int? seatsIfPinned) =>
        lot < auditShare && rosterLength >= Seats + 2 && seatsIfPinned != Seats;

    private static Hash256 SeedOf(Hash256 secret, Hash256 seedBlockHash) => new Words(stackalloc byte[64]).Add(secret).Add(seedBlockHash).Hash();

    private static Hash256 DrawHash(Hash256 seed, Hash256 taskId, ulong k) =>
        new Words(stackalloc byte[96]).Add(seed).Add(taskId).Add(k).Hash();

    /// <summary>The 256-bit value modulo the roster's length, 32 bits at a time.</summary>
    private static int Remainder(Hash256 value, int length)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        value.CopyTo(bytes);
        ulong remainder = 0;
        for (int i = 0; i < Hash256.Size; i += 4)
        {
            remainder = ((remainder << 32) | BinaryPrimitives.ReadUInt32BigEndian(bytes[i..])) % (ulong)length;
        }

        return (int)remainder;
    }
}
