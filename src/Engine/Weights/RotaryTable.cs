namespace Ait.Engine.Weights;

/// <summary>
/// Cosines and sines of the rotary embedding, from integers alone. A frequency is a fraction of a turn per position in
/// units of 2^-64, so the phase of a position is one wrapping product.
/// </summary>
internal sealed unsafe class RotaryTable
{
    private readonly AlignedBuffer<float> _cosines;
    private readonly AlignedBuffer<float> _sines;

    public RotaryTable(ModelConfig config, int positions)
    {
        Half = config.HeadDimension / 2;
        _cosines = new AlignedBuffer<float>(checked(positions * Half));
        _sines = new AlignedBuffer<float>(checked(positions * Half));
        ReadOnlySpan<ulong> frequencies = config.Rotary is { } rotary ? rotary.PerPosition.AsSpan() : Frequencies(config.RopeTheta, Half);
        float gain = config.Rotary?.Gain ?? 1f;
        for (int position = 0; position < positions; position++)
        {
            for (int i = 0; i < Half; i++)
            {
                (int cosine, int sine) = TurnTable.CosineSine(unchecked((ulong)position * frequencies[i]));
                // Q30 to float: one rounding, then an exact power of two, then the gain.
                _cosines.Pointer[(position * Half) + i] = (cosine * (1f / (1 << 30))) * gain;
                _sines.Pointer[(position * Half) + i] = (sine * (1f / (1 << 30))) * gain;
            }
        }
    }

    public int Half { get; }

    public float* Cosines(int position) => _cosines.Pointer + ((long)position * Half);

    public float* Sines(int position) => _sines.Pointer + ((long)position * Half);

    /// <summary>Frequency i is theta^(−i / half) radians per position, as a fraction of a turn.</summary>
    public static ulong[] Frequencies(int theta, int half)
    {
        // 2^64 / (2·pi), rounded down.
        const ulong OneRadian = 0x28BE60DB9391054A;
        ulong root = Root((ulong)theta, half);
        ulong[] frequencies = new ulong[half];
        frequencies[0] = OneRadian;
        for (int i = 1; i < half; i++)
        {
            frequencies[i] = Math.BigMul(frequencies[i - 1], root, out _);
        }

        return frequencies;
    }

    /// <summary>The largest r with theta · power(r, half) ≤ 2^64, where power multiplies from the left and rounds each product down.</summary>
    internal static ulong Root(ulong theta, int half)
    {
        ulong root = 0;
        for (int bit = 63; bit >= 0; bit--)
        {
            ulong candidate = root | (1UL << bit);
            ulong power = candidate;
            for (int i = 1; i < half; i++)
            {
                power = Math.BigMul(power, candidate, out _);
            }

            ulong high = Math.BigMul(power, theta, out ulong low);
            if (high == 0 || (high == 1 && low == 0))
            {
                root = candidate;
            }
        }

        return root;
    }
}
