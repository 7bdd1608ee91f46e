using Ait.Engine.Importing;

namespace Ait.Engine.Judging;

/// <summary>Elementary functions in double precision, for measuring and never for results.</summary>
internal static class RealMath
{
    private const double Ln2 = 0.693147180559945309417232121458;

    public static double Exp(double x)
    {
        if (x < -700)
        {
            return 0;
        }

        double k = Math.Round(Math.Min(x, 700) / Ln2);
        double r = Math.Min(x, 700) - (k * Ln2);
        double sum = 1;
        for (int i = 20; i > 0; i--)
        {
            sum = 1 + (sum * r / i);
        }

        return sum * Math.ScaleB(1, (int)k);
    }

    public static double Ln(double x) => RotaryScaling.Ln(x);

    /// <summary>The logarithm of the sum of the exponentials.</summary>
    public static double LogSumExp(ReadOnlySpan<float> values)
    {
        double greatest = double.NegativeInfinity;
        foreach (float value in values)
        {
            greatest = Math.Max(greatest, value);
        }

        double sum = 0;
        foreach (float value in values)
        {
            sum += Exp(value - greatest);
        }

        return greatest + Ln(sum);
    }
}
