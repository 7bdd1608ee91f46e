namespace Ait.Cli.Simulating;

/// <summary>SplitMix64 (Steele, Lea, Flood 2014): the same numbers from a seed on every runtime.</summary>
internal sealed class SplitMix
{
    private ulong _state;

    internal SplitMix(ulong seed) => _state = seed;

    internal ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number below <paramref name="bound"/>; the bias is below bound / 2^64.</summary>
    internal int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>A number above 0 and at most 1.</summary>
    internal double Unit() => ((Next() >> 11) + 1) * (1.0 / (1UL << 53));
}
