using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Protocol.Tests;

public sealed class WorkloadTests
{
    [Fact]
    public void TryParse_readsBackWhatToBytesWrote()
    {
        Workload workload = Samples.Workload(sampling: new SamplingParameters(700, 40, 950_000), seed: 42);

        Assert.True(Workload.TryParse(workload.ToBytes(), out Workload? read, out _));
        Assert.Equal(workload, read);
        Assert.Equal(workload.Prompt, read.Prompt);
        Assert.Equal(workload.Sampling, read.Sampling);
        Assert.Equal(workload.ToBytes(), read.ToBytes());
    }

    [Fact]
    public void Hash_changesWithEveryField()
    {
        SamplingParameters sampled = new(700, 40, 950_000);
        Workload[] all =
        [
            Samples.Workload(),
            Samples.Workload(prompt: "2 + 3 ="),
            Samples.Workload(maxNewTokens: 17),
            Samples.Workload(stopTokens: []),
            Samples.Workload(sampling: sampled),
            Samples.Workload(sampling: sampled, seed: 1),
            Samples.Workload(sampling: sampled with { TopK = 41 }),
            Samples.Workload(sampling: sampled with { TopPPpm = 950_001 }),
            Samples.Workload(sampling: sampled with { TemperatureMilli = 701 }),
        ];

        Assert.Equal(all.Length, all.Select(workload => workload.Hash).Distinct().Count());
    }

    [Theory]
    [InlineData(0, ProtocolRefusalCode.WrongMagic)]
    [InlineData(4, ProtocolRefusalCode.WrongMagic)]
    [InlineData(6, ProtocolRefusalCode.OutOfRange)]
    public void TryParse_refusesIfAnEarlyByteIsFlipped(int offset, ProtocolRefusalCode expected)
    {
        byte[] bytes = Samples.Workload().ToBytes();
        bytes[offset] ^= 0xff;

        Assert.False(Workload.TryParse(bytes, out _, out ProtocolRefusal? refusal));
        Assert.Equal(expected, refusal.Code);
    }

    [Fact]
    public void TryParse_refusesTrailingBytes()
    {
        byte[] bytes = [.. Samples.Workload().ToBytes(), 0];

        Assert.False(Workload.TryParse(bytes, out _, out ProtocolRefusal? refusal));
        Assert.Equal(ProtocolRefusalCode.TrailingBytes, refusal.Code);
    }

    [Fact]
    public void TryParse_refusesEveryPrefix()
    {
        byte[] bytes = Samples.Workload().ToBytes();
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.False(Workload.TryParse(bytes.AsSpan(0, length), out _, out ProtocolRefusal? refusal));
            Assert.Equal(ProtocolRefusalCode.Truncated, refusal.Code);
        }
    }

    [Fact]
    public void TryParse_refusesASecondEncodingOfGreedyDecoding()
    {
        byte[] bytes = Samples.Workload().ToBytes();
        int seed = 4 + 1 + 2 + 1 + "X8v0".Length + 32;
        bytes[seed + 7] = 1;

        Assert.False(Workload.TryParse(bytes, out _, out ProtocolRefusal? refusal));
        Assert.Equal(ProtocolRefusalCode.NotCanonical, refusal.Code);
    }

    [Fact]
    public void TryParse_refusesAHugeTokenCountWithoutReadingIt()
    {
        byte[] bytes = Samples.Workload(prompt: "x", stopTokens: []).ToBytes();
        bytes.AsSpan(bytes.Length - 8, 4).Fill(0xff);

        Assert.False(Workload.TryParse(bytes, out _, out ProtocolRefusal? refusal));
        Assert.Equal(ProtocolRefusalCode.OutOfRange, refusal.Code);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Workload.MaxTokens + 1)]
    public void Constructor_refusesATokenCountOutOfRange(int maxNewTokens) =>
        Assert.Throws<ArgumentException>(() => Samples.Workload(maxNewTokens: maxNewTokens));

    [Fact]
    public void Constructor_refusesStopTokensOutOfOrder()
    {
        Assert.Throws<ArgumentException>(() => Samples.Workload(stopTokens: [2, 1]));
        Assert.Throws<ArgumentException>(() => Samples.Workload(stopTokens: [1, 1]));
        Assert.Throws<ArgumentException>(() => Samples.Workload(stopTokens: [-1]));
    }

    [Fact]
    public void Price_chargesPromptAndNewTokens() =>
        Assert.Equal(new ComputeUnits(7 * 1000 + 16 * 1000), Samples.Workload().Price(1000));

    [Fact]
    public void TryParse_neverThrowsAndAcceptsOnlyTheCanonicalEncoding() => Prop.ForAll<byte[]>(bytes =>
        !Workload.TryParse(bytes, out Workload? workload, out _) || workload.ToBytes().SequenceEqual(bytes)).QuickCheckThrowOnFailure();

    [Fact]
    public void TryParse_survivesEveryMutationOfAGenuineEncoding() => Prop.ForAll<int, byte>((position, value) =>
    {
        byte[] bytes = Samples.Workload(sampling: new SamplingParameters(700, 40, 950_000), seed: 42).ToBytes();
        bytes[(int)((uint)position % bytes.Length)] = value;
        return !Workload.TryParse(bytes, out Workload? workload, out _) || workload.ToBytes().SequenceEqual(bytes);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void ToBytes_isReversibleForAnyPrompt() => Prop.ForAll<NonEmptyArray<NonNegativeInt>, PositiveInt>((prompt, most) =>
    {
        Workload workload = new(
            WorkloadType.Inference,
            "X8v0",
            Samples.Hash("m"),
            [.. prompt.Get.Select(token => token.Get)],
            Math.Min(most.Get, Workload.MaxTokens),
            SamplingParameters.Greedy,
            0,
            ImmutableArray<int>.Empty);
        return Workload.TryParse(workload.ToBytes(), out Workload? read, out _) && read.Hash == workload.Hash && read.Prompt.SequenceEqual(workload.Prompt);
    }).QuickCheckThrowOnFailure();
}
