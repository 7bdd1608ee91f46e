using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Ait.Chain.Abi;

/// <summary>The Solidity contract ABI: <c>abi.encode</c> and its strict inverse.</summary>
public static class AbiCodec
{
    /// <summary>Encodes values as <c>abi.encode</c> does.</summary>
    /// <exception cref="ArgumentException">The values do not fit the types.</exception>
    public static byte[] Encode(ImmutableArray<AbiType> types, params ReadOnlySpan<AbiValue> values)
    {
        RequireCount(types, values);
        byte[] encoded = new byte[AbiEncoder.SizeOf(types, values)];
        AbiEncoder.Write(types, values, encoded);
        return encoded;
    }

    /// <summary>Encodes values of a parenthesised list of types such as <c>(bytes32,uint64)</c>.</summary>
    /// <exception cref="FormatException">The list is not one of ABI types.</exception>
    /// <exception cref="ArgumentException">The values do not fit the types.</exception>
    public static byte[] Encode(string types, params ReadOnlySpan<AbiValue> values) => Encode(AbiType.ParseList(types), values);

    /// <summary>Encodes values behind a four-byte selector.</summary>
    /// <exception cref="ArgumentException">The values do not fit the types.</exception>
    public static byte[] EncodeCall(Selector selector, ImmutableArray<AbiType> types, params ReadOnlySpan<AbiValue> values)
    {
        RequireCount(types, values);
        byte[] encoded = new byte[Selector.Size + AbiEncoder.SizeOf(types, values)];
        selector.CopyTo(encoded);
        AbiEncoder.Write(types, values, encoded.AsSpan(Selector.Size));
        return encoded;
    }

    /// <summary>Decodes exactly what <see cref="Encode(ImmutableArray{AbiType}, ReadOnlySpan{AbiValue})"/> writes: every offset, length and pad byte as the encoder puts them, nothing behind.</summary>
    public static bool TryDecode(
        ImmutableArray<AbiType> types,
        ReadOnlySpan<byte> data,
        out ImmutableArray<AbiValue> values,
        [NotNullWhen(false)] out DecodeFault? fault,
        AbiLimits? limits = null)
    {
        var decoder = new AbiDecoder(data, limits ?? AbiLimits.Default);
        return decoder.TryDecode(types, out values, out fault);
    }

    /// <summary>Decodes a parenthesised list of types.</summary>
    /// <exception cref="FormatException">The list is not one of ABI types.</exception>
    public static bool TryDecode(
        string types,
        ReadOnlySpan<byte> data,
        out ImmutableArray<AbiValue> values,
        [NotNullWhen(false)] out DecodeFault? fault,
        AbiLimits? limits = null) => TryDecode(AbiType.ParseList(types), data, out values, out fault, limits);

    private static void RequireCount(ImmutableArray<AbiType> types, ReadOnlySpan<AbiValue> values)
    {
        if (types.Length != values.Length)
        {
            throw new ArgumentException($"Expected {types.Length} values for {AbiType.ListName(types)}, found {values.Length}.", nameof(values));
        }
    }
}
