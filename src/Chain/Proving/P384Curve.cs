using System.Globalization;
using System.Numerics;

namespace Ait.Chain.Proving;

/// <summary>The curve P-384 (FIPS 186-5, SP 800-186) over <see cref="BigInteger"/>, for provers: fast enough, and not constant-time.</summary>
internal static class P384Curve
{
    /// <summary>Bytes of a coordinate or scalar.</summary>
    public const int Size = 48;

    public static readonly BigInteger P = Parse("fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff");
    public static readonly BigInteger N = Parse("ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973");
    public static readonly P384Point G = new(
        Parse("aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7"),
        Parse("3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f"));

    private static readonly BigInteger s_b = Parse("b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef");

    public static bool Contains(P384Point point) =>
        point.X < P && point.Y < P && Modulo((point.Y * point.Y) - (((point.X * point.X) - 3) * point.X) - s_b, P).IsZero;

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

    /// <summary>Replaces every value, none of them zero, by its inverse modulo p, with one inversion for all.</summary>
    public static void Invert(Span<BigInteger> values)
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

    private static BigInteger Parse(string hexadecimal) =>
        BigInteger.Parse("0" + hexadecimal, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
