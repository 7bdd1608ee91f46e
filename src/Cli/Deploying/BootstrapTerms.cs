using System.Numerics;
using Ait.Chain.Abi;

namespace Ait.Cli.Deploying;

/// <summary>What work that nobody redeems for may mint at genesis; governance can cut it short or slow it down, and never add to it.</summary>
/// <param name="Upfront">Wei of AIT released at once.</param>
/// <param name="Decaying">Wei of AIT released after that, half of what is left in each half-life.</param>
/// <param name="HalfLife">From a day to four years.</param>
internal sealed record BootstrapTerms(BigInteger Upfront, BigInteger Decaying, TimeSpan HalfLife)
{
    /// <summary>Wei of an AIT.</summary>
    private static readonly BigInteger s_unit = BigInteger.Pow(10, 18);

    /// <summary>What the contract takes at most in all.</summary>
    internal static BigInteger Most { get; } = BigInteger.Pow(10, 9) * s_unit;

    /// <summary>More than a network on one machine mints.</summary>
    internal static BootstrapTerms Development { get; } = new(1_000_000 * s_unit, 10_000_000 * s_unit, TimeSpan.FromDays(30));

    internal AbiValue ToAbi() => AbiValue.List(Upfront, Decaying, (uint)HalfLife.TotalSeconds);
}
