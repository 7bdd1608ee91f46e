using System.Numerics;

namespace Ait.Chain.Proving;

/// <summary>A point in Jacobian coordinates: x = X / Z^2, y = Y / Z^3; Z = 0 is infinity.</summary>
internal readonly record struct P384Sum(BigInteger X, BigInteger Y, BigInteger Z)
{
    public static readonly P384Sum Infinity = new(BigInteger.One, BigInteger.One, BigInteger.Zero);

    public static P384Sum From(P384Point point) => new(point.X, point.Y, BigInteger.One);

    public P384Sum Double()
    {
        BigInteger z2 = Reduce(Z * Z);
        BigInteger y2 = Reduce(Y * Y);
        BigInteger s = Reduce(4 * X * y2);
        BigInteger m = Reduce(3 * (X - z2) * (X + z2));
        BigInteger x = Reduce((m * m) - (2 * s));
        return new P384Sum(x, Reduce((m * (s - x)) - (8 * y2 * y2)), Reduce(2 * Y * Z));
    }

    public P384Sum Add(P384Point point)
    {
        if (Z.IsZero)
        {
            return From(point);
        }

        BigInteger z2 = Reduce(Z * Z);
        BigInteger h = Reduce((point.X * z2) - X);
        BigInteger r = Reduce((point.Y * Reduce(z2 * Z)) - Y);
        if (h.IsZero)
        {
            return r.IsZero ? Double() : Infinity;
        }

        BigInteger h2 = Reduce(h * h);
        BigInteger h3 = Reduce(h2 * h);
        BigInteger v = Reduce(X * h2);
        BigInteger x = Reduce((r * r) - h3 - (2 * v));
        return new P384Sum(x, Reduce((r * (v - x)) - (Y * h3)), Reduce(Z * h));
    }

    /// <summary>The affine points of sums of which none is infinity, with one inversion for all.</summary>
    public static P384Point[] ToPoints(ReadOnlySpan<P384Sum> sums)
    {
        BigInteger[] inverses = new BigInteger[sums.Length];
        for (int i = 0; i < sums.Length; i++)
        {
            inverses[i] = sums[i].Z;
        }

        P384Curve.Invert(inverses);
        P384Point[] points = new P384Point[sums.Length];
        for (int i = 0; i < sums.Length; i++)
        {
            BigInteger square = Reduce(inverses[i] * inverses[i]);
            points[i] = new P384Point(Reduce(sums[i].X * square), Reduce(sums[i].Y * Reduce(square * inverses[i])));
        }

        return points;
    }

    private static BigInteger Reduce(BigInteger value) => P384Curve.Modulo(value, P384Curve.P);
}
