using System.Buffers.Binary;
using Ait.Chain;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Protocol.Tests;

public sealed class EmbeddingWorkloadTests
{
    private const int PoolingAt = 7 + 1 + 4 + Hash256.Size;

    [Fact]
    public void TryParse_readsBackWhatToBytesWrote()
    {
        Workload workload = Samples.EmbeddingWorkload();

        Assert.True(Workload.TryParse(workload.ToBytes(), out Workload? read, out _));
        Assert.Equal(workload, read);
        Assert.Equal(workload.ToBytes(), read.ToBytes());
        Assert.Equal(workload.Prompt, read.Prompt);
        Assert.Equal((WorkloadType.Embedding, EmbeddingPooling.Mean, 0), (read.Type, read.Pooling, read.MaxNewTokens));
        Assert.Null(Samples.Workload().Pooling);
    }

    [Fact]
    public void Price_chargesThePromptAlone() => Assert.Equal(new ComputeUnits(7 * 1000), Samples.EmbeddingWorkload().Price(1000));

    [Fact]
    public void Hash_changesWithEveryField()
    {
        Workload[] all =
        [
            Samples.EmbeddingWorkload(),
            Samples.EmbeddingWorkload(pooling: EmbeddingPooling.Last),
            Samples.EmbeddingWorkload("2 + 3 ="),
            new("X9v0", Samples.Hash("model"), Samples.EmbeddingWorkload().Prompt, EmbeddingPooling.Mean),
            new("X8v0", Samples.Hash("another"), Samples.EmbeddingWorkload().Prompt, EmbeddingPooling.Mean),
            Samples.Workload(),
        ];

        Assert.Equal(all.Length, all.Select(workload => workload.Hash).Distinct().Count());
    }

    [Fact]
    public void TryParse_refusesEveryPrefixAndTrailingBytes()
    {
        byte[] bytes = Samples.EmbeddingWorkload().ToBytes();
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.False(Workload.TryParse(bytes.AsSpan(0, length), out _, out ProtocolRefusal? refusal));
            Assert.Equal(ProtocolRefusalCode.Truncated, refusal.Code);
        }

        Assert.False(Workload.TryParse([.. bytes, 0], out _, out ProtocolRefusal? trailing));
        Assert.Equal(ProtocolRefusalCode.TrailingBytes, trailing.Code);
    }

    [Fact]
    public void TryParse_refusesAPoolingThatIsNone() => Refuses(bytes => bytes[PoolingAt] = 2);

    [Fact]
    public void TryParse_refusesATokenBeyondAnInteger() => Refuses(bytes => bytes[PoolingAt + 5] = 0x80);

    [Fact]
    public void TryParse_refusesMoreTokensThanAPromptMayHave() =>
        Refuses(bytes => BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(PoolingAt + 1), Workload.MaxTokens + 1));

    [Fact]
    public void Constructor_refusesAPromptOfNoTokens() => Assert.Throws<ArgumentException>(() => Samples.EmbeddingWorkload(""));

    [Fact]
    public void TryParse_neverThrows() => Prop.ForAll(ArbMap.Default.ArbFor<(int At, byte Value)>(), change =>
    {
        byte[] bytes = Samples.EmbeddingWorkload().ToBytes();
        bytes[(int)((uint)change.At % bytes.Length)] = change.Value;
        return !Workload.TryParse(bytes, out Workload? read, out _) || read.ToBytes().SequenceEqual(bytes);
    }).QuickCheckThrowOnFailure();

    private static void Refuses(Action<byte[]> change)
    {
        byte[] bytes = Samples.EmbeddingWorkload().ToBytes();
        change(bytes);
        Assert.False(Workload.TryParse(bytes, out _, out ProtocolRefusal? refusal));
        Assert.Equal(ProtocolRefusalCode.OutOfRange, refusal.Code);
    }
}
