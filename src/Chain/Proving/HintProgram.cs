using System.Numerics;

namespace Ait.Chain.Proving;

/// <summary>The order in which four multiples are summed in one run of doublings; the last operation brings the sum to infinity.</summary>
internal sealed class HintProgram
{
    /// <summary>The highest place that the contracts take.</summary>
    private const int HighestPlace = 223;

    /// <summary>How many steps along each short vector are tried.</summary>
    private const int Reach = 24;

    private HintProgram(HintOperation[] operations, int place, int cost)
    {
        Operations = operations;
        Place = place;
        Cost = cost;
    }

    public IReadOnlyList<HintOperation> Operations { get; }

    /// <summary>The place of the first operation's digit.</summary>
    public int Place { get; }

    public int Cost { get; }

    /// <summary>Programs that show R = (u1 mod n) G + (u2 mod n) Q, the cheapest first.</summary>
    /// <remarks>v2 R = v1 Q + w G for v1 = v2 u2 and w = v2 u1. The (v1, v2) with v1 = v2 u2 modulo n are a lattice, whose short vectors
    /// have half-size entries: Antipa et al., Accelerated verification of ECDSA signatures (SAC 2005).</remarks>
    public static List<HintProgram> Find(HintShape shape, BigInteger u1, BigInteger u2)
    {
        ((BigInteger V1, BigInteger V2) a, (BigInteger V1, BigInteger V2) b) = Reduce(shape, u2);
        List<HintProgram> programs = [];
        for (int i = 0; i <= Reach; i++)
        {
            for (int j = -Reach; j <= Reach; j++)
            {
                BigInteger v1 = (i * a.V1) + (j * b.V1), v2 = (i * a.V2) + (j * b.V2);
                if (!v2.IsZero && (i != 0 || j > 0) && TryMake(shape, v1, v2, u1) is { } program)
                {
                    programs.Add(program);
                }
            }
        }

        programs.Sort((x, y) => x.Cost.CompareTo(y.Cost));
        return programs;
    }

    private static HintProgram? TryMake(HintShape shape, BigInteger v1, BigInteger v2, BigInteger u1)
    {
        BigInteger w = PrimeCurve.Modulo(v2 * u1, shape.Curve.N);
        if (w > shape.Curve.N >> 1)
        {
            w -= shape.Curve.N;
        }

        // The nearest multiple of 2^half leaves a rest of a bit less and a sign.
        BigInteger high = (w + (BigInteger.One << (shape.Half - 1))) >> shape.Half;
        List<(int Place, int Base, int Digit)> digits = [];
        Recode(v1, 0, shape.NarrowWidth, digits);
        Recode(-v2, 1, shape.NarrowWidth, digits);
        Recode(w - (high << shape.Half), 2, shape.WideWidth, digits);
        Recode(high, 3, shape.WideWidth, digits);
        // A stable order from the highest place down.
        digits.Sort((x, y) => x.Place != y.Place ? y.Place.CompareTo(x.Place) : x.Base.CompareTo(y.Base));
        if (digits.Count < 2 || digits[^1].Place != 0 || digits[0].Place > HighestPlace)
        {
            return null;
        }

        // The contract adds the first multiple without a sign: minus everything shows the same.
        int sign = Math.Sign(digits[0].Digit);
        HintOperation[] operations = new HintOperation[digits.Count];
        int place = digits[0].Place, cost = place * shape.DoublingCost;
        for (int i = 0; i < operations.Length; i++)
        {
            int doublings = place - digits[i].Place;
            if (doublings > HintOperation.MostDoublings)
            {
                return null;
            }

            place = digits[i].Place;
            cost += doublings > 0 ? shape.FusedCost : shape.AdditionCost;
            operations[i] = new HintOperation(doublings, digits[i].Base, sign * digits[i].Digit);
        }

        return new HintProgram(operations, digits[0].Place, cost);
    }

    /// <summary>The two short vectors of Lagrange's reduction, begun by Euclid's algorithm on n and u2.</summary>
    private static ((BigInteger V1, BigInteger V2) A, (BigInteger V1, BigInteger V2) B) Reduce(HintShape shape, BigInteger u2)
    {
        BigInteger bound = BigInteger.One << shape.Half;
        (BigInteger V1, BigInteger V2) a = (shape.Curve.N, BigInteger.Zero), b = (u2, BigInteger.One);
        while (b.V1 >= bound)
        {
            BigInteger quotient = a.V1 / b.V1;
            (a, b) = (b, (a.V1 - (quotient * b.V1), a.V2 - (quotient * b.V2)));
        }

        while (true)
        {
            if (Norm(a) < Norm(b))
            {
                (a, b) = (b, a);
            }

            // a is the longer: take off the multiple of b nearest to its projection.
            BigInteger norm = Norm(b);
            BigInteger multiple = BigInteger.Divide((2 * ((a.V1 * b.V1) + (a.V2 * b.V2))) + norm, 2 * norm);
            (BigInteger V1, BigInteger V2) shorter = (a.V1 - (multiple * b.V1), a.V2 - (multiple * b.V2));
            if (Norm(shorter) >= Norm(a))
            {
                return (b, a);
            }

            a = shorter;
        }
    }

    private static BigInteger Norm((BigInteger V1, BigInteger V2) vector) => (vector.V1 * vector.V1) + (vector.V2 * vector.V2);

    /// <summary>Signed odd digits below half of 2^width in size, in non-adjacent form.</summary>
    private static void Recode(BigInteger value, int @base, int width, List<(int Place, int Base, int Digit)> digits)
    {
        int sign = value.Sign, size = 1 << width;
        value = BigInteger.Abs(value);
        for (int place = 0; !value.IsZero; place++, value >>= 1)
        {
            if (value.IsEven)
            {
                continue;
            }

            int digit = (int)(value & (size - 1));
            if (digit > size / 2)
            {
                digit -= size;
            }

            value -= digit;
            digits.Add((place, @base, sign * digit));
        }
    }
}
