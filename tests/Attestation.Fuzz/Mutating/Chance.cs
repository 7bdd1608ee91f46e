namespace Ait.Attestation.Fuzz.Mutating;

/// <summary>Random numbers that a seed, a format and an index fix for ever (SplitMix64), so that one input can be made again.</summary>
internal sealed class Chance
{
    private ulong _state;

    internal Chance(ulong seed, string format, long index)
    {
        _state = seed;
        foreach (char letter in format)
        {
            _state = (_state ^ letter) * 0x100000001B3;
        }

        _state += (ulong)index * 0x9E3779B97F4A7C15;
        _ = Next();
    }

    internal ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong mixed = _state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>From 0 to <paramref name="bound"/> - 1; 0 where the bound is 0.</summary>
    internal int Below(int bound) => bound <= 0 ? 0 : (int)(Next() % (ulong)bound);

    internal bool OneIn(int count) => Below(count) == 0;

    internal T Of<T>(ReadOnlySpan<T> choices) => choices[Below(choices.Length)];

    internal byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        for (int index = 0; index < count; index++)
        {
            bytes[index] = (byte)Next();
        }

        return bytes;
    }
}
