using System.Numerics;
using Ait.Adversaries.Cheating;

namespace Ait.Adversaries.Tests;

/// <summary>Every dishonest participant against the deployed contracts, beside its honest twin.</summary>
[Collection(nameof(PlayedWorld))]
public sealed class AdversaryTests(PlayedWorld played)
{
    public static TheoryData<string> Names() => [.. Bots.All.Select(bot => bot.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Bot_earnsNoMoreThanItsHonestTwin(string bot)
    {
        Outcome outcome = await played.OutcomeAsync(bot);
        Assert.True(outcome.Profit <= 0, $"{bot} earned {Amount.Text(outcome.Earned)}, lost {Amount.Text(outcome.Cost)}, its twin earned {Amount.Text(outcome.Honest)}");
        Assert.True(outcome.Gas > 0, $"{bot} sent nothing");
    }

    [Theory]
    [InlineData("copycat", "NotDeviceOperator", "CommitmentMismatch", "CommitmentsClosed", "ClaimNotSubmitted")]
    [InlineData("lazy", "ResultNotAgreed")]
    [InlineData("slow", "DurationOutOfBounds")]
    [InlineData("overlapping", "ClaimTooEarly", "DeferredUntil")]
    [InlineData("sybil", "ResultNotAgreed")]
    [InlineData("relay", "ReportDataMismatch", "EvidenceReused", "DeviceAlreadyRegistered", "DeviceIsRevoked", "ClaimTooEarly")]
    [InlineData("key thief", "WorkAttestationSignatureInvalid", "EnclaveKeyInUse", "DeviceIsRevoked")]
    [InlineData("ghost", "ClaimTooEarly", "TaskSettled", "SecretWasRevealed")]
    [InlineData("griefing buyer", "RedemptionTooSmall", "WorkloadNotOpen", "MoveTooEarly", "CreditInsufficient")]
    [InlineData("filler coordinator", "SubsidyExhausted")]
    [InlineData("wash redeemer", "RateOutOfBounds")]
    public async Task Bot_isRefusedByName(string bot, params string[] errors) => Assert.Equal(errors, (await played.OutcomeAsync(bot)).RefusedWith);

    [Fact]
    public async Task Lazy_isPaidNothingAndLosesTheWholePenaltyToOneCanary()
    {
        Outcome outcome = await played.OutcomeAsync("lazy");
        Assert.Equal((BigInteger.Zero, 100 * World.Unit), (outcome.Earned, outcome.Cost));
    }

    [Fact]
    public async Task Copycat_isPaidNothing() => Assert.Equal(BigInteger.Zero, (await played.OutcomeAsync("copycat")).Earned);

    [Fact]
    public async Task FrontRunner_earnsASeatAndNoMoreForWorkItDidNotDo()
    {
        Outcome outcome = await played.OutcomeAsync("front-runner");
        Assert.Equal((outcome.Honest, outcome.Honest), (outcome.Earned, outcome.Spared));
    }

    [Fact]
    public async Task GriefingBuyer_burnsWhatItsTwinBurns()
    {
        Outcome outcome = await played.OutcomeAsync("griefing buyer");
        Assert.Equal((50 * World.Unit, -50 * World.Unit), (outcome.Cost, outcome.Honest));
    }

    [Fact]
    public async Task Slow_earnsAFractionOfItsTwin()
    {
        Outcome outcome = await played.OutcomeAsync("slow");
        Assert.Equal(World.PayOf(World.ClassRate), outcome.Honest);
        Assert.InRange(outcome.Earned, BigInteger.One, outcome.Honest / 20);
    }

    [Fact]
    public async Task Overlapping_earnsAtMostATwentiethAboveItsClass() =>
        Assert.InRange((await played.OutcomeAsync("overlapping")).Earned, World.PayOf(World.ClassRate), World.PayOf(World.ClassRate) * 105 / 100);

    [Fact]
    public async Task Sybil_losesMoreThanTheWorkItSparesIfBondsAreUpAndCanariesPlanted()
    {
        Outcome outcome = await played.OutcomeAsync("sybil");
        Assert.True(outcome.Spared > 0, "no quorum was won: this shows nothing");
        Assert.True(outcome.Profit + outcome.Spared < 0);
    }

    [Fact]
    public async Task FillerCoordinator_losesByThrowingDrawsAway() => Assert.True((await played.OutcomeAsync("filler coordinator")).Profit < 0);

    [Fact]
    public async Task WashRedeemer_losesAtEveryAdmittedRate() => Assert.True((await played.OutcomeAsync("wash redeemer")).Profit < 0);

    [Fact]
    public async Task Tell_saysThatABotWonAndInWhichCurrency()
    {
        PlayedWorld.Require();
        using var output = new StringWriter();
        Assert.False(await Ledger.TellAsync(played.World, [new LuckyBot()], isJson: false, output, TextWriter.Null, TestContext.Current.CancellationToken));
        Assert.Contains("0.000001", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("AIT", output.ToString(), StringComparison.Ordinal);
        Assert.EndsWith($"1 played, cheating profits: lucky{Environment.NewLine}", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--bot wants the name of a bot, found `nobody`.", "--bot", "nobody")]
    [InlineData("--bot wants the name of a bot, found nothing.", "--bot")]
    [InlineData("`--twice` is no option.", "--json", "--twice")]
    public void TryRead_refusesWhatItDoesNotKnow(string expected, params string[] arguments)
    {
        Assert.False(AdversaryArguments.TryRead(arguments, out _, out string refusal));
        Assert.Equal(expected, refusal);
    }

    [Fact]
    public void TryRead_takesOneBotByItsName()
    {
        Assert.True(AdversaryArguments.TryRead(["--json", "--bot", new SlowBot().Name], out AdversaryArguments arguments, out _));
        Assert.Equal(new AdversaryArguments(true, false, "slow"), arguments);
    }

    /// <summary>Has one wei more than its twin.</summary>
    private sealed class LuckyBot : Bot
    {
        internal override string Name => "lucky";

        internal override string Attempt => "nothing";

        internal override string Twin => "somebody with less luck";

        internal override string Defence => "nothing";

        internal override Task<Outcome> PlayAsync(World world, CancellationToken cancellation) => Task.FromResult(new Outcome([], Earned: 2, Cost: 0, Honest: 1, Spared: 0, Gas: 0, []));
    }
}
