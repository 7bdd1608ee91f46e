using System.Numerics;

namespace Ait.Chain.Proving;

/// <summary>A finite point in affine coordinates, both in [0, p).</summary>
internal readonly record struct CurvePoint(BigInteger X, BigInteger Y);
