using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Ait.Chain.Abi;

/// <summary>An immutable value of some ABI type, compared by content: a number, a boolean, an address, bytes, text, or a list of values.</summary>
/// <remarks>Numbers, booleans, addresses, hashes, byte arrays and strings convert implicitly; arrays and tuples are made by <c>List</c>.</remarks>
public sealed partial class AbiValue : IEquatable<AbiValue>
{
    private readonly object _content;

    private AbiValue(object content) => _content = content;

    /// <summary>The number of items in a list.</summary>
    public int Count => Items.Length;

    /// <summary>The items of an array or tuple.</summary>
    /// <exception cref="InvalidOperationException">The value is not a list.</exception>
    public ImmutableArray<AbiValue> Items => Content<ImmutableArray<AbiValue>>();

    /// <summary>One item of an array or tuple.</summary>
    public AbiValue this[int index] => Items[index];

    /// <summary>An array or a tuple.</summary>
    public static AbiValue List(params ReadOnlySpan<AbiValue> items) => new(items.ToImmutableArray());

    /// <summary>An array or a tuple.</summary>
    public static AbiValue List(IEnumerable<AbiValue> items) => new(items.ToImmutableArray());

    /// <summary>A copy of some bytes.</summary>
    public static AbiValue Bytes(ReadOnlySpan<byte> bytes) => new(bytes.ToArray());

    /// <summary>The number.</summary>
    /// <exception cref="InvalidOperationException">The value is not a number.</exception>
    public BigInteger AsBigInteger() => Content<BigInteger>();

    /// <summary>The number.</summary>
    /// <exception cref="InvalidOperationException">The value is not a number.</exception>
    /// <exception cref="OverflowException">The number does not fit.</exception>
    public ulong AsUInt64() => (ulong)Content<BigInteger>();

    /// <summary>The number.</summary>
    /// <exception cref="InvalidOperationException">The value is not a number.</exception>
    /// <exception cref="OverflowException">The number does not fit.</exception>
    public uint AsUInt32() => (uint)Content<BigInteger>();

    /// <summary>The number.</summary>
    /// <exception cref="InvalidOperationException">The value is not a number.</exception>
    /// <exception cref="OverflowException">The number does not fit.</exception>
    public byte AsByte() => (byte)Content<BigInteger>();

    /// <summary>The boolean.</summary>
    /// <exception cref="InvalidOperationException">The value is not a boolean.</exception>
    public bool AsBoolean() => Content<bool>();

    /// <summary>The address.</summary>
    /// <exception cref="InvalidOperationException">The value is not an address.</exception>
    public Address AsAddress() => Content<Address>();

    /// <summary>The text.</summary>
    /// <exception cref="InvalidOperationException">The value is not text.</exception>
    public string AsString() => Content<string>();

    /// <summary>The bytes.</summary>
    /// <exception cref="InvalidOperationException">The value is not bytes.</exception>
    public ReadOnlyMemory<byte> AsBytes() => Content<byte[]>();

    /// <summary>The thirty-two bytes.</summary>
    /// <exception cref="InvalidOperationException">The value is not thirty-two bytes.</exception>
    public Hash256 AsHash256()
    {
        byte[] bytes = Content<byte[]>();
        return bytes.Length == Hash256.Size
            ? new Hash256(bytes)
            : throw new InvalidOperationException($"Expected {Hash256.Size} bytes, found {bytes.Length}.");
    }

    /// <summary>A number.</summary>
    public static implicit operator AbiValue(BigInteger value) => new(value);

    /// <summary>A number.</summary>
    public static implicit operator AbiValue(ulong value) => new((BigInteger)value);

    /// <summary>A number.</summary>
    public static implicit operator AbiValue(long value) => new((BigInteger)value);

    /// <summary>A number.</summary>
    public static implicit operator AbiValue(uint value) => new((BigInteger)value);

    /// <summary>A number.</summary>
    public static implicit operator AbiValue(int value) => new((BigInteger)value);

    /// <summary>A boolean.</summary>
    public static implicit operator AbiValue(bool value) => new(value);

    /// <summary>An address.</summary>
    public static implicit operator AbiValue(Address value) => new(value);

    /// <summary>A <c>bytes32</c>.</summary>
    public static implicit operator AbiValue(Hash256 value) => new(value.ToArray());

    /// <summary>A copy of some bytes.</summary>
    public static implicit operator AbiValue(byte[] value) => Bytes(value);

    /// <summary>A copy of some bytes.</summary>
    public static implicit operator AbiValue(ReadOnlyMemory<byte> value) => Bytes(value.Span);

    /// <summary>Text.</summary>
    public static implicit operator AbiValue(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new AbiValue(value);
    }

    /// <summary>Whether both hold the same content.</summary>
    public bool Equals(AbiValue? other) => other is not null && (_content, other._content) switch
    {
        (byte[] left, byte[] right) => left.AsSpan().SequenceEqual(right),
        (ImmutableArray<AbiValue> left, ImmutableArray<AbiValue> right) => left.SequenceEqual(right),
        var (left, right) => left.Equals(right),
    };

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => Equals(obj as AbiValue);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        switch (_content)
        {
            case byte[] bytes:
                hash.AddBytes(bytes);
                break;
            case ImmutableArray<AbiValue> items:
                foreach (AbiValue item in items)
                {
                    hash.Add(item);
                }

                break;
            default:
                hash.Add(_content);
                break;
        }

        return hash.ToHashCode();
    }

    internal bool TryGet<T>([MaybeNullWhen(false)] out T content)
    {
        bool matches = _content is T;
        content = matches ? (T)_content : default;
        return matches;
    }

    internal static AbiValue Adopt(byte[] bytes) => new(bytes);

    private T Content<T>() => _content is T content
        ? content
        : throw new InvalidOperationException($"Expected a value held as {typeof(T).Name}, found {_content.GetType().Name}.");
}
