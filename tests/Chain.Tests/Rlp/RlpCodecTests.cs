using System.Numerics;
using System.Text;

using Ait.Chain.Rlp;

using FsCheck;
using FsCheck.Fluent;

namespace Ait.Chain.Tests.Rlp;

/// <summary>Examples are those of the RLP page of the Ethereum documentation and of the Yellow Paper, appendix B.</summary>
public sealed class RlpCodecTests
{
    private static readonly Gen<RlpItem> s_item = Item(3);

    public static TheoryData<string, RlpItem> Examples() => new()
    {
        { "83646f67", "dog"u8.ToArray() },
        { "c88363617483646f67", RlpItem.List("cat"u8.ToArray(), "dog"u8.ToArray()) },
        { "80", Array.Empty<byte>() },
        { "c0", RlpItem.List() },
        { "80", 0UL },
        { "00", new byte[] { 0 } },
        { "0f", 15UL },
        { "7f", 127UL },
        { "8180", 128UL },
        { "820400", 1024UL },
        { "c7c0c1c0c3c0c1c0", RlpItem.List(RlpItem.List(), RlpItem.List(RlpItem.List()), RlpItem.List(RlpItem.List(), RlpItem.List(RlpItem.List()))) },
        {
            "b8384c6f72656d20697073756d20646f6c6f722073697420616d65742c20636f6e7365637465747572206164697069736963696e6720656c6974",
            Encoding.ASCII.GetBytes("Lorem ipsum dolor sit amet, consectetur adipisicing elit")
        },
        { "a0" + new string('f', 64), (BigInteger.One << 256) - 1 },
    };

    [Theory]
    [MemberData(nameof(Examples))]
    public void Encode_equalsThePublishedExample(string encoded, RlpItem item)
    {
        Assert.Equal(encoded, Convert.ToHexStringLower(RlpCodec.Encode(item)));
        Assert.True(RlpCodec.TryDecode(Convert.FromHexString(encoded), out RlpItem? decoded, out _));
        Assert.Equal(item, decoded);
    }

    [Theory]
    [InlineData(55, "b7")]
    [InlineData(56, "b838")]
    [InlineData(255, "b8ff")]
    [InlineData(256, "b90100")]
    [InlineData(65535, "b9ffff")]
    [InlineData(65536, "ba010000")]
    public void Encode_usesTheShortestLength(int length, string prefix)
    {
        byte[] encoded = RlpCodec.Encode(new byte[length]);
        Assert.Equal(prefix, Convert.ToHexStringLower(encoded.AsSpan(0, encoded.Length - length)));
        Assert.True(RlpCodec.TryDecode(encoded, out RlpItem? item, out _));
        Assert.Equal(length, item.Bytes.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("8100")] // a byte below 0x80 behind a length
    [InlineData("817f")]
    [InlineData("81")] // content missing
    [InlineData("b800")] // long form of a short length
    [InlineData("b837")]
    [InlineData("b90038")] // leading zero
    [InlineData("b8")]
    [InlineData("bb80000000")] // length above the range
    [InlineData("bbffffffff")]
    [InlineData("bfffffffffffffffff")] // 2^64 - 1 bytes
    [InlineData("ffffffffffffffffff")]
    [InlineData("f800")]
    [InlineData("c1")]
    [InlineData("c281")] // content ends inside an item
    [InlineData("c18180")] // an item ends outside its list
    [InlineData("8080")] // trailing bytes
    [InlineData("c000")]
    public void TryDecode_refusesAnythingElse(string data)
    {
        Assert.False(RlpCodec.TryDecode(Convert.FromHexString(data), out RlpItem? item, out DecodeFault? fault));
        Assert.Null(item);
        Assert.NotEmpty(fault.ToString());
    }

    [Fact]
    public void TryDecode_refusesMoreThanItsLimits()
    {
        byte[] nested = RlpCodec.Encode(RlpItem.List(RlpItem.List(RlpItem.List())));
        Assert.True(RlpCodec.TryDecode(nested, out _, out _, new RlpLimits { MaxDepth = 2, MaxItems = 3, MaxBytes = 3 }));
        Assert.False(RlpCodec.TryDecode(nested, out _, out _, new RlpLimits { MaxDepth = 1 }));
        Assert.False(RlpCodec.TryDecode(nested, out _, out _, new RlpLimits { MaxItems = 2 }));
        Assert.False(RlpCodec.TryDecode(nested, out _, out _, new RlpLimits { MaxBytes = 2 }));
    }

    [Fact]
    public void TryDecode_readsWhatEncodeWrites() =>
        Prop.ForAll(s_item.ToArbitrary(), item => RlpCodec.TryDecode(RlpCodec.Encode(item), out RlpItem? decoded, out _) && item.Equals(decoded)).QuickCheckThrowOnFailure();

    [Fact]
    public void TryDecode_acceptsOnlyWhatIsWrittenBack() =>
        Prop.ForAll(s_item.ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), Gen.Choose(1, 255).ToArbitrary(), (item, where, change) =>
        {
            byte[] data = RlpCodec.Encode(item);
            data[where % data.Length] ^= (byte)change;
            return !RlpCodec.TryDecode(data, out RlpItem? decoded, out _) || RlpCodec.Encode(decoded).AsSpan().SequenceEqual(data);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void TryDecode_neverThrowsOnAnyBytes() =>
        Prop.ForAll<byte[]>(data => RlpCodec.TryDecode(data, out _, out DecodeFault? fault) || fault is not null).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void TryReadInteger_refusesLeadingZeros()
    {
        Assert.False(((RlpItem)new byte[] { 0, 1 }).TryReadUInt64(out _));
        Assert.False(((RlpItem)new byte[] { 0 }).TryReadUInt64(out _));
        Assert.False(((RlpItem)(BigInteger.One << 64)).TryReadUInt64(out _));
        Assert.False(RlpItem.List().TryReadUInt64(out _));
        Assert.True(((RlpItem)ulong.MaxValue).TryReadUInt64(out ulong value));
        Assert.Equal(ulong.MaxValue, value);
    }

    private static Gen<RlpItem> Item(int depth)
    {
        Gen<RlpItem> bytes = Gen.Choose(0, 70).SelectMany(n => Gen.ListOf(Gen.Choose(0, 255), n)).Select(list => (RlpItem)list.Select(b => (byte)b).ToArray());
        return depth == 0 ? bytes : Gen.OneOf(bytes, Gen.Choose(0, 4).SelectMany(n => Gen.ListOf(Item(depth - 1), n)).Select(items => RlpItem.List([.. items])));
    }
}
