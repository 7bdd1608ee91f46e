using Ait.Chain;
using Ait.Protocol.Sealing;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Protocol.Tests.Sealing;

public sealed class ConfidentialWorkloadTests
{
    private const int TypeOffset = 5;
    private const int PromptTokensOffset = 4 + 1 + 2 + 1 + 4 + 32 + 4;

    [Fact]
    public void TryParse_readsBackWhatToBytesWrote()
    {
        Workload workload = Sealed();

        Assert.True(Workload.TryParse(workload.ToBytes(), out Workload? read, out _));
        Assert.Equal(workload.Hash, read.Hash);
        Assert.Equal(workload.ToBytes(), read.ToBytes());
        Assert.Equal(workload.Confidential?.Holder, read.Confidential?.Holder);
        Assert.InRange(workload.ToBytes().Length, 1, Workload.MaxEncodedSize);
    }

    [Fact]
    public void TryParse_refusesEveryPrefixAndATrailingByte()
    {
        byte[] bytes = Sealed().ToBytes();
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.False(Workload.TryParse(bytes.AsSpan(0, length), out _, out ProtocolRefusal? cut));
            Assert.Equal(ProtocolRefusalCode.Truncated, cut.Code);
        }

        Assert.False(Workload.TryParse([.. bytes, 0], out _, out ProtocolRefusal? added));
        Assert.Equal(ProtocolRefusalCode.TrailingBytes, added.Code);
    }

    [Theory]
    [InlineData(TypeOffset + 1, 7)] // No workload type.
    [InlineData(PromptTokensOffset + 3, 65)] // No whole step.
    [InlineData(PromptTokensOffset + 3, 0)]
    [InlineData(PromptTokensOffset, 0xff)] // More than any prompt.
    [InlineData(PromptTokensOffset - 4, 0xff)] // More new tokens than an answer carries.
    public void TryParse_refusesAValueOutOfRange(int offset, byte value)
    {
        byte[] bytes = Sealed().ToBytes();
        bytes[offset] = value;

        Assert.False(Workload.TryParse(bytes, out _, out ProtocolRefusal? refusal));
        Assert.Equal(ProtocolRefusalCode.OutOfRange, refusal.Code);
    }

    [Fact]
    public void Constructor_refusesACiphertextOfAnotherLengthAndNoHolder()
    {
        ConfidentialTerms terms = Sealed().Confidential!;

        Assert.Throws<ArgumentException>(() => new ConfidentialTerms(terms.Holder, 128, terms.Ciphertext));
        Assert.Throws<ArgumentException>(() => new ConfidentialTerms(terms.Holder, 64, []));
        Assert.Throws<ArgumentException>(() => new ConfidentialTerms(Address.Zero, 64, terms.Ciphertext));
        Assert.Throws<ArgumentException>(() => new Workload("", Samples.Hash("model"), 1, terms));
        Assert.Throws<ArgumentException>(() => new Workload("X8v0", Samples.Hash("model"), 0, terms));
    }

    [Fact]
    public void TryParse_survivesEveryMutationOfAGenuineEncoding()
    {
        byte[] genuine = Sealed().ToBytes();
        Prop.ForAll<int, byte>((position, value) =>
        {
            byte[] bytes = [.. genuine];
            bytes[(int)((uint)position % 120)] = value;
            return !Workload.TryParse(bytes, out Workload? workload, out _) || workload.ToBytes().SequenceEqual(bytes);
        }).QuickCheckThrowOnFailure();
    }

    private static Workload Sealed()
    {
        using var key = ContentKey.Create();
        return key.SealPrompt(Samples.Workload());
    }
}
