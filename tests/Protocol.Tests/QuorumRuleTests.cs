using FsCheck;
using FsCheck.Fluent;

namespace Ait.Protocol.Tests;

public sealed class QuorumRuleTests
{
    [Theory]
    [InlineData(3, 2)]
    [InlineData(5, 3)]
    [InlineData(7, 4)]
    public void Required_isAStrictMajorityOfTheSeats(int seats, int required)
    {
        Assert.Equal(required, QuorumRule.Required(seats));
        Assert.True(required * 2 > seats);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Required_refusesOtherNumbersOfSeats(int seats) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => QuorumRule.Required(seats));

    [Fact]
    public void Decide_agreesOnTwoOfThree()
    {
        Agreement? agreement = Decide("a", "b", "a");

        Assert.NotNull(agreement);
        Assert.Equal(Samples.Hash("a"), agreement.ResultHash);
        Assert.Equal(2, agreement.Matching.Length);
        Assert.Equal(Samples.Hash("b"), Assert.Single(agreement.Minority).Statement.ResultHash);
    }

    [Fact]
    public void Decide_countsSilenceAgainst()
    {
        Assert.NotNull(Decide("a", "a"));
        Assert.Null(Decide("a"));
        Assert.Null(Decide());
    }

    [Fact]
    public void Decide_doesNotAgreeOnThreeDifferentResults() => Assert.Null(Decide("a", "b", "c"));

    [Fact]
    public void Decide_refusesTwoAttestationsOfOneDevice() =>
        Assert.Throws<ArgumentException>(() => QuorumRule.Decide(
            Samples.Statement().TaskId,
            Samples.Statement().WorkloadHash,
            3,
            [Samples.Attestation("gpu 0"), Samples.Attestation("gpu 0")]));

    [Fact]
    public void Decide_refusesAnAttestationOfAnotherTaskOrWorkload()
    {
        Assert.Throws<ArgumentException>(() => QuorumRule.Decide(Samples.Hash("other"), Samples.Statement().WorkloadHash, 3, [Samples.Attestation()]));
        Assert.Throws<ArgumentException>(() => QuorumRule.Decide(Samples.Statement().TaskId, Samples.Hash("other"), 3, [Samples.Attestation()]));
    }

    [Fact]
    public void Decide_doesNotDependOnTheOrder() => Prop.ForAll(
        Gen.Elements("a", "b", "c").ListOf(5).ToArbitrary(),
        Gen.Shuffle(new[] { 0, 1, 2, 3, 4 }).ToArbitrary(),
        (results, order) =>
        {
            WorkAttestation[] attestations = [.. results.Select((result, i) => Samples.Attestation($"gpu {i}", result))];
            Agreement? straight = Decide(5, attestations);
            Agreement? shuffled = Decide(5, [.. order.Select(i => attestations[i])]);
            return straight?.ResultHash == shuffled?.ResultHash
                && (straight?.Matching.Select(a => a.Statement) ?? []).SequenceEqual(shuffled?.Matching.Select(a => a.Statement) ?? []);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    private static Agreement? Decide(params string[] results) => Decide(3, [.. results.Select((result, i) => Samples.Attestation($"gpu {i}", result))]);

    private static Agreement? Decide(int seats, WorkAttestation[] attestations) =>
        QuorumRule.Decide(Samples.Statement().TaskId, Samples.Statement().WorkloadHash, seats, attestations);
}
