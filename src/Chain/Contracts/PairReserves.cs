using System.Numerics;

namespace Ait.Chain.Contracts;

/// <summary>What a pair holds.</summary>
/// <param name="OtherToken">The token beside the one that was asked for.</param>
/// <param name="Held">Of the token that was asked for, wei.</param>
/// <param name="OtherHeld">Of the other, wei.</param>
public sealed record PairReserves(Address OtherToken, BigInteger Held, BigInteger OtherHeld);
