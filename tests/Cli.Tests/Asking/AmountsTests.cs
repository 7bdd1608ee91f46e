using System.Numerics;
using Ait.Cli.Asking;
using Ait.Cli.Surroundings;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Cli.Tests.Asking;

public sealed class AmountsTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("1", "1000000000000000000")]
    [InlineData("1.5", "1500000000000000000")]
    [InlineData("0.000000000000000001", "1")]
    [InlineData("12.30", "12300000000000000000")]
    public void Parse_isExact(string text, string wei) => Assert.Equal(BigInteger.Parse(wei, null), Amounts.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("-1")]
    [InlineData("1e3")]
    [InlineData("1,5")]
    [InlineData("0.0000000000000000001")]
    [InlineData("1.2.3")]
    public void Parse_refusesWhatIsNoAmount(string text) => Assert.Throws<SurroundingsException>(() => Amounts.Parse(text));

    [Fact]
    public void Text_isWhatParseReads() =>
        Prop.ForAll(ArbMap.Default.ArbFor<ulong>(), value => Amounts.Parse(Amounts.Text(value)) == value).QuickCheckThrowOnFailure();
}
