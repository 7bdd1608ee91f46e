using Ait.Engine.Weights;

namespace Ait.Engine.Tests.Training;

/// <summary>Numbers that rounding, overflow and signs are tried with.</summary>
internal static class AwkwardNumbers
{
    /// <summary>The least and the greatest, and others.</summary>
    internal static int Extreme(int i, int limit) => (i * 7919 % 5) switch { 0 => -limit, 1 => limit, 2 => limit, 3 => limit - (i % 60), _ => (i * 31 % (2 * limit)) - limit };

    /// <summary>Ordinary numbers, ties, tiny and huge ones, and what is out of range.</summary>
    internal static float Number(int seed, int i)
    {
        (uint a, uint b, _, _) = Philox.Draw((uint)i, (uint)seed, 0, 0, 1, 2);
        float ordinary = ((int)a * (1f / (1 << 28))) + ((int)b * 1e-12f);
        return (seed % 8) switch
        {
            1 => (int)(a % 64) - 32,
            2 => ordinary * 1e-33f,
            3 => ordinary * 1e9f,
            4 => i % 17 == 3 ? float.NaN : ordinary,
            5 => i % 29 == 5 ? float.PositiveInfinity : ordinary * 1e3f,
            6 => i % 2 == 0 ? 0f : -0f,
            _ => ordinary,
        };
    }
}
