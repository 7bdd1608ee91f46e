using System.Collections.Immutable;
using System.Numerics;

using Ait.Chain.Abi;

using FsCheck;
using FsCheck.Fluent;

namespace Ait.Chain.Tests.Abi;

/// <summary>Examples are those of the Solidity documentation, "Contract ABI Specification".</summary>
public sealed class AbiCodecTests
{
    [Theory]
    [InlineData("baz(uint32,bool)", "0xcdcd77c0")]
    [InlineData("bar(bytes3[2])", "0xfce353f6")]
    [InlineData("sam(bytes,bool,uint256[])", "0xa5643bf2")]
    [InlineData("transfer(address,uint256)", "0xa9059cbb")]
    [InlineData("Error(string)", "0x08c379a0")]
    [InlineData("Panic(uint256)", "0x4e487b71")]
    public void Selector_equalsThePublishedOne(string signature, string selector) => Assert.Equal(selector, Selector.Of(signature).ToString());

    [Fact]
    public void Encode_equalsTheStaticExamples()
    {
        AssertEncodes("(uint32,bool)", [69, true], "45", "1");
        AssertEncodes("(bytes3[2])", [AbiValue.List("abc"u8.ToArray(), "def"u8.ToArray())], "6162630000000000000000000000000000000000000000000000000000000000", "6465660000000000000000000000000000000000000000000000000000000000");
    }

    [Fact]
    public void Encode_equalsTheDynamicExamples()
    {
        AssertEncodes(
            "(bytes,bool,uint256[])",
            ["dave"u8.ToArray(), true, AbiValue.List(1, 2, 3)],
            "60", "1", "a0", "4", "6461766500000000000000000000000000000000000000000000000000000000", "3", "1", "2", "3");
        AssertEncodes(
            "(uint256,uint32[],bytes10,bytes)",
            [0x123, AbiValue.List(0x456, 0x789), "1234567890"u8.ToArray(), "Hello, world!"u8.ToArray()],
            "123", "80", "3132333435363738393000000000000000000000000000000000000000000000", "e0", "2", "456", "789", "d",
            "48656c6c6f2c20776f726c642100000000000000000000000000000000000000");
        AssertEncodes(
            "(uint256[][],string[])",
            [AbiValue.List(AbiValue.List(1, 2), AbiValue.List(3)), AbiValue.List("one", "two", "three")],
            "40", "140", "2", "40", "a0", "2", "1", "2", "1", "3", "3", "60", "a0", "e0",
            "3", "6f6e650000000000000000000000000000000000000000000000000000000000",
            "3", "74776f0000000000000000000000000000000000000000000000000000000000",
            "5", "7468726565000000000000000000000000000000000000000000000000000000");
    }

    [Fact]
    public void Encode_putsAStaticTupleInline() =>
        AssertEncodes("((uint8,int8),bytes)", [AbiValue.List(1, -1), Array.Empty<byte>()], "1", new string('f', 64), "60", "0");

