using System.Numerics;

namespace Ait.Chain.Proving;

/// <summary>A finite point in affine coordinates, both in [0, p).</summary>
internal readonly record struct P384Point(BigInteger X, BigInteger Y)
{
    public P384Point Negate() => this with { Y = Y.IsZero ? Y : P384Curve.P - Y };
}
