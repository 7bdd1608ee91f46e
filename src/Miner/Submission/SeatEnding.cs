using System.Numerics;

namespace Ait.Miner.Submission;

/// <summary>How one seat ended for this process.</summary>
internal abstract record SeatEnding
{
    private SeatEnding()
    {
    }

    /// <summary>Settled and paid.</summary>
    internal sealed record Paid(BigInteger Wei) : SeatEnding;

    /// <summary>Settled without pay, void, lost or late.</summary>
    internal sealed record Unpaid : SeatEnding;

    /// <summary>The result is in and the process stops: settlement does not need it.</summary>
    internal sealed record Revealed : SeatEnding;

    /// <summary>Not begun: nothing was promised.</summary>
    internal sealed record Returned : SeatEnding;

    /// <summary>Begun, and cut short by the end of the process.</summary>
    internal sealed record Abandoned : SeatEnding;
}
