using System.Collections.Immutable;
using System.Numerics;

namespace Ait.Chain.Contracts;

/// <summary>What became of a task's seats, as the settlement's events pack it: 32 bits a seat from the lowest, the number of seats on top.</summary>
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

    private const int SeatBits = 32;
    private const int SlotBits = 28;

    /// <summary>Reads the word of an event: for each seat in order its roster slot and its code. At most seven are read.</summary>
    public static ImmutableArray<(uint Slot, byte Code)> Read(BigInteger word)
    {
        int count = (int)BigInteger.Min(word >> 248, 7);
        var seats = ImmutableArray.CreateBuilder<(uint, byte)>(count);
        for (int seat = 0; seat < count; seat++)
        {
            uint bits = (uint)((word >> (SeatBits * seat)) & uint.MaxValue);
            seats.Add((bits & ((1u << SlotBits) - 1), (byte)(bits >> SlotBits)));
        }

        return seats.MoveToImmutable();
    }
}
