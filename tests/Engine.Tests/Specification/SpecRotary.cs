namespace Ait.Engine.Tests.Specification;

/// <summary>docs/exact-arithmetic.md §3.</summary>
internal static class SpecRotary
{
    private static readonly UInt128 One = (UInt128)1 << 62;

    public static ulong[] Frequencies(ulong theta, int half)
    {
        // Bisection for the largest root that is not too large.
        UInt128 low = 0;
        UInt128 high = ulong.MaxValue;
        while (low < high)
        {
            UInt128 middle = (low + high + 1) / 2;
            UInt128 p = middle;
            for (int i = 1; i < half; i++)
            {
                p = (p * middle) >> 64;
            }

            if (p * theta <= (UInt128)1 << 64)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        var frequencies = new List<ulong> { 0x28BE60DB9391054A };
        while (frequencies.Count < half)
        {
            frequencies.Add((ulong)((frequencies[^1] * low) >> 64));
        }

        return [.. frequencies];
    }

    public static (float Cos, float Sin) CosSin(ulong phase)
    {
        UInt128 part = phase % (ulong)One;
        bool mirrored = part > One / 2;
        UInt128 x = Mul(mirrored ? One - part : part, 0x6487ED5110B4611A);
        UInt128 q = Mul(x, x);
        UInt128 s = One;
        UInt128 c = One;
        for (uint k = 10; k > 0; k--)
        {
            s = One - (Mul(q, s) / (2 * k * ((2 * k) + 1)));
            c = One - (Mul(q, c) / (((2 * k) - 1) * (2 * k)));
        }

        s = Mul(x, s);
        long sine = (long)((s + 0x80000000) / 0x100000000);
        long cosine = (long)((c + 0x80000000) / 0x100000000);
        if (mirrored)
        {
            (sine, cosine) = (cosine, sine);
        }

        (cosine, sine) = (phase / (ulong)One) switch
        {
            0 => (cosine, sine),
            1 => (-sine, cosine),
            2 => (-cosine, -sine),
            _ => (sine, -cosine),
        };
        return (SpecNumbers.F32(cosine) * SpecNumbers.TwoTo(-30), SpecNumbers.F32(sine) * SpecNumbers.TwoTo(-30));
    }

    private static UInt128 Mul(UInt128 a, UInt128 b) => (a * b) >> 62;
}
