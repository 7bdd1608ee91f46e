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
    private const int IndexOffset = 4;
    private const int TermsOffset = 8;
    private const int UnitsOffset = 3;
    private const int DeadlineOffset = 11;
    private const int TermsSize = 19;
    private const int HeadSize = TermsOffset + TermsSize;
    private const int WordsSize = 3 * Hash256.Size;
    private const int Seats = 7;
    private const byte HasOpening = 1;
    private const byte HasRedeemer = 2;
    private const byte HasLastTerms = 4;
    private const byte IsNext = 0x80;

    /// <summary>The bytes that <c>settle</c> takes: one record behind the other, laid out as IMiningRegistry says.</summary>
    /// <exception cref="ArgumentException">Claims do not ascend by seat, a seat or a duration is beyond what the layout holds, or a seat
    /// secret is not what its opening makes.</exception>
    public static byte[] Pack(params IEnumerable<TaskSettlementRecord> settlements)
    {
        ArgumentNullException.ThrowIfNull(settlements);
        using var packed = new MemoryStream();
        var last = default(Common);
        foreach (TaskSettlementRecord settlement in settlements)
        {
            settlement.Write(packed, ref last);
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

    private void Write(Stream packed, ref Common last)
    {
        if (Opening is not null && Opening.SeatSecret != SeatSecret)
        {
            throw new ArgumentException($"Expected the seat secret {Opening.SeatSecret} that the opening makes, found {SeatSecret}.");
        }

        WriteHead(packed, last);
        last = new Common((long)Task.Index + 1, Task.WorkloadType, Task.DeterminismClass, Task.ComputeUnits, Task.Deadline);
        packed.Write(Task.WorkloadHash.ToArray());
        packed.Write((Opening?.AnswerCommitment ?? SeatSecret).ToArray());
        packed.Write(ResultHash.ToArray());
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

    /// <summary>The shortest head: what the record has in common with the one before it is left out.</summary>
    private void WriteHead(Stream packed, Common last)
    {
        Span<byte> bytes = stackalloc byte[HeadSize];
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

        bool isAlike = last with { Next = 0 } == new Common(0, Task.WorkloadType, Task.DeterminismClass, Task.ComputeUnits, Task.Deadline);
        bytes[3] = (byte)((Opening is null ? 0 : HasOpening) | (Task.Redeemer == Address.Zero ? 0 : HasRedeemer));
        if (isAlike && Task.Index == last.Next && (bytes[1] | bytes[2] | bytes[3]) == 0)
        {
            packed.WriteByte((byte)(bytes[0] | IsNext));
            return;
        }

        bytes[3] |= isAlike ? HasLastTerms : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(bytes[IndexOffset..], Task.Index);
        Span<byte> terms = bytes[TermsOffset..];
        BinaryPrimitives.WriteUInt16BigEndian(terms, Task.WorkloadType);
        terms[sizeof(ushort)] = Task.DeterminismClass;
        BinaryPrimitives.WriteUInt64BigEndian(terms[UnitsOffset..], Task.ComputeUnits);
        BinaryPrimitives.WriteUInt64BigEndian(terms[DeadlineOffset..], Task.Deadline);
        packed.Write(isAlike ? bytes[..TermsOffset] : bytes);
    }

    /// <summary>What a record may take over from the one before it; all zero before the first.</summary>
    private readonly record struct Common(long Next, ushort WorkloadType, byte DeterminismClass, ulong ComputeUnits, ulong Deadline);

    /// <summary>What the head of a record says, with what it takes over.</summary>
    private readonly record struct Head(int Size, byte Claiming, byte Own, byte Named, byte Flags, uint Index, Common Terms);
}
