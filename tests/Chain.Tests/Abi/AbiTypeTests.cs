using Ait.Chain.Abi;

using FsCheck;
using FsCheck.Fluent;

namespace Ait.Chain.Tests.Abi;

public sealed class AbiTypeTests
{
    [Theory]
    [InlineData("uint256", "uint256", false)]
    [InlineData("uint", "uint256", false)]
    [InlineData("int", "int256", false)]
    [InlineData("int8", "int8", false)]
    [InlineData("bytes1", "bytes1", false)]
    [InlineData("bytes32[2]", "bytes32[2]", false)]
    [InlineData("bytes", "bytes", true)]
    [InlineData("string[3]", "string[3]", true)]
    [InlineData("address[][2][]", "address[][2][]", true)]
    [InlineData("(bool,(uint,int64)[2])", "(bool,(uint256,int64)[2])", false)]
    [InlineData("(bytes32,uint64)[]", "(bytes32,uint64)[]", true)]
    public void Parse_readsTheCanonicalName(string text, string name, bool isDynamic)
    {
        AbiType type = AbiType.Parse(text);
        Assert.Equal(name, type.Name);
        Assert.Equal(isDynamic, type.IsDynamic);
        Assert.Equal(type, AbiType.Parse(name));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("()")]
    [InlineData("uint7")]
    [InlineData("uint264")]
    [InlineData("uint08")]
    [InlineData("uint0")]
    [InlineData("bytes0")]
    [InlineData("bytes33")]
    [InlineData("uint8[0]")]
    [InlineData("uint8[-1]")]
    [InlineData("uint8[01]")]
    [InlineData("uint8[")]
    [InlineData("uint8]")]
    [InlineData("uint8[]]")]
    [InlineData("(uint8")]
    [InlineData("uint8)")]
    [InlineData("(uint8,)")]
    [InlineData("(,uint8)")]
    [InlineData("uint8,uint8")]
    [InlineData("uint8 ")]
    [InlineData("Uint8")]
    [InlineData("function")]
    [InlineData("uint8[16777216][16777216]")]
    [InlineData("uint8[99999999999999999999]")]
    [InlineData("((((((((((((((((((uint8))))))))))))))))))")]
    [InlineData("uint8[][][][][][][][][][][][][][][][][][]")]
    public void TryParse_refusesAnythingElse(string? text)
    {
        Assert.False(AbiType.TryParse(text, out _));
        if (text is not null)
        {
            Assert.Throws<FormatException>(() => AbiType.Parse(text));
        }
    }

    [Fact]
    public void TryParse_refusesATextThatIsTooLong() =>
        Assert.False(AbiType.TryParse($"({string.Join(',', Enumerable.Repeat("uint256", 2000))})", out _));

    [Fact]
    public void TryParse_neverThrows() =>
        Prop.ForAll(Gen.Elements("(", ")", ",", "[", "]", "uint", "int", "8", "256", "bytes", "address", "0").ListOf().ToArbitrary(), parts =>
        {
            string text = string.Concat(parts);
            return !AbiType.TryParse(text, out AbiType? type) || AbiType.Parse(type.Name).Equals(type);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void ParseList_readsTheEmptyList() => Assert.Empty(AbiType.ParseList("()"));

    [Fact]
    public void ParseList_refusesASingleType() => Assert.Throws<FormatException>(() => AbiType.ParseList("uint256"));
}