    [Fact]
    public void Decode_readsWhatEncodeWrites() =>
        Prop.ForAll(AbiGenerators.TypedValue.ToArbitrary(), pair =>
        {
            byte[] encoded = AbiCodec.Encode([pair.Type], pair.Value);
            return encoded.Length % 32 == 0
                && AbiCodec.TryDecode([pair.Type], encoded, out ImmutableArray<AbiValue> values, out _)
                && values.SequenceEqual([pair.Value])
                && pair.Value.GetHashCode() == values[0].GetHashCode();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Decode_refusesOrReadsTheOneEncodingIfAnyByteChanges() =>
        Prop.ForAll(AbiGenerators.TypedValue.ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), Gen.Choose(1, 255).ToArbitrary(), (pair, where, change) =>
        {
            byte[] encoded = AbiCodec.Encode([pair.Type], pair.Value);
            if (encoded.Length == 0)
            {
                return true;
            }

            encoded[where % encoded.Length] ^= (byte)change;
            return !AbiCodec.TryDecode([pair.Type], encoded, out ImmutableArray<AbiValue> values, out DecodeFault? fault)
                ? fault is not null
                : AbiCodec.Encode([pair.Type], values.AsSpan()).AsSpan().SequenceEqual(encoded);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Decode_refusesEveryTruncationAndEveryExtension() =>
        Prop.ForAll(AbiGenerators.TypedValue.ToArbitrary(), Gen.Choose(1, 64).ToArbitrary(), (pair, count) =>
        {
            byte[] encoded = AbiCodec.Encode([pair.Type], pair.Value);
            return !AbiCodec.TryDecode([pair.Type], encoded.AsSpan(0, Math.Max(0, encoded.Length - count)), out _, out _)
                && !AbiCodec.TryDecode([pair.Type], [.. encoded, .. new byte[count]], out _, out _);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Decode_neverThrowsOnAnyBytes() =>
        Prop.ForAll(AbiGenerators.Type(3).ToArbitrary(), Gen.Choose(0, 400).SelectMany(AbiGenerators.Bytes).ToArbitrary(), (type, bytes) =>
            AbiCodec.TryDecode([type], bytes, out _, out DecodeFault? fault) || fault.ToString().Length > 0).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("uint8", "0000000000000000000000000000000000000000000000000000000000000100")]
    [InlineData("int8", "0000000000000000000000000000000000000000000000000000000000000080")]
    [InlineData("int8", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("bool", "0000000000000000000000000000000000000000000000000000000000000002")]
    [InlineData("address", "0000000000000000000000010000000000000000000000000000000000000000")]
    [InlineData("bytes31", "0000000000000000000000000000000000000000000000000000000000000001")]
    [InlineData("string", "00000000000000000000000000000000000000000000000000000000000000200000000000000000000000000000000000000000000000000000000000000001ff00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("bytes", "00000000000000000000000000000000000000000000000000000000000000200000000000000000000000000000000000000000000000000000000000000001ff00000000000000000000000000000000000000000000000000000000000001")]
    [InlineData("bytes", "0000000000000000000000000000000000000000000000000000000000000040000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("bytes", "0000000000000000000000000000000000000000000000000000000000000020ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("uint8[]", "0000000000000000000000000000000000000000000000000000000000000020000000000000000000000000000000000000000000000000000000007fffffff")]
    [InlineData("bytes", "00000000000000000000000000000000000000000000000000000000000000210000000000000000000000000000000000000000000000000000000000000000")]
    public void Decode_refusesAValueOutsideItsType(string type, string data) =>
        Assert.False(AbiCodec.TryDecode([AbiType.Parse(type)], Convert.FromHexString(data), out _, out _));

    [Fact]
    public void Decode_refusesMoreThanItsLimits()
    {
        byte[] encoded = AbiCodec.Encode("(uint8[])", AbiValue.List([.. Enumerable.Range(0, 100).Select(i => (AbiValue)i)]));
        Assert.True(AbiCodec.TryDecode("(uint8[])", encoded, out _, out _, new AbiLimits { MaxValues = 101, MaxBytes = encoded.Length }));
        Assert.False(AbiCodec.TryDecode("(uint8[])", encoded, out _, out _, new AbiLimits { MaxValues = 100 }));
        Assert.False(AbiCodec.TryDecode("(uint8[])", encoded, out _, out _, new AbiLimits { MaxBytes = encoded.Length - 1 }));
    }

    [Fact]
    public void Encode_refusesAValueThatDoesNotFit()
    {
        (string Type, AbiValue Value)[] cases =
        [
            ("uint8", 256), ("uint8", -1), ("int8", 128), ("int8", -129), ("uint256", BigInteger.One << 256),
            ("address", Hash256.Zero), ("bool", 1), ("bytes4", new byte[3]), ("bytes", "text"), ("string", new byte[1]),
            ("string", "\ud800"), ("uint8[2]", AbiValue.List(1)), ("(uint8,bool)", AbiValue.List(1)), ("uint8[]", 1),
        ];
        foreach ((string type, AbiValue value) in cases)
        {
            Assert.Throws<ArgumentException>(() => AbiCodec.Encode([AbiType.Parse(type)], value));
        }

        Assert.Throws<ArgumentException>(() => AbiCodec.Encode("(uint8)", 1, 2));
    }

    [Fact]
    public void Values_readAsTheirKindOnly()
    {
        AbiValue number = 7;
        Assert.Equal(7u, number.AsUInt32());
        Assert.Equal(7ul, number.AsUInt64());
        Assert.Equal((byte)7, number.AsByte());
        Assert.Throws<InvalidOperationException>(() => number.AsAddress());
        Assert.Throws<InvalidOperationException>(() => number.Items);
        Assert.Throws<OverflowException>(() => ((AbiValue)(-1)).AsUInt64());
        Assert.Throws<InvalidOperationException>(() => ((AbiValue)new byte[31]).AsHash256());
        Assert.Equal("[1, true, \"a\\u001B\", 0x0102]", AbiValue.List(1, true, "a\u001b", new byte[] { 1, 2 }).ToString());
    }

    private static void AssertEncodes(string types, ReadOnlySpan<AbiValue> values, params string[] words)
    {
        string expected = string.Concat(words.Select(word => word.PadLeft(64, '0')));
        byte[] encoded = AbiCodec.Encode(types, values);
        Assert.Equal(expected, Convert.ToHexStringLower(encoded));
        Assert.True(AbiCodec.TryDecode(types, encoded, out ImmutableArray<AbiValue> decoded, out DecodeFault? fault), fault?.ToString());
        Assert.Equal(values.ToArray(), decoded);
    }
}
