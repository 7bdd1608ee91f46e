using System.Numerics;

namespace Ait.Miner.Submission;

/// <summary>How the seats of one process ended. Changed under the lock of <see cref="LeaseLoop"/> only.</summary>
internal sealed record SeatTotals(int Paid, BigInteger PaidWei, int Unpaid, int Unsettled, int Abandoned)
{
    public static SeatTotals None { get; } = new(0, BigInteger.Zero, 0, 0, 0);

    public SeatTotals With(SeatEnding ending) => ending switch
    {
        SeatEnding.Paid paid => this with { Paid = Paid + 1, PaidWei = PaidWei + paid.Wei },
        SeatEnding.Unpaid => this with { Unpaid = Unpaid + 1 },
        SeatEnding.Revealed => this with { Unsettled = Unsettled + 1 },
        SeatEnding.Abandoned => this with { Abandoned = Abandoned + 1 },
        _ => this,
    };
}
