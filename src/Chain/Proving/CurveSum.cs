using System.Numerics;

namespace Ait.Chain.Proving;

/// <summary>A point in Jacobian coordinates: x = X / Z^2, y = Y / Z^3; Z = 0 is infinity. Coordinates are in [0, p).</summary>
internal readonly record struct CurveSum(PrimeCurve Curve, BigInteger X, BigInteger Y, BigInteger Z)
{
    public static CurveSum Infinity(PrimeCurve curve) => new(curve, BigInteger.One, BigInteger.One, BigInteger.Zero);

    public static CurveSum From(PrimeCurve curve, CurvePoint point) => new(curve, point.X, point.Y, BigInteger.One);

    public CurveSum Double()
    {
        BigInteger z2 = Reduce(Z * Z);
        BigInteger y2 = Reduce(Y * Y);
        BigInteger s = Reduce(4 * X * y2);
        BigInteger m = Reduce(3 * (X - z2) * (X + z2));
        BigInteger x = Reduce((m * m) - (2 * s));
        return new CurveSum(Curve, x, Reduce((m * (s - x)) - (8 * y2 * y2)), Reduce(2 * Y * Z));
    }

    /// <summary>Whether a point is this one or its opposite.</summary>
    public bool HasAbscissaOf(CurvePoint point) => !Z.IsZero && Reduce((point.X * Z * Z) - X).IsZero;

    public CurveSum Add(CurvePoint point)
    {
        if (Z.IsZero)
        {
            return From(Curve, point);
        }

        BigInteger z2 = Reduce(Z * Z);
        BigInteger h = Reduce((point.X * z2) - X);
        BigInteger r = Reduce((point.Y * Reduce(z2 * Z)) - Y);
        if (h.IsZero)
        {
            return r.IsZero ? Double() : Infinity(Curve);
        }

        BigInteger h2 = Reduce(h * h);
        BigInteger h3 = Reduce(h2 * h);
        BigInteger v = Reduce(X * h2);
        BigInteger x = Reduce((r * r) - h3 - (2 * v));
        return new CurveSum(Curve, x, Reduce((r * (v - x)) - (Y * h3)), Reduce(Z * h));
    }

    private BigInteger Reduce(BigInteger value) => PrimeCurve.Modulo(value, Curve.P);
}
