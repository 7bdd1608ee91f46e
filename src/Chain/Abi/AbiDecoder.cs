using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Ait.Chain.Abi;

/// <summary>
/// The strict inverse of the encoder. Each offset must name the byte where the tails read so far end, so no two values share
/// bytes, every byte is read once, and the work done is linear in the input.
/// </summary>
internal ref struct AbiDecoder
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _data;
    private readonly AbiLimits _limits;
    private int _values;
    private DecodeFault? _fault;

    public AbiDecoder(ReadOnlySpan<byte> data, AbiLimits limits)
    {
        _data = data;
        _limits = limits;
    }

    public bool TryDecode(ImmutableArray<AbiType> types, out ImmutableArray<AbiValue> values, [NotNullWhen(false)] out DecodeFault? fault)
    {
        int end = 0;
        bool decoded = _data.Length <= _limits.MaxBytes
            ? TryReadTuple(types, 0, out values, out end)
            : Refuse("input", 0, $"at most {_limits.MaxBytes} bytes", $"{_data.Length}", out values);
        if (decoded && end != _data.Length)
        {
            decoded = Refuse("end of the values", end, "no more bytes", $"{_data.Length - end} more", out values);
        }

        fault = _fault;
        return decoded;
    }

    private bool TryReadTuple(ImmutableArray<AbiType> types, int start, out ImmutableArray<AbiValue> values, out int end)
    {
        ImmutableArray<AbiValue>.Builder builder = ImmutableArray.CreateBuilder<AbiValue>(types.Length);
        int head = start;
        end = start;
        foreach (AbiType type in types)
        {
            end += type.HeadSize;
        }

        foreach (AbiType type in types)
        {
            if (!TryReadItem(type, start, ref head, ref end, out AbiValue? value))
            {
                values = [];
                return false;
            }

            builder.Add(value);
        }

        values = builder.MoveToImmutable();
        return true;
    }

    private bool TryReadItem(AbiType type, int start, ref int head, ref int tail, [NotNullWhen(true)] out AbiValue? value)
    {
        if (++_values > _limits.MaxValues)
        {
            return Refuse("number of values", head, $"at most {_limits.MaxValues}", "more", out value);
        }

        if (!type.IsDynamic)
        {
            int at = head;
            head += type.HeadSize;
            return TryReadContent(type, at, out value, out _);
        }

        if (!TryReadCount("offset", head, out int offset))
        {
            value = null;
            return false;
        }

        if (offset != tail - start)
        {
            return Refuse("offset", head, $"{tail - start}", $"{offset}", out value);
        }

        head += Hash256.Size;
        return TryReadContent(type, tail, out value, out tail);
    }

    private bool TryReadContent(AbiType type, int at, [NotNullWhen(true)] out AbiValue? value, out int end)
    {
        end = at;
        switch (type.Kind)
        {
            case AbiKind.Bytes or AbiKind.Text:
                return TryReadBytes(type, at, out value, out end);
            case AbiKind.Tuple:
                return Listed(TryReadTuple(type.Components, at, out ImmutableArray<AbiValue> components, out end), components, out value);
            case AbiKind.Array or AbiKind.FixedArray:
                return TryReadArray(type, at, out value, out end);
            default:
                end = at + Hash256.Size;
                return TryReadWord(type.Name, at, out ReadOnlySpan<byte> word) ? TryReadScalar(type, at, word, out value) : None(out value);
        }
    }

    private bool TryReadScalar(AbiType type, int at, ReadOnlySpan<byte> word, [NotNullWhen(true)] out AbiValue? value)
    {
        switch (type.Kind)
        {
            case AbiKind.UnsignedInteger:
                var unsigned = new BigInteger(word, isUnsigned: true, isBigEndian: true);
                return unsigned.GetBitLength() <= type.Size ? Some(unsigned, out value) : RefuseWord(type, at, word, out value);
            case AbiKind.SignedInteger:
                var signed = new BigInteger(word, isUnsigned: false, isBigEndian: true);
                return signed.GetBitLength() < type.Size ? Some(signed, out value) : RefuseWord(type, at, word, out value);
            case AbiKind.Address:
                return !word[..12].ContainsAnyExcept((byte)0) ? Some(new Address(word[12..]), out value) : RefuseWord(type, at, word, out value);
            case AbiKind.Boolean:
                bool isBoolean = !word[..31].ContainsAnyExcept((byte)0) && word[31] <= 1;
                return isBoolean ? Some(word[31] == 1, out value) : RefuseWord(type, at, word, out value);
            default:
                bool padded = !word[type.Size..].ContainsAnyExcept((byte)0);
                return padded ? Some(AbiValue.Adopt(word[..type.Size].ToArray()), out value) : RefuseWord(type, at, word, out value);
        }
    }

    private bool TryReadBytes(AbiType type, int at, [NotNullWhen(true)] out AbiValue? value, out int end)
    {
        end = at;
        if (!TryReadCount("length", at, out int length))
        {
            return None(out value);
        }

        int start = at + Hash256.Size;
        long padded = ((long)length + 31) & ~31L;
        if (padded > _data.Length - start)
        {
            return Refuse(type.Name, at, $"{padded} bytes behind the length", $"{_data.Length - start}", out value);
        }

        end = start + (int)padded;
        if (_data[(start + length)..end].ContainsAnyExcept((byte)0))
        {
            return Refuse($"padding of {type.Name}", start + length, "zero bytes", Hex.Encode(_data[(start + length)..end]), out value);
        }

        ReadOnlySpan<byte> content = _data.Slice(start, length);
        if (type.Kind == AbiKind.Bytes)
        {
            return Some(AbiValue.Adopt(content.ToArray()), out value);
        }

        try
        {
            return Some(s_utf8.GetString(content), out value);
        }
        catch (DecoderFallbackException)
        {
            return Refuse("string", start, "UTF-8", Hex.Encode(content[..Math.Min(32, length)]), out value);
        }
    }

    private bool TryReadArray(AbiType type, int at, [NotNullWhen(true)] out AbiValue? value, out int end)
    {
        AbiType element = type.Element!; // both array kinds are made with an element
        int count = type.Size;
        int start = at;
        end = at;
        if (type.Kind == AbiKind.Array)
        {
            if (!TryReadCount("length", at, out count))
            {
                return None(out value);
            }

            start += Hash256.Size;
        }

        if ((long)count * element.HeadSize > _data.Length - start)
        {
            return Refuse(type.Name, at, $"room for {count} elements", $"{_data.Length - start} bytes", out value);
        }

        if (count > _limits.MaxValues - _values)
        {
            return Refuse("number of values", at, $"at most {_limits.MaxValues}", "more", out value);
        }

        ImmutableArray<AbiValue>.Builder items = ImmutableArray.CreateBuilder<AbiValue>(count);
        int head = start;
        end = start + (count * element.HeadSize);
        for (int i = 0; i < count; i++)
        {
            if (!TryReadItem(element, start, ref head, ref end, out AbiValue? item))
            {
                return None(out value);
            }

            items.Add(item);
        }

        return Listed(true, items.MoveToImmutable(), out value);
    }

    /// <summary>A length or an offset: at most the length of the input, so that no arithmetic on it overflows.</summary>
    private bool TryReadCount(string what, int at, out int count)
    {
        count = 0;
        if (!TryReadWord(what, at, out ReadOnlySpan<byte> word))
        {
            return false;
        }

        uint low = BinaryPrimitives.ReadUInt32BigEndian(word[28..]);
        if (word[..28].ContainsAnyExcept((byte)0) || low > _data.Length)
        {
            return Refuse(what, at, $"at most {_data.Length.ToString(CultureInfo.InvariantCulture)}", Hex.Encode(word), out AbiValue? _);
        }

        count = (int)low;
        return true;
    }

    private bool TryReadWord(string what, int at, out ReadOnlySpan<byte> word)
    {
        if (_data.Length - at < Hash256.Size)
        {
            word = default;
            return Refuse(what, at, $"{Hash256.Size} bytes", $"{Math.Max(0, _data.Length - at)}", out AbiValue? _);
        }

        word = _data.Slice(at, Hash256.Size);
        return true;
    }

    private bool RefuseWord(AbiType type, int at, ReadOnlySpan<byte> word, out AbiValue? value) =>
        Refuse(type.Name, at, $"a value of {type.Name}", Hex.Encode(word), out value);

    private bool Refuse<T>(string what, int at, string expected, string found, out T? none)
    {
        _fault ??= new DecodeFault(what, at, expected, found);
        none = default;
        return false;
    }

    private static bool None(out AbiValue? value)
    {
        value = null;
        return false;
    }

    private static bool Some(AbiValue content, out AbiValue value)
    {
        value = content;
        return true;
    }

    private static bool Listed(bool read, ImmutableArray<AbiValue> items, [NotNullWhen(true)] out AbiValue? value)
    {
        value = read ? AbiValue.List(items.AsSpan()) : null;
        return read;
    }
}
