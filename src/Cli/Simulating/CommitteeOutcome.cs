namespace Ait.Cli.Simulating;

/// <summary>What became of a committee, in one byte: seats it came to, whether it settled, who won, at which steps somebody was waited for.</summary>
internal readonly record struct CommitteeOutcome
{
    private const byte Agreed = 0x08;
    private const byte Wrong = 0x10;
    private readonly byte _bits;

    private CommitteeOutcome(int bits) => _bits = (byte)bits;

    internal bool IsSettled => (_bits & Agreed) != 0;

    internal bool CartelWon => (_bits & Wrong) != 0;

    /// <summary>3, 5 or 7; 7 too where nothing was agreed on.</summary>
    internal int Seats => (_bits & 0x80) != 0 ? 7 : (_bits & 0x40) != 0 ? 5 : 3;

    /// <summary>Whether at so many seats one did not answer in time.</summary>
    internal bool WaitedAt(int seats) => (_bits & (1 << ((seats - 3) / 2))) != 0;

    internal CommitteeOutcome After(int seats, bool waits) =>
        new(_bits | (seats == 7 ? 0x80 : seats == 5 ? 0x40 : 0) | (waits ? 1 << ((seats - 3) / 2) : 0));

    internal CommitteeOutcome Settled(bool cartelWon) => new(_bits | Agreed | (cartelWon ? Wrong : 0));
}
