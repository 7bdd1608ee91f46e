using System.Collections.Immutable;
using Ait.Chain;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Protocol.Tests;

public sealed class TrainingWorkloadTests
{
    [Fact]
    public void TryParse_readsBackWhatToBytesWrote()
    {
        Workload workload = Samples.TrainingWorkload();

        Assert.True(Workload.TryParse(workload.ToBytes(), out Workload? read, out _));
        Assert.Equal(workload, read);
        Assert.Equal(WorkloadType.Training, read.Type);
        Assert.Equal(workload.ToBytes(), read.ToBytes());
        Assert.NotNull(read.Training);
        Assert.Equal(workload.Training!.Recipe, read.Training.Recipe); // Samples make workloads of training.
        Assert.Equal(workload.Training.Parent, read.Training.Parent);
    }

    [Fact]
    public void ChargedTokens_areThoseOfEveryStep() => Assert.Equal(20 * 2048, Samples.TrainingWorkload(steps: 20, tokensPerStep: 2048).ChargedTokens);

    [Fact]
    public void Hash_changesWithEveryField()
    {
        Workload[] all =
        [
            Samples.TrainingWorkload(),
            Samples.TrainingWorkload(firstStep: 41),
            Samples.TrainingWorkload(steps: 21),
            Samples.TrainingWorkload(tokensPerStep: 2049),
            Samples.TrainingWorkload(parent: Samples.Hash("another")),
            Samples.TrainingWorkload(recipe: [1, 2, 4]),
            Samples.Workload(),
        ];

        Assert.Equal(all.Length, all.Select(workload => workload.Hash).Distinct().Count());
    }

    [Fact]
    public void TryParse_refusesEveryPrefixAndTrailingBytes()
    {
        byte[] bytes = Samples.TrainingWorkload().ToBytes();
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.False(Workload.TryParse(bytes.AsSpan(0, length), out _, out ProtocolRefusal? refusal));
            Assert.Equal(ProtocolRefusalCode.Truncated, refusal.Code);
        }

        Assert.False(Workload.TryParse([.. bytes, 0], out _, out ProtocolRefusal? trailing));
        Assert.Equal(ProtocolRefusalCode.TrailingBytes, trailing.Code);
    }

    [Theory]
    [InlineData(-1, 20, 2048)]
    [InlineData(10_000_001, 20, 2048)]
    [InlineData(40, 0, 2048)]
    [InlineData(40, TrainingTerms.MaxSteps + 1, 2048)]
    [InlineData(40, 20, 0)]
    [InlineData(40, 20, TrainingTerms.MaxTokensPerStep + 1)]
    public void Terms_refuseNumbersBeyondTheirLimits(int firstStep, int steps, int tokensPerStep)
    {
        ArgumentException fault = Assert.Throws<ArgumentException>(() => Samples.TrainingWorkload(firstStep: firstStep, steps: steps, tokensPerStep: tokensPerStep));
        Assert.Contains(nameof(ProtocolRefusalCode.OutOfRange), fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Terms_refuseAParentAtTheBeginningAndNoneLater()
    {
        Assert.Throws<ArgumentException>(() => Samples.TrainingWorkload(firstStep: 0));
        Assert.Throws<ArgumentException>(() => Samples.TrainingWorkload(parent: default(Hash256)));
        Assert.Equal(0, Samples.TrainingWorkload(firstStep: 0, parent: default(Hash256)).Training!.FirstStep); // As above.
    }

    [Fact]
    public void Terms_refuseARecipeOfNoBytesOrTooMany()
    {
        Assert.Throws<ArgumentException>(() => Samples.TrainingWorkload(recipe: ImmutableArray<byte>.Empty));
        Assert.Throws<ArgumentException>(() => Samples.TrainingWorkload(recipe: [.. new byte[TrainingTerms.MaxRecipeSize + 1]]));
    }

    [Fact]
    public void TryParse_neverThrows() => Prop.ForAll(ArbMap.Default.ArbFor<(int At, byte Value)>(), change =>
    {
        byte[] bytes = Samples.TrainingWorkload().ToBytes();
        bytes[(int)((uint)change.At % bytes.Length)] = change.Value;
        return !Workload.TryParse(bytes, out Workload? read, out _) || read.ToBytes().SequenceEqual(bytes);
    }).QuickCheckThrowOnFailure();
}
