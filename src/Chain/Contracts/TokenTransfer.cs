using System.Numerics;

namespace Ait.Chain.Contracts;

/// <summary>A movement of tokens.</summary>
/// <param name="From">The giver; zero when minted.</param>
/// <param name="To">The taker; zero when burned.</param>
/// <param name="Value">Wei.</param>
public sealed record TokenTransfer(Address From, Address To, BigInteger Value);
