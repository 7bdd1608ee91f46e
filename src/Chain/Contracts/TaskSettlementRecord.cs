using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Ait.Chain.Contracts;

/// <summary>Everything the mining registry needs to settle one task, but for the proof that it is in the batch.</summary>
/// <param name="Task">The leaf. The hash of its seat secret does not travel: only the right secret leads to the leaf.</param>
/// <param name="SeatSecret">The secret behind seats 0 to 2.</param>
/// <param name="Opening">What the seat secret is made of; null until the task has escalated.</param>
/// <param name="ResultHash">The agreed result.</param>
/// <param name="Claims">Ascending by seat.</param>
public sealed partial record TaskSettlementRecord(
    MiningTaskRecord Task,
    Hash256 SeatSecret,
    SeatSecretOpening? Opening,
    Hash256 ResultHash,
    ImmutableArray<SeatClaimRecord> Claims)
{
    private const int FixedSize = WordsOffset + (3 * Hash256.Size);
    private const int IndexOffset = 4;
    private const int TypeOffset = 8;
    private const int ClassOffset = 10;
    private const int UnitsOffset = 11;
    private const int DeadlineOffset = 19;
    private const int WordsOffset = 27;
    private const int Seats = 7;
    private const byte HasOpening = 1;
    private const byte HasRedeemer = 2;

    /// <summary>The bytes that <c>settle</c> takes: one record behind the other, laid out as IMiningRegistry says.</summary>
    /// <exception cref="ArgumentException">Claims do not ascend by seat, a seat or a duration is beyond what the layout holds, or a seat
    /// secret is not what its opening makes.</exception>
    public static byte[] Pack(params IEnumerable<TaskSettlementRecord> settlements)
    {
        ArgumentNullException.ThrowIfNull(settlements);
        using var packed = new MemoryStream();
        foreach (TaskSettlementRecord settlement in settlements)
        {
            settlement.Write(packed);
        }

        return packed.ToArray();
    }

    /// <summary>Whether every part is equal.</summary>
    public bool Equals(TaskSettlementRecord? other) =>
        other is not null
        && Task == other.Task
        && SeatSecret == other.SeatSecret
        && Opening == other.Opening
        && ResultHash == other.ResultHash
        && Claims.SequenceEqual(other.Claims);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Task, SeatSecret, ResultHash);

    private void Write(Stream packed)
    {
        if (Opening is not null && Opening.SeatSecret != SeatSecret)
        {
            throw new ArgumentException($"Expected the seat secret {Opening.SeatSecret} that the opening makes, found {SeatSecret}.");
        }

        Span<byte> bytes = stackalloc byte[FixedSize];
        foreach (SeatClaimRecord claim in Claims)
        {
            if (claim.Seat >= Seats || bytes[0] >> claim.Seat != 0)
            {
                throw new ArgumentException($"Expected claims ascending by seat, from 0 to {Seats - 1}, found seat {claim.Seat}.");
            }

            byte bit = (byte)(1 << claim.Seat);
            bytes[0] |= bit;
            bytes[1] |= claim.ResultHash is null ? (byte)0 : bit;
            bytes[2] |= claim.GpuId is null ? (byte)0 : bit;
        }

        bytes[3] = (byte)((Opening is null ? 0 : HasOpening) | (Task.Redeemer == Address.Zero ? 0 : HasRedeemer));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[IndexOffset..], Task.Index);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[TypeOffset..], Task.WorkloadType);
        bytes[ClassOffset] = Task.DeterminismClass;
        BinaryPrimitives.WriteUInt64BigEndian(bytes[UnitsOffset..], Task.ComputeUnits);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[DeadlineOffset..], Task.Deadline);
        Task.WorkloadHash.CopyTo(bytes[WordsOffset..]);
        (Opening?.AnswerCommitment ?? SeatSecret).CopyTo(bytes[(WordsOffset + Hash256.Size)..]);
        ResultHash.CopyTo(bytes[(WordsOffset + (2 * Hash256.Size))..]);
        packed.Write(bytes);
        packed.Write(Opening?.EscalationSecret.ToArray());
        if (Task.Redeemer != Address.Zero)
        {
            packed.Write(Task.Redeemer.ToArray());
        }

        foreach (SeatClaimRecord claim in Claims)
        {
            claim.Write(packed);
        }
    }
}
