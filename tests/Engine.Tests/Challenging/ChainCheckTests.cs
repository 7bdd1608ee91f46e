namespace Ait.Engine.Tests.Challenging;

public sealed class ChainCheckTests
{
    private static readonly ChallengeTerms Terms = new(3, 256, 32, 12);
    private static readonly Digest Seed = Digest.Of("a block's hash"u8);
    private static readonly Digest Coins = Digest.Of("what the verifier drew"u8);
    private static readonly ClassChain Honest = ClassChainTests.Run(Terms, Seed);

    [Fact]
    public void TryVerify_passesEveryPlaceOfAnHonestChain()
    {
        ChainCheck check = Read(Honest);
        for (int step = 0; step < Terms.Steps; step++)
        {
            for (int group = 0; group < Terms.Rows / 16; group++)
            {
                var place = new ChainPlace(step, group);
                Assert.True(check.TryVerify(place, Honest.Open(place), Coins, out EngineRefusal? refusal), $"{refusal}");
            }
        }
    }

    [Fact]
    public void TryVerify_refusesEveryOneBitLieThatItsAnswerCommitsTo()
    {
        // The highest bits are the hardest modulo 2^64: a difference of 2^31 leaves 33 bits of the projection to differ.
        for (int bit = 0; bit < 32; bit++)
        {
            using var liar = new SpecChain(new ChallengeTerms(1, 256, 16, 1), Seed) { Lie = (0, 9, 200, bit) };
            var terms = new ChallengeTerms(1, 256, 16, 1);
            ClassChain chain = ClassChain.Run(terms, Seed, liar, CancellationToken.None);
            Assert.True(ChainCheck.TryRead(terms, Seed, chain.Answer, chain.Roots.Span, out ChainCheck? check, out _));
            byte[] opening = chain.Open(new ChainPlace(0, 0));
            int at = 32 + (((9 * 256) + 200) * sizeof(int)) + (bit / 8);
            opening[at] ^= (byte)(1 << (bit % 8));
            Assert.False(check.TryVerify(new ChainPlace(0, 0), opening, Coins, out EngineRefusal? refusal));
            Assert.Equal(EngineRefusalCode.ChainProductWrong, refusal.Code);
        }
    }

    [Fact]
    public void TryVerify_refusesProductsThatWereNotCommitted()
    {
        ChainCheck check = Read(Honest);
        var place = new ChainPlace(4, 1);
        byte[] products = Honest.Open(place);
        products[^1] ^= 1;
        Assert.False(check.TryVerify(place, products, Coins, out EngineRefusal? refusal));
        Assert.Equal(EngineRefusalCode.ChainOpeningWrong, refusal.Code);
        byte[] leaves = Honest.Open(place);
        leaves[0] ^= 1;
        Assert.False(check.TryVerify(place, leaves, Coins, out refusal));
        Assert.Equal(EngineRefusalCode.ChainOpeningWrong, refusal.Code);
        Assert.False(check.TryVerify(place, Honest.Open(new ChainPlace(4, 0)), Coins, out refusal));
        Assert.Equal(EngineRefusalCode.ChainOpeningWrong, refusal.Code);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(12, 0)]
    [InlineData(0, -1)]
    [InlineData(0, 2)]
    public void TryVerify_refusesPlacesThatDoNotExist(int step, int group)
    {
        var place = new ChainPlace(step, group);
        Assert.False(Read(Honest).TryVerify(place, Honest.Open(default), Coins, out EngineRefusal? refusal));
        Assert.Equal(EngineRefusalCode.ChainOpeningWrong, refusal.Code);
        Assert.Throws<ArgumentOutOfRangeException>(() => Honest.Open(place));
    }

    [Fact]
    public void TryVerify_refusesOtherLengths()
    {
        byte[] opening = Honest.Open(default);
        Assert.Equal(Terms.OpeningBytes, opening.Length);
        Assert.False(Read(Honest).TryVerify(default, opening.AsSpan(1), Coins, out EngineRefusal? refusal));
        Assert.Equal(EngineRefusalCode.Truncated, refusal.Code);
        Assert.False(Read(Honest).TryVerify(default, [.. opening, 0], Coins, out refusal));
        Assert.Equal(EngineRefusalCode.TrailingBytes, refusal.Code);
    }

    [Fact]
    public void TryRead_refusesRootsThatLeadToAnotherAnswer()
    {
        for (int step = 0; step < Terms.Steps; step++)
        {
            byte[] roots = Honest.Roots.ToArray();
            roots[(step * 32) + step] ^= 0x80;
            Assert.False(ChainCheck.TryRead(Terms, Seed, Honest.Answer, roots, out _, out EngineRefusal? wrong));
            Assert.Equal(EngineRefusalCode.ChainAnswerWrong, wrong.Code);
        }

        Assert.False(ChainCheck.TryRead(Terms, Digest.Of("another seed"u8), Honest.Answer, Honest.Roots.Span, out _, out EngineRefusal? refusal));
        Assert.Equal(EngineRefusalCode.ChainAnswerWrong, refusal.Code);
        Assert.False(ChainCheck.TryRead(Terms with { Tiles = 2 }, Seed, Honest.Answer, Honest.Roots.Span, out _, out refusal));
        Assert.Equal(EngineRefusalCode.ChainAnswerWrong, refusal.Code);
    }

    [Fact]
    public void TryRead_refusesOtherLengthsAndTerms()
    {
        Assert.False(ChainCheck.TryRead(Terms, Seed, Honest.Answer, Honest.Roots.Span[1..], out _, out EngineRefusal? refusal));
        Assert.Equal(EngineRefusalCode.Truncated, refusal.Code);
        Assert.False(ChainCheck.TryRead(Terms, Seed, Honest.Answer, [.. Honest.Roots.Span, 0], out _, out refusal));
        Assert.Equal(EngineRefusalCode.TrailingBytes, refusal.Code);
        Assert.False(ChainCheck.TryRead(Terms with { Rows = 1 }, Seed, Honest.Answer, Honest.Roots.Span, out _, out refusal));
        Assert.Equal(EngineRefusalCode.ChallengeTermsOutOfRange, refusal.Code);
    }

    [Fact]
    public void Draw_coversAllPlacesAndFollowsTheCoins()
    {
        ChainCheck check = Read(Honest);
        Assert.Equal(check.Draw(Coins, 16), check.Draw(Coins, 16));
        Assert.NotEqual(check.Draw(Coins, 16), check.Draw(Seed, 16));
        Assert.All(check.Draw(Coins, 500), place => Assert.True(place.IsIn(Terms)));
        Assert.Equal(24, check.Draw(Coins, 500).Distinct().Count());
    }

    [Fact]
    public void Places_catchAMachineThatLeavesHalfOfTheStepsOut()
    {
        // Half of 64 steps: 16 places miss them all with a probability of 2^-16; these coins do not.
        var terms = new ChallengeTerms(1, 256, 16, 64);
        using var idle = new IdleChain(terms, Seed);
        ClassChain chain = ClassChain.Run(terms, Seed, idle, CancellationToken.None);
        Assert.True(ChainCheck.TryRead(terms, Seed, chain.Answer, chain.Roots.Span, out ChainCheck? check, out _));
        Assert.Contains(check.Draw(Coins, 16), place => !check.TryVerify(place, chain.Open(place), Coins, out _));
    }

    private static ChainCheck Read(ClassChain chain)
    {
        Assert.True(ChainCheck.TryRead(chain.Terms, chain.Seed, chain.Answer, chain.Roots.Span, out ChainCheck? check, out EngineRefusal? refusal), $"{refusal}");
        return check;
    }
}
