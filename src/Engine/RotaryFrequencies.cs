using System.Collections.Immutable;

namespace Ait.Engine;

/// <summary>
/// The rotary frequencies of a model, one for each pair of a head, in units of 2^-64 turns per position, and the factor
/// that cosines and sines are multiplied by. Compared by content.
/// </summary>
public sealed class RotaryFrequencies : IEquatable<RotaryFrequencies>
{
    /// <summary>Holds the frequencies.</summary>
    public RotaryFrequencies(ReadOnlySpan<ulong> perPosition, float gain = 1f)
    {
        PerPosition = [.. perPosition];
        Gain = gain;
    }

    /// <summary>Turns per position, in units of 2^-64, of each pair.</summary>
    public ImmutableArray<ulong> PerPosition { get; }

    /// <summary>Factor of every cosine and sine; 1 unless the scaling of the positions demands another.</summary>
    public float Gain { get; }

    /// <inheritdoc/>
    public bool Equals(RotaryFrequencies? other) =>
        other is not null
        && BitConverter.SingleToInt32Bits(Gain) == BitConverter.SingleToInt32Bits(other.Gain)
        && PerPosition.AsSpan().SequenceEqual(other.PerPosition.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as RotaryFrequencies);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Gain, PerPosition.Length, PerPosition.IsEmpty ? 0 : PerPosition[^1]);
}
