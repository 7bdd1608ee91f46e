using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Ait.Chain.Rlp;

/// <summary>Recursive length prefix (Yellow Paper, appendix B): an encoder and its strict inverse.</summary>
public static class RlpCodec
{
    private const int ShortLimit = 55;

    /// <summary>Encodes a value.</summary>
    public static byte[] Encode(RlpItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        byte[] encoded = new byte[SizeOf(item)];
        Write(item, encoded);
        return encoded;
    }

    /// <summary>Decodes exactly one value: shortest length forms only, nothing behind it.</summary>
    public static bool TryDecode(
        ReadOnlySpan<byte> data,
        [NotNullWhen(true)] out RlpItem? item,
        [NotNullWhen(false)] out DecodeFault? fault,
        RlpLimits? limits = null)
    {
        limits ??= RlpLimits.Default;
        item = null;
        if (data.Length > limits.MaxBytes)
        {
            fault = new DecodeFault("input", 0, $"at most {limits.MaxBytes} bytes", $"{data.Length}");
            return false;
        }

        int position = 0;
        int count = 0;
        if (!TryRead(data, ref position, data.Length, 0, ref count, limits, out item, out fault))
        {
            return false;
        }

        if (position != data.Length)
        {
            item = null;
            fault = new DecodeFault("end of the item", position, "no more bytes", $"{data.Length - position} more");
            return false;
        }

        return true;
    }

    private static bool TryRead(
        ReadOnlySpan<byte> data,
        ref int position,
        int end,
        int depth,
        ref int count,
        RlpLimits limits,
        [NotNullWhen(true)] out RlpItem? item,
        [NotNullWhen(false)] out DecodeFault? fault)
    {
        item = null;
        if (++count > limits.MaxItems || depth > limits.MaxDepth)
        {
            fault = new DecodeFault("item", position, $"at most {limits.MaxItems} items, {limits.MaxDepth} deep", "more");
            return false;
        }

        int start = position;
        if (!TryReadHeader(data[..end], ref position, out bool isList, out int length, out fault))
        {
            return false;
        }

        int contentEnd = position + length;
        if (!isList)
        {
            if (length == 1 && data[position] < 0x80 && position != start)
            {
                fault = new DecodeFault("byte string", start, "a byte below 0x80 as itself", "a length in front of it");
                return false;
            }

            item = RlpItem.String(data[position..contentEnd]);
            position = contentEnd;
            return true;
        }

        ImmutableArray<RlpItem>.Builder items = ImmutableArray.CreateBuilder<RlpItem>();
        while (position < contentEnd)
        {
            if (!TryRead(data, ref position, contentEnd, depth + 1, ref count, limits, out RlpItem? child, out fault))
            {
                return false;
            }

            items.Add(child);
        }

        item = RlpItem.List(items.ToArray());
        return true;
    }

    /// <summary>Reads the prefix; afterwards <paramref name="length"/> bytes of content follow within the data.</summary>
    private static bool TryReadHeader(
        ReadOnlySpan<byte> data, ref int position, out bool isList, out int length, [NotNullWhen(false)] out DecodeFault? fault)
    {
        isList = false;
        length = 0;
        if (position >= data.Length)
        {
            fault = new DecodeFault("item", position, "a prefix", "the end");
            return false;
        }

        byte prefix = data[position];
        isList = prefix >= 0xc0;
        int form = prefix - (isList ? 0xc0 : 0x80);
        fault = null;
        if (form < 0)
        {
            length = 1;
            return true;
        }

        position++;
        if (form <= ShortLimit)
        {
            length = form;
        }
        else if (!TryReadLength(data, ref position, form - ShortLimit, out length, out fault))
        {
            return false;
        }

        if (length > data.Length - position)
        {
            fault = new DecodeFault("item", position, $"{length} bytes", $"{data.Length - position}");
            return false;
        }

        return true;
    }

    private static bool TryReadLength(
        ReadOnlySpan<byte> data, ref int position, int size, out int length, [NotNullWhen(false)] out DecodeFault? fault)
    {
        length = 0;
        ReadOnlySpan<byte> rest = data[position..];
        if (size > sizeof(int) || size > rest.Length || rest[0] == 0)
        {
            fault = new DecodeFault("length", position, "at most 4 bytes, none of them leading zeros", $"{size} with {rest.Length} left");
            return false;
        }

        Span<byte> bytes = stackalloc byte[sizeof(int)];
        bytes.Clear();
        rest[..size].CopyTo(bytes[(sizeof(int) - size)..]);
        length = BinaryPrimitives.ReadInt32BigEndian(bytes);
        if (length <= ShortLimit)
        {
            fault = new DecodeFault("length", position, $"the long form from {ShortLimit + 1} to 2147483647 bytes only", $"{(uint)length}");
            return false;
        }

        position += size;
        fault = null;
        return true;
    }

    private static int SizeOf(RlpItem item)
    {
        int length = ContentSize(item);
        return IsItself(item) ? 1 : checked(1 + LengthSize(length) + length);
    }

    private static int ContentSize(RlpItem item)
    {
        if (!item.IsList)
        {
            return item.Bytes.Length;
        }

        int size = 0;
        foreach (RlpItem child in item.Items)
        {
            size = checked(size + SizeOf(child));
        }

        return size;
    }

    private static int Write(RlpItem item, Span<byte> destination)
    {
        if (IsItself(item))
        {
            destination[0] = item.Bytes.Span[0];
            return 1;
        }

        int length = ContentSize(item);
        int lengthSize = LengthSize(length);
        int shortForm = item.IsList ? 0xc0 : 0x80;
        destination[0] = (byte)(shortForm + (lengthSize == 0 ? length : ShortLimit + lengthSize));
        for (int i = 0; i < lengthSize; i++)
        {
            destination[1 + i] = (byte)(length >> (8 * (lengthSize - 1 - i)));
        }

        int position = 1 + lengthSize;
        item.Bytes.Span.CopyTo(destination[position..]);
        position += item.Bytes.Length;
        foreach (RlpItem child in item.Items)
        {
            position += Write(child, destination[position..]);
        }

        return position;
    }

    private static bool IsItself(RlpItem item) => !item.IsList && item.Bytes.Length == 1 && item.Bytes.Span[0] < 0x80;

    private static int LengthSize(int length) => length switch
    {
        <= ShortLimit => 0,
        <= 0xff => 1,
        <= 0xffff => 2,
        <= 0xffffff => 3,
        _ => 4,
    };
}
