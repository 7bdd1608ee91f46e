using System.Numerics;

namespace Ait.Audit.Replaying;

/// <summary>What work that nobody redeemed for may mint, and what it was charged (twin of SubsidyBudget.sol). Wei of AIT.</summary>
internal sealed class SubsidyBook
{
    private const int MostHalvings = 256;

    /// <summary>The registry counts what is earned in whole gwei.</summary>
    private static readonly BigInteger s_grain = 1_000_000_000;

    private BigInteger _releasedBefore;
    private BigInteger _decaying;
    private ulong _start;
    private BigInteger _halfLife = 1;
    private bool _isScheduled;

    internal BigInteger Charged { get; private set; }

    internal BigInteger Earned { get; private set; }

    /// <summary>Takes a schedule; false if it releases what the one before would not have.</summary>
    internal bool Schedule(BigInteger released, BigInteger decaying, BigInteger halfLife, ulong now)
    {
        bool holds = !_isScheduled || (released == Released(now) && decaying <= Unreleased(now));
        (_releasedBefore, _decaying, _halfLife, _start, _isScheduled) = (released, decaying, BigInteger.Max(1, halfLife), now, true);
        return holds;
    }

    /// <summary>Takes a charge; false if it exceeds what there is.</summary>
    internal bool Charge(BigInteger amount, ulong now)
    {
        Charged += amount;
        return Charged <= Released(now) + Earned;
    }

    /// <summary>Adds nine tenths of what a settlement's redeemed tasks burned less what they may mint.</summary>
    internal void Earn(BigInteger burned, BigInteger mintable) => Earned += (burned - mintable) * 9 / 10 / s_grain * s_grain;

    private BigInteger Released(ulong now) => _releasedBefore + _decaying - Unreleased(now);

    private BigInteger Unreleased(ulong now)
    {
        BigInteger elapsed = now - _start;
        int halvings = (int)BigInteger.Min(MostHalvings, elapsed / _halfLife);
        BigInteger left = _decaying >> halvings;
        return left - ((left - (left >> 1)) * (elapsed % _halfLife) / _halfLife);
    }
}
