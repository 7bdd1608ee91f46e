using System.Buffers.Binary;
using System.Collections.Immutable;
using Ait.Chain;
using Ait.Protocol;

namespace Ait.Cli.Simulating;

/// <summary>The seats of one task, drawn by the protocol's own code, and what becomes of them: 2 of 3, 3 of 5, 4 of 7, void.</summary>
internal static class Committee
{
    private const ulong Deadline = 1;

    /// <summary>Draws the seats of committee <paramref name="number"/> and counts until an agreement or seven seats.</summary>
    internal static CommitteeOutcome Draw(SimulatedRoster roster, int seed, int number, out ImmutableArray<int> slots)
    {
        Hash256 task = Word(seed, number, 0);
        slots = SeatDraw.Draw(Word(seed, number, 1), Word(seed, number, 2), task, Deadline, commitBlock: 0, roster);
        Span<Conduct> conducts = stackalloc Conduct[SeatDraw.MostSeats];
        var outcome = default(CommitteeOutcome);
        for (int seats = 3; seats <= SeatDraw.MostSeats; seats += 2)
        {
            if (seats > 3)
            {
                slots = SeatDraw.DrawFurther(slots, seats, Word(seed, number, 3), Word(seed, number, 4), task, Deadline, commitBlock: 0, roster);
            }

            for (int i = 0; i < slots.Length; i++)
            {
                conducts[i] = roster.ConductOf(slots[i]);
            }

            outcome = Count(conducts[..slots.Length], seats, outcome);
            if (outcome.IsSettled)
            {
                break;
            }
        }

        return outcome;
    }

    /// <summary>Counts the results that are in once a task has so many seats. A smaller quorum comes first: it was reached earlier.</summary>
    /// <param name="conducts">What the seats drawn do; fewer than <paramref name="seats"/> if the roster is too small.</param>
    /// <param name="seats">3, 5 or 7.</param>
    /// <param name="before">The outcome with two seats less.</param>
    internal static CommitteeOutcome Count(ReadOnlySpan<Conduct> conducts, int seats, CommitteeOutcome before)
    {
        // An agreement too waits for a seat that has not answered: results are revealed once all have committed, or when time is up.
        bool waits = conducts.Length < seats;
        int known = Math.Min(seats - 2, conducts.Length);
        for (int i = seats == 3 ? 0 : known; i < conducts.Length; i++)
        {
            waits |= conducts[i] is Conduct.Silent or Conduct.Slow;
        }

        CommitteeOutcome outcome = before.After(seats, waits);
        for (int among = 3; among <= seats; among += 2)
        {
            int right = 0;
            int cartel = 0;
            for (int i = 0; i < Math.Min(among, conducts.Length); i++)
            {
                // Seats 0 to 2 are drawn at three seats, 3 and 4 at five, 5 and 6 at seven.
                bool late = i < 3 ? seats == 3 : i < 5 ? seats == 5 : seats == 7;
                right += conducts[i] == Conduct.Honest || (conducts[i] == Conduct.Slow && !late) ? 1 : 0;
                cartel += conducts[i] == Conduct.Cartel ? 1 : 0;
            }

            if (right >= QuorumRule.Required(among) || cartel >= QuorumRule.Required(among))
            {
                return outcome.Settled(cartelWon: cartel >= QuorumRule.Required(among));
            }
        }

        return outcome;
    }

    private static Hash256 Word(int seed, int number, byte what)
    {
        Span<byte> bytes = stackalloc byte[9];
        BinaryPrimitives.WriteInt32BigEndian(bytes, seed);
        BinaryPrimitives.WriteInt32BigEndian(bytes[4..], number);
        bytes[8] = what;
        return Keccak256.Hash(bytes);
    }
}
