using System.Numerics;

namespace Ait.Engine.Importing;

/// <summary>An exact fraction with a positive denominator. Not reduced: it lives for a few operations.</summary>
internal readonly struct Fraction(BigInteger numerator, BigInteger denominator)
{
    public static Fraction Zero => new(0, 1);

    public static Fraction One => new(1, 1);

    private BigInteger Numerator { get; } = denominator.Sign < 0 ? -numerator : numerator;

    private BigInteger Denominator { get; } = BigInteger.Abs(denominator);

    public static Fraction Of(decimal value)
    {
        // A decimal is a whole number over a power of ten.
        byte scale = value.Scale;
        BigInteger ten = BigInteger.Pow(10, scale);
        return new Fraction(new BigInteger(decimal.Truncate(value)) * ten + new BigInteger((value - decimal.Truncate(value)) * (decimal)ten), ten);
    }

    public BigInteger Floor()
    {
        BigInteger quotient = BigInteger.DivRem(Numerator, Denominator, out BigInteger rest);
        return rest.Sign < 0 ? quotient - 1 : quotient;
    }

    public static Fraction operator +(Fraction a, Fraction b) => new((a.Numerator * b.Denominator) + (b.Numerator * a.Denominator), a.Denominator * b.Denominator);

    public static Fraction operator -(Fraction a, Fraction b) => new((a.Numerator * b.Denominator) - (b.Numerator * a.Denominator), a.Denominator * b.Denominator);

    public static Fraction operator *(Fraction a, Fraction b) => new(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

    public static Fraction operator *(Fraction a, int b) => new(a.Numerator * b, a.Denominator);

    public static Fraction operator /(Fraction a, Fraction b) => new(a.Numerator * b.Denominator, a.Denominator * b.Numerator);

    public static bool operator <(Fraction a, Fraction b) => a.Numerator * b.Denominator < b.Numerator * a.Denominator;

    public static bool operator >(Fraction a, Fraction b) => b < a;

    public static bool operator <=(Fraction a, Fraction b) => !(b < a);

    public static bool operator >=(Fraction a, Fraction b) => !(a < b);
}
