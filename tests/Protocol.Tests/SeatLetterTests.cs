using Ait.Chain;

namespace Ait.Protocol.Tests;

public sealed class SeatLetterTests
{
    private static readonly SeatAssignment s_assignment = new(7, Samples.MiningTask(3), 1, Samples.Hash("gpu 0"), 1_700_000_000, 1_700_000_060);

    private static readonly Address s_coordinator = Samples.Account("coordinator");

    [Fact]
    public void TryVerify_acceptsTheCoordinatorsLetter()
    {
        SeatLetter signed = SeatLetter.Sign(s_assignment, Samples.Network, Samples.Key("coordinator"));

        Assert.True(SeatLetter.TryVerify(signed.ToBytes(), Samples.Network, s_coordinator, out SeatLetter? read, out _));
        Assert.Equal(s_assignment, read.Assignment);
        Assert.Equal(Samples.Network.TaskId(7, 3), read.TaskId);
    }

    [Fact]
    public void TryVerify_refusesAnotherSigner()
    {
        SeatLetter forged = SeatLetter.Sign(s_assignment, Samples.Network, Samples.Key("someone else"));

        Assert.False(SeatLetter.TryVerify(forged.ToBytes(), Samples.Network, s_coordinator, out _, out ProtocolRefusal? refusal));
        Assert.Equal(ProtocolRefusalCode.SignatureInvalid, refusal.Code);
    }

    [Fact]
    public void TryVerify_refusesIfAnyByteIsFlipped()
    {
        byte[] genuine = SeatLetter.Sign(s_assignment, Samples.Network, Samples.Key("coordinator")).ToBytes();
        Assert.Equal(SeatLetter.EncodedSize, genuine.Length);
        for (int i = 0; i < genuine.Length; i += 3)
        {
            byte[] bytes = [.. genuine];
            bytes[i] ^= 0x01;
            Assert.False(SeatLetter.TryVerify(bytes, Samples.Network, s_coordinator, out _, out _));
        }
    }

    [Fact]
    public void TryVerify_refusesAnotherNetwork()
    {
        byte[] bytes = SeatLetter.Sign(s_assignment, Samples.Network, Samples.Key("coordinator")).ToBytes();
        Assert.False(SeatLetter.TryVerify(bytes, Samples.Network with { ChainId = 96369 }, s_coordinator, out _, out _));
    }

    [Fact]
    public void TryVerify_refusesEveryPrefix()
    {
        byte[] bytes = SeatLetter.Sign(s_assignment, Samples.Network, Samples.Key("coordinator")).ToBytes();
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.False(SeatLetter.TryVerify(bytes.AsSpan(0, length), Samples.Network, s_coordinator, out _, out ProtocolRefusal? refusal));
            Assert.Equal(ProtocolRefusalCode.Truncated, refusal.Code);
        }
    }
}
