using System.Globalization;
using System.Numerics;

namespace Ait.Chain.Proving;

/// <summary>A curve y² = x³ - 3x + b of FIPS 186-5 (SP 800-186) over <see cref="BigInteger"/>, for provers: fast enough, and not constant-time.</summary>
internal sealed class PrimeCurve
{
    private readonly BigInteger _b;

    private PrimeCurve(int size, string p, string n, string b, string x, string y)
    {
        Size = size;
        P = Parse(p);
        N = Parse(n);
        _b = Parse(b);
        G = new CurvePoint(Parse(x), Parse(y));
    }

    public static PrimeCurve P256 { get; } = new(
        32,
        "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
        "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");

    public static PrimeCurve P384 { get; } = new(
        48,
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
        "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
        "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
        "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f");

    /// <summary>Bytes of a coordinate or scalar.</summary>
    public int Size { get; }

    public BigInteger P { get; }

    public BigInteger N { get; }

    public CurvePoint G { get; }

    public static BigInteger Modulo(BigInteger value, BigInteger modulus)
    {
        BigInteger rest = BigInteger.Remainder(value, modulus);
        return rest.Sign < 0 ? rest + modulus : rest;
    }

    /// <summary>1 / value modulo a prime, by the extended Euclidean algorithm; value is not zero.</summary>
    public static BigInteger Inverse(BigInteger value, BigInteger modulus)
    {
        BigInteger r = modulus, s = Modulo(value, modulus);
        BigInteger t = BigInteger.Zero, u = BigInteger.One;
        while (!s.IsZero)
        {
            BigInteger quotient = BigInteger.DivRem(r, s, out BigInteger rest);
            (r, s) = (s, rest);
            (t, u) = (u, t - (quotient * u));
        }

        return Modulo(t, modulus);
    }

    public bool Contains(CurvePoint point) =>
        point.X < P && point.Y < P && Modulo((point.Y * point.Y) - (((point.X * point.X) - 3) * point.X) - _b, P).IsZero;

    public CurvePoint Negate(CurvePoint point) => point with { Y = point.Y.IsZero ? point.Y : P - point.Y };

    /// <summary>Replaces every value, none of them zero, by its inverse modulo p, with one inversion for all.</summary>
    public void Invert(Span<BigInteger> values)
    {
        BigInteger[] products = new BigInteger[values.Length];
        BigInteger product = BigInteger.One;
        for (int i = 0; i < values.Length; i++)
        {
            products[i] = product;
            product = product * values[i] % P;
        }

        BigInteger inverse = Inverse(product, P);
        for (int i = values.Length - 1; i >= 0; i--)
        {
            (values[i], inverse) = (inverse * products[i] % P, inverse * values[i] % P);
        }
    }

    /// <summary>The point, and 3, 5, .. times it.</summary>
    public CurvePoint[] OddMultiples(CurvePoint point, int count)
    {
        CurvePoint twice = ToPoints([CurveSum.From(this, point).Double()])[0];
        CurveSum[] sums = new CurveSum[count];
        sums[0] = CurveSum.From(this, point);
        for (int i = 1; i < sums.Length; i++)
        {
            sums[i] = sums[i - 1].Add(twice);
        }

        return ToPoints(sums);
    }

    /// <summary>The affine points of sums of which none is infinity, with one inversion for all.</summary>
    public CurvePoint[] ToPoints(ReadOnlySpan<CurveSum> sums)
    {
        BigInteger[] inverses = new BigInteger[sums.Length];
        for (int i = 0; i < sums.Length; i++)
        {
            inverses[i] = sums[i].Z;
        }

        Invert(inverses);
        CurvePoint[] points = new CurvePoint[sums.Length];
        for (int i = 0; i < sums.Length; i++)
        {
            BigInteger square = inverses[i] * inverses[i] % P;
            points[i] = new CurvePoint(sums[i].X * square % P, sums[i].Y * (square * inverses[i] % P) % P);
        }

        return points;
    }

    private static BigInteger Parse(string hexadecimal) =>
        BigInteger.Parse("0" + hexadecimal, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
