using Ait.Protocol;

namespace Ait.Cli.Simulating;

/// <summary>
/// The exact chances of a committee drawn without replacement: the hypergeometric law, summed over every order of conducts in which seats
/// can come. It does not look at operators and chips: the conducts are dealt regardless of them.
/// </summary>
internal sealed record Expectation(double CartelWins, double Void)
{
    internal static Expectation Of(ReadOnlySpan<int> counts)
    {
        double won = 0;
        double nothing = 0;
        Span<Conduct> seats = stackalloc Conduct[SeatDraw.MostSeats];
        Walk(counts.ToArray(), seats, 0, default, 1, ref won, ref nothing);
        return new Expectation(won, nothing);
    }

    private static void Walk(int[] left, Span<Conduct> seats, int seated, CommitteeOutcome outcome, double chance, ref double won, ref double nothing)
    {
        if (seated is 3 or 5 or 7)
        {
            outcome = Committee.Count(seats[..seated], seated, outcome);
            won += outcome.CartelWon ? chance : 0;
            nothing += seated == SeatDraw.MostSeats && !outcome.IsSettled ? chance : 0;
            if (outcome.IsSettled || seated == SeatDraw.MostSeats)
            {
                return;
            }
        }

        long total = left.Sum(count => (long)count);
        for (int conduct = 0; conduct < left.Length; conduct++)
        {
            if (left[conduct] == 0)
            {
                continue;
            }

            double here = chance * left[conduct] / total;
            seats[seated] = (Conduct)conduct;
            left[conduct]--;
            Walk(left, seats, seated + 1, outcome, here, ref won, ref nothing);
            left[conduct]++;
        }
    }
}
