using System.Numerics;
using Ait.Cli.Exchanging;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Cli.Tests.Exchanging;

/// <summary>The pool's arithmetic against what it promises: the product never falls, and buying is selling backwards.</summary>
public sealed class PoolPriceTests
{
    private static readonly Arbitrary<(BigInteger, BigInteger, BigInteger)> s_trades =
        ArbMap.Default.GeneratorFor<(uint, uint, uint)>()
            .Select(drawn => ((BigInteger)drawn.Item1 + 1, (((BigInteger)drawn.Item2) << 20) + 1000, (((BigInteger)drawn.Item3) << 20) + 1000)).ToArbitrary();

    [Fact]
    public void Bought_neverLowersTheProductOfTheReserves() => Prop.ForAll(s_trades, trade =>
    {
        (BigInteger sold, BigInteger reserveSold, BigInteger reserveBought) = trade;
        BigInteger bought = PoolPrice.Bought(sold, reserveSold, reserveBought);
        return bought < reserveBought && (reserveSold + sold) * (reserveBought - bought) >= reserveSold * reserveBought;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Sold_isTheLeastThatBuysSoMuch() => Prop.ForAll(s_trades, trade =>
    {
        (BigInteger wanted, BigInteger reserveSold, BigInteger reserveBought) = trade;
        return PoolPrice.Sold(wanted, reserveSold, reserveBought) is not BigInteger sold
            ? wanted >= reserveBought
            : PoolPrice.Bought(sold, reserveSold, reserveBought) >= wanted && PoolPrice.Bought(sold - 2, reserveSold, reserveBought) <= wanted;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(10_000, 50, 9_950)]
    [InlineData(1, 50, 0)]
    [InlineData(10_000, 0, 10_000)]
    public void AtLeast_roundsAgainstTheHolder(int bought, int basisPoints, int expected) => Assert.Equal(expected, PoolPrice.AtLeast(bought, basisPoints));

    [Theory]
    [InlineData(10_000, 50, 10_050)]
    [InlineData(1, 50, 2)]
    [InlineData(10_000, 0, 10_000)]
    public void AtMost_roundsUp(int sold, int basisPoints, int expected) => Assert.Equal(expected, PoolPrice.AtMost(sold, basisPoints));

    [Fact]
    public void Impact_ofASmallTradeIsTheFee() => Assert.InRange(PoolPrice.Impact(1_000_000, PoolPrice.Bought(1_000_000, 1_000_000_000_000, 1_000_000_000_000), 1_000_000_000_000, 1_000_000_000_000), 29, 31);
}
