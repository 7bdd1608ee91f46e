using System.Collections.Immutable;
using System.Numerics;
using System.Text;

namespace Ait.Chain.Abi;

/// <summary>Two passes: the size, which also checks every value against its type, then the bytes.</summary>
internal static class AbiEncoder
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static int SizeOf(ImmutableArray<AbiType> types, ReadOnlySpan<AbiValue> values)
    {
        int size = 0;
        for (int i = 0; i < values.Length; i++)
        {
            size = checked(size + types[i].HeadSize + TailSize(types[i], values[i]));
        }

        return size;
    }

    public static void Write(ImmutableArray<AbiType> types, ReadOnlySpan<AbiValue> values, Span<byte> destination)
    {
        int head = 0;
        int tail = 0;
        foreach (AbiType type in types)
        {
            tail += type.HeadSize;
        }

        for (int i = 0; i < values.Length; i++)
        {
            WriteItem(types[i], values[i], destination, ref head, ref tail);
        }
    }

    /// <summary>Bytes behind the offset for a dynamic type, 0 for a static one.</summary>
    private static int TailSize(AbiType type, AbiValue value)
    {
        int size = ContentSize(type, value);
        return type.IsDynamic ? size : 0;
    }

    private static int ContentSize(AbiType type, AbiValue value)
    {
        switch (type.Kind)
        {
            case AbiKind.UnsignedInteger or AbiKind.SignedInteger:
                BigInteger number = Require<BigInteger>(type, value);
                bool fits = type.Kind == AbiKind.UnsignedInteger
                    ? number.Sign >= 0 && number.GetBitLength() <= type.Size
                    : number.GetBitLength() < type.Size;
                return fits ? Hash256.Size : throw Mismatch(type, value);
            case AbiKind.Address:
                Require<Address>(type, value);
                return Hash256.Size;
            case AbiKind.Boolean:
                Require<bool>(type, value);
                return Hash256.Size;
            case AbiKind.FixedBytes:
                return Require<byte[]>(type, value).Length == type.Size ? Hash256.Size : throw Mismatch(type, value);
            case AbiKind.Bytes:
                return Hash256.Size + Padded(Require<byte[]>(type, value).Length);
            case AbiKind.Text:
                return Hash256.Size + Padded(Utf8Length(type, value));
            case AbiKind.Tuple:
                ImmutableArray<AbiValue> components = Require<ImmutableArray<AbiValue>>(type, value);
                return components.Length == type.Components.Length ? SizeOf(type.Components, components.AsSpan()) : throw Mismatch(type, value);
            default:
                ImmutableArray<AbiValue> items = Require<ImmutableArray<AbiValue>>(type, value);
                if (type.Kind == AbiKind.FixedArray && items.Length != type.Size)
                {
                    throw Mismatch(type, value);
                }

                int size = type.Kind == AbiKind.Array ? Hash256.Size : 0;
                foreach (AbiValue item in items)
                {
                    size = checked(size + Element(type).HeadSize + TailSize(Element(type), item));
                }

                return size;
        }
    }

    private static void WriteItem(AbiType type, AbiValue value, Span<byte> destination, ref int head, ref int tail)
    {
        if (type.IsDynamic)
        {
            AbiWord.Write(tail, destination.Slice(head, Hash256.Size));
            tail += WriteContent(type, value, destination[tail..]);
        }
        else
        {
            WriteContent(type, value, destination[head..]);
        }

        head += type.HeadSize;
    }

    /// <summary>Writes what <see cref="ContentSize"/> has checked and returns the same number of bytes.</summary>
    private static int WriteContent(AbiType type, AbiValue value, Span<byte> destination)
    {
        switch (type.Kind)
        {
            case AbiKind.UnsignedInteger or AbiKind.SignedInteger:
                AbiWord.Write(value.AsBigInteger(), destination[..Hash256.Size]);
                return Hash256.Size;
            case AbiKind.Address:
                value.AsAddress().CopyTo(destination[12..]);
                return Hash256.Size;
            case AbiKind.Boolean:
                destination[31] = value.AsBoolean() ? (byte)1 : (byte)0;
                return Hash256.Size;
            case AbiKind.FixedBytes:
                value.AsBytes().Span.CopyTo(destination);
                return Hash256.Size;
            case AbiKind.Bytes:
                return WriteBytes(value.AsBytes().Span, destination);
            case AbiKind.Text:
                return WriteBytes(s_utf8.GetBytes(value.AsString()), destination);
            case AbiKind.Tuple:
                Write(type.Components, value.Items.AsSpan(), destination);
                return SizeOf(type.Components, value.Items.AsSpan());
            default:
                return WriteArray(type, value.Items, destination);
        }
    }

    private static int WriteBytes(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        AbiWord.Write(bytes.Length, destination[..Hash256.Size]);
        bytes.CopyTo(destination[Hash256.Size..]);
        return Hash256.Size + Padded(bytes.Length);
    }

    private static int WriteArray(AbiType type, ImmutableArray<AbiValue> items, Span<byte> destination)
    {
        int start = 0;
        if (type.Kind == AbiKind.Array)
        {
            AbiWord.Write(items.Length, destination[..Hash256.Size]);
            start = Hash256.Size;
        }

        AbiType element = Element(type);
        int head = 0;
        int tail = items.Length * element.HeadSize;
        foreach (AbiValue item in items)
        {
            WriteItem(element, item, destination[start..], ref head, ref tail);
        }

        return start + tail;
    }

    private static AbiType Element(AbiType type) => type.Element!; // both array kinds are made with an element

    private static int Padded(int length) => checked(length + 31) & ~31;

    private static int Utf8Length(AbiType type, AbiValue value)
    {
        string text = Require<string>(type, value);
        try
        {
            return s_utf8.GetByteCount(text);
        }
        catch (EncoderFallbackException)
        {
            throw Mismatch(type, value);
        }
    }

    private static T Require<T>(AbiType type, AbiValue value) => value.TryGet(out T? content) && content is not null ? content : throw Mismatch(type, value);

    private static ArgumentException Mismatch(AbiType type, AbiValue value)
    {
        string text = value.ToString();
        return new ArgumentException($"Expected a value of type {type}, found {(text.Length > 80 ? text[..80] + "…" : text)}.");
    }
}
