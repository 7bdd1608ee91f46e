using System.Collections.Immutable;
using System.Numerics;

namespace Ait.Adversaries;

/// <summary>What a bot came to. Amounts are wei of AIT.</summary>
/// <param name="RefusedWith">The contracts' errors it ran into, each named by a call and a failed transaction.</param>
/// <param name="Earned">What was paid to its accounts.</param>
/// <param name="Cost">What it lost: bonds that were burned, AIT that it burned itself.</param>
/// <param name="Honest">What an honest owner of the same hardware was paid in the same world, for the same tasks and the same time.</param>
/// <param name="Spared">The pay of the work it was paid for and did not do: the most that the work can have been worth to it.</param>
/// <param name="Gas">Gas of its own transactions, the refused ones included. It is paid in the chain's coin, on top of <paramref name="Cost"/>.</param>
/// <param name="Notes">What else there is to say.</param>
internal sealed record Outcome(
    ImmutableArray<string> RefusedWith, BigInteger Earned, BigInteger Cost, BigInteger Honest, BigInteger Spared, ulong Gas, ImmutableArray<string> Notes)
{
    /// <summary>What cheating is worth: more AIT than an honest owner of the same hardware has, or less.</summary>
    internal BigInteger Profit => Earned - Cost - Honest;
}
