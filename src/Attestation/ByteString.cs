using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Ait.Attestation;

/// <summary>An immutable run of bytes compared by content; prints as lower-case hex.</summary>
public readonly struct ByteString : IEquatable<ByteString>
{
    private static readonly SearchValues<char> s_hexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private readonly ImmutableArray<byte> _bytes;

    /// <summary>Copies <paramref name="bytes"/>.</summary>
    public ByteString(ReadOnlySpan<byte> bytes) => _bytes = [.. bytes];

    /// <summary>The bytes; empty for the default value.</summary>
    public ReadOnlySpan<byte> Span => _bytes.IsDefault ? [] : _bytes.AsSpan();

    /// <summary>Number of bytes.</summary>
    public int Length => _bytes.IsDefault ? 0 : _bytes.Length;

    /// <summary>True if every byte is zero (or there is none).</summary>
    public bool IsZero => !Span.ContainsAnyExcept((byte)0);

    /// <summary>Reads hex digits, with or without a leading <c>0x</c>.</summary>
    public static bool TryParseHex([NotNullWhen(true)] string? text, out ByteString value)
    {
        value = default;
        if (text is null)
        {
            return false;
        }

        ReadOnlySpan<char> digits = text.StartsWith("0x", StringComparison.Ordinal) ? text.AsSpan(2) : text;
        if (digits.Length % 2 != 0 || digits.ContainsAnyExcept(s_hexDigits))
        {
            return false;
        }

        value = new ByteString(Convert.FromHexString(digits));
        return true;
    }

    /// <summary>Reads hex digits that the program itself wrote down; throws on anything else.</summary>
    public static ByteString FromHex(string text) =>
        TryParseHex(text, out ByteString value) ? value : throw new FormatException($"not hex: {text}");

    /// <inheritdoc/>
    public bool Equals(ByteString other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ByteString other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>Lower-case hex without prefix.</summary>
    public override string ToString() => Convert.ToHexStringLower(Span);

    /// <summary>Content equality.</summary>
    public static bool operator ==(ByteString left, ByteString right) => left.Equals(right);

    /// <summary>Content inequality.</summary>
    public static bool operator !=(ByteString left, ByteString right) => !left.Equals(right);
}
