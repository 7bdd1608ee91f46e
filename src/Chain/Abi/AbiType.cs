using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Ait.Chain.Abi;

/// <summary>A Solidity ABI type. Two types are equal when their canonical names are.</summary>
public sealed partial class AbiType : IEquatable<AbiType>
{
    private const int MaxStaticBytes = 1 << 24;

    private AbiType(AbiKind kind, int size, AbiType? element, ImmutableArray<AbiType> components, string name)
    {
        Kind = kind;
        Size = size;
        Element = element;
        Components = components;
        Name = name;
        IsDynamic = kind switch
        {
            AbiKind.Bytes or AbiKind.Text or AbiKind.Array => true,
            AbiKind.FixedArray => element!.IsDynamic, // FixedArrayOf always gives an element
            AbiKind.Tuple => components.Any(static component => component.IsDynamic),
            _ => false,
        };
        HeadSize = IsDynamic ? Hash256.Size : StaticSize();
    }

    /// <summary><c>uint256</c>.</summary>
    public static AbiType UInt256 { get; } = UInt(256);

    /// <summary><c>address</c>.</summary>
    public static AbiType Address { get; } = new(AbiKind.Address, 160, null, [], "address");

    /// <summary><c>bool</c>.</summary>
    public static AbiType Boolean { get; } = new(AbiKind.Boolean, 8, null, [], "bool");

    /// <summary><c>bytes</c>.</summary>
    public static AbiType Bytes { get; } = new(AbiKind.Bytes, 0, null, [], "bytes");

    /// <summary><c>string</c>.</summary>
    public static AbiType Text { get; } = new(AbiKind.Text, 0, null, [], "string");

    /// <summary><c>bytes32</c>.</summary>
    public static AbiType Bytes32 { get; } = FixedBytes(32);

    /// <summary>The family of the type.</summary>
    public AbiKind Kind { get; }

    /// <summary>Bits of an integer, bytes of <c>bytesN</c>, elements of <c>T[k]</c>; otherwise without meaning.</summary>
    public int Size { get; }

    /// <summary>The element type of an array, null for other types.</summary>
    public AbiType? Element { get; }

    /// <summary>The component types of a tuple, empty for other types.</summary>
    public ImmutableArray<AbiType> Components { get; }

    /// <summary>The canonical name, as it enters selectors and topics.</summary>
    public string Name { get; }

    /// <summary>Whether values are encoded behind an offset.</summary>
    public bool IsDynamic { get; }

    /// <summary>Bytes a value takes in the head of its container.</summary>
    internal int HeadSize { get; }

    /// <summary><c>uintN</c>.</summary>
    public static AbiType UInt(int bits) => Integer(AbiKind.UnsignedInteger, bits, "uint");

    /// <summary><c>intN</c>.</summary>
    public static AbiType Int(int bits) => Integer(AbiKind.SignedInteger, bits, "int");

    /// <summary><c>bytesN</c>.</summary>
    public static AbiType FixedBytes(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, 32);
        return new AbiType(AbiKind.FixedBytes, length, null, [], "bytes" + Decimal(length));
    }

    /// <summary><c>T[]</c>.</summary>
    public static AbiType ArrayOf(AbiType element)
    {
        ArgumentNullException.ThrowIfNull(element);
        return new AbiType(AbiKind.Array, 0, element, [], element.Name + "[]");
    }

    /// <summary><c>T[k]</c>, k at least 1.</summary>
    public static AbiType FixedArrayOf(AbiType element, int length)
    {
        ArgumentNullException.ThrowIfNull(element);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        if ((long)element.HeadSize * length > MaxStaticBytes)
        {
            throw new ArgumentOutOfRangeException(nameof(length), length, $"Expected a type of at most {MaxStaticBytes} bytes.");
        }

        return new AbiType(AbiKind.FixedArray, length, element, [], $"{element.Name}[{Decimal(length)}]");
    }

    /// <summary><c>(T1,T2,…)</c>, of at least one component.</summary>
    public static AbiType TupleOf(params ImmutableArray<AbiType> components)
    {
        if (components.IsDefaultOrEmpty)
        {
            throw new ArgumentException("Expected at least one component.", nameof(components));
        }

        if (components.Sum(static component => (long)component.HeadSize) > MaxStaticBytes)
        {
            throw new ArgumentException($"Expected a type of at most {MaxStaticBytes} bytes.", nameof(components));
        }

        return new AbiType(AbiKind.Tuple, 0, null, components, ListName(components));
    }

    /// <summary>The canonical name.</summary>
    public override string ToString() => Name;

    /// <summary>Whether the canonical names are equal.</summary>
    public bool Equals(AbiType? other) => other is not null && Name == other.Name;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => Equals(obj as AbiType);

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    internal static string ListName(IEnumerable<AbiType> types) => $"({string.Join(',', types.Select(static type => type.Name))})";

    private static AbiType Integer(AbiKind kind, int bits, string prefix)
    {
        if (bits is < 8 or > 256 || bits % 8 != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(bits), bits, "Expected a multiple of 8 from 8 to 256.");
        }

        return new AbiType(kind, bits, null, [], prefix + Decimal(bits));
    }

    private static string Decimal(int number) => number.ToString(CultureInfo.InvariantCulture);

    private int StaticSize() => Kind switch
    {
        AbiKind.FixedArray => Size * Element!.HeadSize, // FixedArrayOf always gives an element
        AbiKind.Tuple => Components.Sum(static component => component.HeadSize),
        _ => Hash256.Size,
    };
}
