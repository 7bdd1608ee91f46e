namespace Ait.Engine.Weights;

/// <summary>Cosine and sine of a phase in 2^-64 turns, as integers with 30 fraction bits.</summary>
internal static class TurnTable
{
    private const ulong One = 1UL << 62;

    // pi / 2 with 62 fraction bits, rounded down.
    private const ulong HalfPi = 0x6487ED5110B4611A;

    public static (int Cosine, int Sine) CosineSine(ulong phase)
    {
        int quadrant = (int)(phase >> 62);
        ulong part = phase & (One - 1);
        // Beyond an eighth of a turn, mirror at the diagonal.
        bool mirrored = part > One / 2;
        ulong angle = Product(mirrored ? One - part : part, HalfPi);
        ulong square = Product(angle, angle);

        // Nested Taylor series: 1 − x²/(2·3)·(1 − x²/(4·5)·(…)) and 1 − x²/(1·2)·(1 − x²/(3·4)·(…)).
        ulong sine = One;
        ulong cosine = One;
        for (uint k = 10; k >= 1; k--)
        {
            sine = One - (Product(square, sine) / (2 * k * ((2 * k) + 1)));
            cosine = One - (Product(square, cosine) / (((2 * k) - 1) * 2 * k));
        }

        sine = Product(angle, sine);
        int s = Round(mirrored ? cosine : sine);
        int c = Round(mirrored ? sine : cosine);
        return quadrant switch
        {
            0 => (c, s),
            1 => (-s, c),
            2 => (-c, -s),
            _ => (s, -c),
        };
    }

    // Both below 2^63, 62 fraction bits.
    private static ulong Product(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return (high << 2) | (low >> 62);
    }

    private static int Round(ulong value) => (int)((value + (1UL << 31)) >> 32);
}
