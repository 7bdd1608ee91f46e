using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Ait.Protocol.Sealing;

/// <summary>A text at a fixed length: its own length (<c>u32</c>), the text, zeros. There is one padding of each text.</summary>
internal static class Padding
{
    internal const int LengthSize = sizeof(uint);

    /// <summary>The text in <paramref name="size"/> bytes.</summary>
    /// <exception cref="ArgumentException">It does not fit.</exception>
    internal static byte[] Pad(ReadOnlySpan<byte> text, int size)
    {
        if (text.Length > size - LengthSize)
        {
            throw new ArgumentException($"expected at most {size - LengthSize} bytes, found {text.Length}", nameof(text));
        }

        byte[] padded = new byte[size];
        BinaryPrimitives.WriteUInt32BigEndian(padded, (uint)text.Length);
        text.CopyTo(padded.AsSpan(LengthSize));
        return padded;
    }

    /// <summary>The text; false if the bytes are not one padded.</summary>
    internal static bool TryStrip(ReadOnlySpan<byte> padded, [NotNullWhen(true)] out byte[]? text)
    {
        text = null;
        if (padded.Length < LengthSize)
        {
            return false;
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(padded);
        ReadOnlySpan<byte> rest = padded[LengthSize..];
        if (length > rest.Length || rest[(int)length..].ContainsAnyExcept((byte)0))
        {
            return false;
        }

        text = rest[..(int)length].ToArray();
        return true;
    }
}
