using System.Buffers.Binary;
using System.Numerics;

namespace Ait.Chain.Abi;

/// <summary>Single values as the thirty-two bytes the EVM holds them in.</summary>
public static class AbiWord
{
    /// <summary>A <c>uint64</c> or smaller, left-padded.</summary>
    public static Hash256 Of(ulong value)
    {
        Span<byte> word = stackalloc byte[Hash256.Size];
        word.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(word[24..], value);
        return new Hash256(word);
    }

    /// <summary>A number of at most 256 bits; negative numbers are two's complement.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not between −2²⁵⁵ and 2²⁵⁶ − 1.</exception>
    public static Hash256 Of(BigInteger value)
    {
        Span<byte> word = stackalloc byte[Hash256.Size];
        Write(value, word);
        return new Hash256(word);
    }

    /// <summary>An address, left-padded.</summary>
    public static Hash256 Of(Address value)
    {
        Span<byte> word = stackalloc byte[Hash256.Size];
        word.Clear();
        value.CopyTo(word[12..]);
        return new Hash256(word);
    }

    /// <summary>1 for true, 0 for false.</summary>
    public static Hash256 Of(bool value) => Of(value ? 1UL : 0UL);

    /// <summary>The word as an unsigned number.</summary>
    public static BigInteger ToUnsigned(Hash256 word)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        word.CopyTo(bytes);
        return new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
    }

    /// <summary>The word as an address; false if the twelve bytes of padding are not zero.</summary>
    public static bool TryToAddress(Hash256 word, out Address address)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        word.CopyTo(bytes);
        bool padded = !bytes[..12].ContainsAnyExcept((byte)0);
        address = padded ? new Address(bytes[12..]) : default;
        return padded;
    }

    internal static void Write(BigInteger value, Span<byte> word)
    {
        bool negative = value.Sign < 0;
        word.Fill(negative ? (byte)0xff : (byte)0);
        int length = value.GetByteCount(isUnsigned: !negative);
        if (length > Hash256.Size)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "Expected at most 256 bits.");
        }

        value.TryWriteBytes(word[(Hash256.Size - length)..], out _, isUnsigned: !negative, isBigEndian: true);
    }
}
