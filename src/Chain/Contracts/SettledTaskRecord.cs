using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Ait.Chain.Contracts;

/// <summary>One entry of the event <c>TasksSettled</c>: a task that settled.</summary>
/// <param name="Index">Its position in the batch.</param>
/// <param name="Amount">Wei that each paid seat was paid.</param>
/// <param name="WorkloadHash">What was run.</param>
/// <param name="ResultHash">The agreed result.</param>
/// <param name="Seats">What became of each seat, see <see cref="SeatOutcomes"/>.</param>
public sealed record SettledTaskRecord(uint Index, BigInteger Amount, Hash256 WorkloadHash, Hash256 ResultHash, ImmutableArray<(uint Slot, byte Code)> Seats)
{
    private const int IndexSize = 4;
    private const int AmountSize = 18;
    private const int SeatSize = 4;
    private const int HeadSize = 1 + IndexSize + AmountSize;
    private const byte IsNext = 0x80;

    /// <summary>The number of seats that were paid in this settlement.</summary>
    public int SeatsPaid => Seats.Count(static seat => seat.Code == SeatOutcomes.Paid);

    /// <summary>What they were paid together, wei.</summary>
    public BigInteger Minted => Amount * SeatsPaid;

    /// <summary>Reads the entries of an event's data.</summary>
    /// <param name="settled">The event's bytes.</param>
    /// <param name="tasks">The tasks, ascending by index.</param>
    /// <param name="fault">Why they cannot be read.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> settled, out ImmutableArray<SettledTaskRecord> tasks, [NotNullWhen(false)] out DecodeFault? fault)
    {
        var read = ImmutableArray.CreateBuilder<SettledTaskRecord>();
        tasks = [];
        fault = null;
        long next = 0;
        BigInteger amount = BigInteger.Zero;
        for (int offset = 0; offset < settled.Length;)
        {
            ReadOnlySpan<byte> rest = settled[offset..];
            bool isNext = (rest[0] & IsNext) != 0;
            int seats = rest[0] & ~IsNext;
            int head = isNext ? 1 : HeadSize;
            int size = head + (2 * Hash256.Size) + (seats * SeatSize);
            if (rest.Length < size || seats > SeatOutcomes.MostSeats)
            {
                fault = new DecodeFault("settled task", offset, $"{size} bytes, of at most {SeatOutcomes.MostSeats} seats", $"{rest.Length} bytes and {seats} seats");
                return false;
            }

            long index = isNext ? next : BinaryPrimitives.ReadUInt32BigEndian(rest[1..]);
            if (index < next || index > uint.MaxValue)
            {
                fault = new DecodeFault("settled task", offset, $"an index of at least {next}, of {IndexSize} bytes", $"{index}");
                return false;
            }

            amount = isNext ? amount : new BigInteger(rest.Slice(1 + IndexSize, AmountSize), isUnsigned: true, isBigEndian: true);
            next = index + 1;
            read.Add(ReadOne((uint)index, amount, rest[head..size]));
            offset += size;
        }

        tasks = read.ToImmutable();
        return true;
    }

    /// <summary>Whether every part is equal.</summary>
    public bool Equals(SettledTaskRecord? other) =>
        other is not null
        && Index == other.Index
        && Amount == other.Amount
        && WorkloadHash == other.WorkloadHash
        && ResultHash == other.ResultHash
        && Seats.SequenceEqual(other.Seats);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Index, Amount, WorkloadHash, ResultHash);

    /// <summary>Every part, the seats as slot and code.</summary>
    public override string ToString() =>
        $"task {Index} of workload {WorkloadHash}, result {ResultHash}, {Amount} wei a paid seat, seats {string.Join(' ', Seats.Select(static seat => $"{seat.Slot}:{seat.Code}"))}";

    private static SettledTaskRecord ReadOne(uint index, BigInteger amount, ReadOnlySpan<byte> bytes)
    {
        var seats = ImmutableArray.CreateBuilder<(uint, byte)>();
        for (int offset = 2 * Hash256.Size; offset < bytes.Length; offset += SeatSize)
        {
            seats.Add(SeatOutcomes.Read(BinaryPrimitives.ReadUInt32BigEndian(bytes[offset..])));
        }

        return new SettledTaskRecord(index, amount, new Hash256(bytes[..Hash256.Size]), new Hash256(bytes.Slice(Hash256.Size, Hash256.Size)), seats.ToImmutable());
    }
}
