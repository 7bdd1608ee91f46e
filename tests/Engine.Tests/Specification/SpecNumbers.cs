namespace Ait.Engine.Tests.Specification;

/// <summary>A vector left the range of the arithmetic.</summary>
internal sealed class SpecFaultException : Exception;

/// <summary>docs/exact-arithmetic.md §1 and §2, line by line.</summary>
internal static class SpecNumbers
{
    public static int Rint(float x)
    {
        double value = x;
        double floor = Math.Floor(value);
        double rest = value - floor;
        bool up = rest > 0.5 || (rest == 0.5 && floor % 2 != 0);
        return checked((int)(up ? floor + 1 : floor));
    }

    public static float F32(long n) => (float)(double)n;

    public static float TwoTo(int exponent) => (float)Math.ScaleB(1.0, exponent);

    /// <summary>The largest magnitude, 0 if the vector counts as zero; a fault if it is out of range.</summary>
    public static float Greatest(float[] x)
    {
        float greatest = 0;
        foreach (float value in x)
        {
            if (!float.IsFinite(value))
            {
                throw new SpecFaultException();
            }

            greatest = Math.Max(greatest, Math.Abs(value));
        }

        if (greatest > TwoTo(40))
        {
            throw new SpecFaultException();
        }

        return greatest < TwoTo(-100) ? 0 : greatest;
    }

    public static (int[] Q, float A) Quantize(float[] x)
    {
        float a = Greatest(x);
        if (a == 0)
        {
            return (new int[x.Length], 0);
        }

        float inv = 127f / a;
        return ([.. x.Select(value => Rint(value * inv))], a);
    }

    public static (int[] Q, float Scale) Norm(float[] x, float epsilon)
    {
        (int[] q, float a) = Quantize(x);
        float step = a / 127f;
        return (q, a == 0 ? 0 : step * InverseRoot(x, epsilon));
    }

    public static float InverseRoot(float[] x, float epsilon)
    {
        float a = Greatest(x);
        if (a == 0)
        {
            return 0;
        }

        float inv = 16383f / a;
        long s = x.Sum(value => (long)Rint(value * inv) * Rint(value * inv));
        float u = a / 16383f;
        float uu = u * u;
        float m = F32(s) * uu;
        m = m / F32(x.Length);
        m = m + epsilon;
        float root = MathF.Sqrt(m);
        return 1f / root;
    }

    public static (int[] V, int E) Value(float[] x)
    {
        float a = Greatest(x);
        if (a == 0)
        {
            return (new int[x.Length], -120);
        }

        int e = -150;
        while (Math.ScaleB((double)a, -e) > 127)
        {
            e++;
        }

        return ([.. x.Select(value => Rint(value * TwoTo(-e)))], e);
    }

    public static float ExpNeg(float x)
    {
        x = Math.Min(x, 80f);
        float scaled = x * 1.44269504f;
        int k = Rint(scaled);
        float first = F32(k) * 0.693359375f;
        float r = x - first;
        float second = F32(k) * -2.12194440e-4f;
        r = r - second;
        float z = -r;
        float p = 1.38888889e-3f;
        foreach (float c in new[] { 8.33333333e-3f, 4.16666667e-2f, 1.66666667e-1f, 0.5f, 1f, 1f })
        {
            float product = p * z;
            p = product + c;
        }

        return p * TwoTo(-k);
    }

    public static float Silu(float g, float u)
    {
        float e = ExpNeg(Math.Abs(g));
        float s = (g >= 0 ? 1f : e) / (1f + e);
        float gs = g * s;
        return gs * u;
    }

    public static int Score(float x) => Rint(Math.Min(Math.Max(x, -536870912f), 536870912f));

    public static int Frac(int f)
    {
        long a = 262;
        foreach (long c in new long[] { -1801, 7868, -22713, 32768 })
        {
            a = c + FloorDivide(a * f, 65536);
        }

        return checked((int)a);
    }

    public static int Weight(int a, int s)
    {
        long power = 1L << Math.Min(s, 31);
        return (int)Math.Min(16383, (a + (power / 2)) / power);
    }

    private static long FloorDivide(long a, long b) => (a / b) - (a % b < 0 ? 1 : 0);
}
