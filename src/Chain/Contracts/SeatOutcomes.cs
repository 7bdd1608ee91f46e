using System.Collections.Immutable;
using System.Numerics;

namespace Ait.Chain.Contracts;

/// <summary>What became of a task's seats, as the settlement's events pack it: the number of seats, then 32 bits a seat.</summary>
public static class SeatOutcomes
{
    /// <summary>The code of a seat that was paid in this settlement.</summary>
    public const byte Paid = 0;

    /// <summary>The code of a seat without a claim.</summary>
    public const byte Silent = 1;

    /// <summary>The code of a seat whose result was in the minority.</summary>
    public const byte Minority = 2;

    /// <summary>The code of a seat whose pay waits for its clock.</summary>
    public const byte Deferred = 6;

    /// <summary>The code of a seat that an earlier settlement paid.</summary>
    public const byte PaidBefore = 7;

    internal const int MostSeats = 7;

    private const int SeatBits = 32;
    private const int SlotBits = 28;

    /// <summary>Reads the word of <c>SeatsAdded</c>: for each seat in order its roster slot and its code. None if it is not such a word.</summary>
    public static ImmutableArray<(uint Slot, byte Code)> Read(BigInteger word)
    {
        for (int count = 1; count <= MostSeats; count++)
        {
            if (word >> (SeatBits * count) == count)
            {
                return [.. Enumerable.Range(1, count).Select(seat => Read((uint)((word >> (SeatBits * (count - seat))) & uint.MaxValue)))];
            }
        }

        return [];
    }

    /// <summary>The word that <see cref="Read(BigInteger)"/> reads.</summary>
    public static BigInteger Pack(ImmutableArray<(uint Slot, byte Code)> seats) =>
        seats.Aggregate((BigInteger)seats.Length, static (word, seat) => word << SeatBits | seat.Slot | (uint)seat.Code << SlotBits);

    internal static (uint Slot, byte Code) Read(uint bits) => (bits & ((1u << SlotBits) - 1), (byte)(bits >> SlotBits));
}
