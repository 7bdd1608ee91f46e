using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Ait.Chain.Rlp;

/// <summary>An RLP value: a byte string, or a list of values. Numbers are byte strings without leading zeros.</summary>
public sealed class RlpItem : IEquatable<RlpItem>
{
    private readonly byte[] _bytes;

    private RlpItem(byte[] bytes, ImmutableArray<RlpItem> items, bool isList)
    {
        _bytes = bytes;
        Items = items;
        IsList = isList;
    }

    /// <summary>Whether this is a list.</summary>
    public bool IsList { get; }

    /// <summary>The items of a list; empty for a byte string.</summary>
    public ImmutableArray<RlpItem> Items { get; }

    /// <summary>The byte string; empty for a list.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>A list.</summary>
    public static RlpItem List(params ReadOnlySpan<RlpItem> items) => new([], items.ToImmutableArray(), isList: true);

    /// <summary>A copy of a byte string.</summary>
    public static RlpItem String(ReadOnlySpan<byte> bytes) => new(bytes.ToArray(), [], isList: false);

    /// <summary>A copy of a byte string.</summary>
    public static implicit operator RlpItem(byte[] bytes) => String(bytes);

    /// <summary>A number.</summary>
    public static implicit operator RlpItem(ulong value) => (BigInteger)value;

    /// <summary>A number that is not negative.</summary>
    public static implicit operator RlpItem(BigInteger value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        return new RlpItem(value.IsZero ? [] : value.ToByteArray(isUnsigned: true, isBigEndian: true), [], isList: false);
    }

    /// <summary>Twenty bytes.</summary>
    public static implicit operator RlpItem(Address value) => new(value.ToArray(), [], isList: false);

    /// <summary>Thirty-two bytes.</summary>
    public static implicit operator RlpItem(Hash256 value) => new(value.ToArray(), [], isList: false);

    /// <summary>Reads a number of at most <paramref name="maxBytes"/> bytes; false for a list, leading zeros or more bytes.</summary>
    public bool TryReadInteger(int maxBytes, out BigInteger value)
    {
        bool isInteger = !IsList && _bytes.Length <= maxBytes && (_bytes.Length == 0 || _bytes[0] != 0);
        value = isInteger ? new BigInteger(_bytes, isUnsigned: true, isBigEndian: true) : default;
        return isInteger;
    }

    /// <summary>Reads a number; false for a list, leading zeros or more than eight bytes.</summary>
    public bool TryReadUInt64(out ulong value)
    {
        bool isInteger = TryReadInteger(sizeof(ulong), out BigInteger integer);
        value = (ulong)integer;
        return isInteger;
    }

    /// <summary>Whether both hold the same content.</summary>
    public bool Equals(RlpItem? other) =>
        other is not null && IsList == other.IsList && _bytes.AsSpan().SequenceEqual(other._bytes) && Items.SequenceEqual(other.Items);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => Equals(obj as RlpItem);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_bytes);
        foreach (RlpItem item in Items)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }
}
