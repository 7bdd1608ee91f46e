using System.Numerics;

using Ait.Chain.Abi;

using FsCheck;
using FsCheck.Fluent;

namespace Ait.Chain.Tests.Abi;

/// <summary>Random types, and random values of a type.</summary>
internal static class AbiGenerators
{
    public static Gen<(AbiType Type, AbiValue Value)> TypedValue { get; } =
        from type in Type(3)
        from value in Value(type)
        select (type, value);

    public static Gen<AbiType> Type(int depth)
    {
        Gen<AbiType> leaf = Gen.OneOf(
            Gen.Choose(1, 32).Select(n => AbiType.UInt(8 * n)),
            Gen.Choose(1, 32).Select(n => AbiType.Int(8 * n)),
            Gen.Choose(1, 32).Select(AbiType.FixedBytes),
            Gen.Elements(AbiType.Address, AbiType.Boolean, AbiType.Bytes, AbiType.Text));
        if (depth == 0)
        {
            return leaf;
        }

        return Gen.OneOf(
            leaf,
            Type(depth - 1).Select(AbiType.ArrayOf),
            from element in Type(depth - 1) from length in Gen.Choose(1, 3) select AbiType.FixedArrayOf(element, length),
            from count in Gen.Choose(1, 4) from parts in Gen.ListOf(Type(depth - 1), count) select AbiType.TupleOf([.. parts]));
    }

    public static Gen<AbiValue> Value(AbiType type) => type.Kind switch
    {
        AbiKind.UnsignedInteger => Bytes(type.Size / 8).Select(bytes => (AbiValue)new BigInteger(bytes, isUnsigned: true)),
        AbiKind.SignedInteger => Bytes(type.Size / 8).Select(bytes => (AbiValue)new BigInteger(bytes)),
        AbiKind.Address => Bytes(20).Select(bytes => (AbiValue)new Address(bytes)),
        AbiKind.Boolean => Gen.Elements<AbiValue>(true, false),
        AbiKind.FixedBytes => Bytes(type.Size).Select(bytes => (AbiValue)bytes),
        AbiKind.Bytes => Gen.Choose(0, 70).SelectMany(Bytes).Select(bytes => (AbiValue)bytes),
        AbiKind.Text => Gen.Choose(0, 20).SelectMany(n => Gen.ListOf(Gen.Elements("a", "é", "€", "𝄞", "\0", "\""), n)).Select(parts => (AbiValue)string.Concat(parts)),
        AbiKind.Array => Gen.Choose(0, 4).SelectMany(n => Gen.ListOf(Value(type.Element!), n)).Select(items => AbiValue.List(items)),
        AbiKind.FixedArray => Gen.ListOf(Value(type.Element!), type.Size).Select(items => AbiValue.List(items)),
        _ => type.Components.Aggregate(
            Gen.Constant(Array.Empty<AbiValue>()),
            (items, component) => from head in items from next in Value(component) select (AbiValue[])[.. head, next])
            .Select(items => AbiValue.List(items.AsSpan())),
    };

    public static Gen<byte[]> Bytes(int count) => Gen.ListOf(Gen.OneOf(Gen.Choose(0, 255), Gen.Elements(0, 255)), count).Select(list => list.Select(b => (byte)b).ToArray());
}
