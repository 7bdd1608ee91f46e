using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json.Serialization;

namespace Ait.Chain;

/// <summary>An account or contract address: twenty bytes held inline, written with the EIP-55 checksum. Ordered as a big-endian number.</summary>
[JsonConverter(typeof(AddressJsonConverter))]
public readonly struct Address : IEquatable<Address>, IComparable<Address>
{
    /// <summary>The number of bytes in an address.</summary>
    public const int Size = 20;

    private readonly ulong _first;
    private readonly ulong _second;
    private readonly uint _third;

    /// <summary>Copies twenty bytes.</summary>
    /// <exception cref="ArgumentException">There are more or fewer than twenty.</exception>
    public Address(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"Expected {Size} bytes, found {bytes.Length}.", nameof(bytes));
        }

        _first = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _second = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _third = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
    }

    /// <summary>Twenty zero bytes.</summary>
    public static Address Zero => default;

    /// <summary>Reads forty hexadecimal digits, with or without <c>0x</c>; mixed case must carry a right EIP-55 checksum.</summary>
    /// <exception cref="FormatException">The text is anything else.</exception>
    public static Address Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out Address address)
            ? address
            : throw new FormatException($"Expected {2 * Size} hexadecimal digits with a right EIP-55 checksum, found '{text}'.");
    }

    /// <summary>Reads forty hexadecimal digits, with or without <c>0x</c>; false if the text is anything else or its mixed case fails EIP-55.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Address address)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (text is null || !Hex.TryDecode(text, bytes))
        {
            address = default;
            return false;
        }

        var candidate = new Address(bytes);
        ReadOnlySpan<char> digits = Hex.WithoutPrefix(text);
        bool mixed = digits.ContainsAnyInRange('a', 'f') && digits.ContainsAnyInRange('A', 'F');
        if (mixed && !candidate.ToString().AsSpan(2).SequenceEqual(digits))
        {
            address = default;
            return false;
        }

        address = candidate;
        return true;
    }

    /// <summary>Writes the twenty bytes to the start of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentException">The destination is shorter.</exception>
    public void CopyTo(Span<byte> destination)
    {
        if (destination.Length < Size)
        {
            throw new ArgumentException($"Expected room for {Size} bytes, found {destination.Length}.", nameof(destination));
        }

        BinaryPrimitives.WriteUInt64BigEndian(destination, _first);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _second);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], _third);
    }

    /// <summary>The twenty bytes in a new array.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary><c>0x</c> and forty digits whose case is the EIP-55 checksum.</summary>
    public override string ToString()
    {
        const int Digits = 2 * Size;
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        Span<char> text = stackalloc char[2 + Digits];
        text[0] = '0';
        text[1] = 'x';
        Convert.TryToHexStringLower(bytes, text[2..], out _);
        Span<byte> ascii = stackalloc byte[Digits];
        Encoding.ASCII.GetBytes(text[2..], ascii);
        Span<byte> digest = stackalloc byte[Hash256.Size];
        Keccak256.Hash(ascii, digest);
        for (int i = 0; i < Digits; i++)
        {
            // EIP-55: a letter is upper-case when the matching nibble of keccak256(lowercase digits) is 8 or more.
            int nibble = i % 2 == 0 ? digest[i / 2] >> 4 : digest[i / 2] & 0xf;
            if (nibble >= 8)
            {
                text[2 + i] = char.ToUpperInvariant(text[2 + i]);
            }
        }

        return new string(text);
    }

    /// <summary>Whether all twenty bytes are equal.</summary>
    public bool Equals(Address other) => _first == other._first && _second == other._second && _third == other._third;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Address other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_first, _second, _third);

    /// <summary>Compares as big-endian numbers.</summary>
    public int CompareTo(Address other)
    {
        int order = _first.CompareTo(other._first);
        order = order != 0 ? order : _second.CompareTo(other._second);
        return order != 0 ? order : _third.CompareTo(other._third);
    }

    /// <summary>Whether all bytes are equal.</summary>
    public static bool operator ==(Address left, Address right) => left.Equals(right);

    /// <summary>Whether any byte differs.</summary>
    public static bool operator !=(Address left, Address right) => !left.Equals(right);

    /// <summary>Big-endian order.</summary>
    public static bool operator <(Address left, Address right) => left.CompareTo(right) < 0;

    /// <summary>Big-endian order.</summary>
    public static bool operator <=(Address left, Address right) => left.CompareTo(right) <= 0;

    /// <summary>Big-endian order.</summary>
    public static bool operator >(Address left, Address right) => left.CompareTo(right) > 0;

    /// <summary>Big-endian order.</summary>
    public static bool operator >=(Address left, Address right) => left.CompareTo(right) >= 0;
}
