using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Ait.Chain;

/// <summary>Hexadecimal text as Ethereum writes it: lowercase, an even number of digits, behind <c>0x</c>.</summary>
public static class Hex
{
    /// <summary>Writes bytes as <c>0x</c> and lowercase digits; no bytes are <c>0x</c>.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => string.Create(2 + (2 * bytes.Length), bytes, (text, source) =>
    {
        "0x".CopyTo(text);
        Convert.TryToHexStringLower(source, text[2..], out _);
    });

    /// <summary>The same in ASCII, at the start of <paramref name="ascii"/>, which has room for it.</summary>
    internal static void Encode(ReadOnlySpan<byte> bytes, Span<byte> ascii)
    {
        "0x"u8.CopyTo(ascii);
        Convert.TryToHexStringLower(bytes, ascii[2..], out _);
    }

    /// <summary>Reads hexadecimal text of either case, with or without <c>0x</c>.</summary>
    /// <exception cref="FormatException">The text is not an even number of hexadecimal digits.</exception>
    public static byte[] Decode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryDecode(text, out byte[]? bytes)
            ? bytes
            : throw new FormatException($"Expected an even number of hexadecimal digits, found {text.Length} characters.");
    }

    /// <summary>Reads hexadecimal text of either case, with or without <c>0x</c>; false if it is anything else.</summary>
    public static bool TryDecode([NotNullWhen(true)] string? text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text is null)
        {
            return false;
        }

        ReadOnlySpan<char> digits = WithoutPrefix(text);
        if (digits.Length % 2 != 0)
        {
            return false;
        }

        byte[] decoded = new byte[digits.Length / 2];
        if (!TryDecodeDigits(digits, decoded))
        {
            return false;
        }

        bytes = decoded;
        return true;
    }

    /// <summary>Reads exactly <paramref name="destination"/>.Length bytes of hexadecimal text; false if it is anything else.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination)
    {
        ReadOnlySpan<char> digits = WithoutPrefix(text);
        return digits.Length == 2 * destination.Length && TryDecodeDigits(digits, destination);
    }

    internal static ReadOnlySpan<char> WithoutPrefix(ReadOnlySpan<char> text) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;

    private static bool TryDecodeDigits(ReadOnlySpan<char> digits, Span<byte> destination) =>
        Convert.FromHexString(digits, destination, out _, out int written) == OperationStatus.Done && written == destination.Length;
}
