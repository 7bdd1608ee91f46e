using Ait.Chain;
using Ait.Protocol.Sealing;

namespace Ait.Protocol.Tests.Sealing;

public sealed class SeatKeyTests
{
    private const ulong Now = 1_700_000_000;
    private static readonly Hash256 s_task = Samples.Network.TaskId(7, 3);
    private static readonly Hash256 s_gpu = Samples.Hash("gpu 0");
    private static readonly Address s_enclave = Samples.Account("enclave");

    [Fact]
    public void TryVerify_acceptsTheEnclavesStatement()
    {
        using var key = SeatKey.Create();

        Assert.True(SeatKeyStatement.TryVerify(Say(key).ToBytes(), Samples.Network, s_enclave, Now, out SeatKeyStatement? read, out _));
        Assert.Equal((s_task, s_gpu, Now + 60), (read.TaskId, read.GpuId, read.ExpiresAt));
        Assert.Equal(key.PublicKey, read.PublicKey);
    }

    [Fact]
    public void TryVerify_refusesIfAnyByteIsFlipped()
    {
        using var key = SeatKey.Create();
        byte[] genuine = Say(key).ToBytes();
        Assert.Equal(SeatKeyStatement.EncodedSize, genuine.Length);
        for (int i = 0; i < genuine.Length; i++)
        {
            byte[] bytes = [.. genuine];
            bytes[i] ^= 0x01;
            Assert.False(SeatKeyStatement.TryVerify(bytes, Samples.Network, s_enclave, Now, out _, out _));
        }
    }

    [Fact]
    public void TryVerify_refusesEveryPrefixAndATrailingByte()
    {
        using var key = SeatKey.Create();
        byte[] bytes = Say(key).ToBytes();
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.False(SeatKeyStatement.TryVerify(bytes.AsSpan(0, length), Samples.Network, s_enclave, Now, out _, out ProtocolRefusal? cut));
            Assert.Equal(ProtocolRefusalCode.Truncated, cut.Code);
        }

        Assert.False(SeatKeyStatement.TryVerify([.. bytes, 0], Samples.Network, s_enclave, Now, out _, out ProtocolRefusal? added));
        Assert.Equal(ProtocolRefusalCode.TrailingBytes, added.Code);
    }

    [Fact]
    public void TryVerify_refusesAKeyThatTheCoordinatorPutInItsPlace()
    {
        // A coordinator that wants to read the prompt offers a key of its own, signed with whatever it has.
        using var own = SeatKey.Create();
        byte[] swapped = SeatKeyStatement.Sign(s_task, s_gpu, own, Now + 60, Samples.Network, Samples.Key("coordinator")).ToBytes();

        Assert.False(SeatKeyStatement.TryVerify(swapped, Samples.Network, s_enclave, Now, out _, out ProtocolRefusal? refusal));
        Assert.Equal(ProtocolRefusalCode.SignatureInvalid, refusal.Code);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(Now)]
    [InlineData(Now + SeatKeyStatement.MaxLifetimeSeconds + 1)]
    [InlineData(ulong.MaxValue)]
    public void TryVerify_refusesAStatementThatHasRunOutOrRunsTooLong(ulong expiresAt)
    {
        using var key = SeatKey.Create();

        Assert.False(SeatKeyStatement.TryVerify(Say(key, expiresAt).ToBytes(), Samples.Network, s_enclave, Now, out _, out ProtocolRefusal? refusal));
        Assert.Equal(ProtocolRefusalCode.StaleTimestamp, refusal.Code);
    }

    [Fact]
    public void TryVerify_refusesAnotherNetwork()
    {
        using var key = SeatKey.Create();

        Assert.False(SeatKeyStatement.TryVerify(Say(key).ToBytes(), Samples.Network with { ChainId = 96369 }, s_enclave, Now, out _, out _));
    }

    [Fact]
    public void Open_givesTheContentKeyToItsRecipient()
    {
        using var key = SeatKey.Create();
        using var content = ContentKey.Create();
        byte[] envelope = KeyEnvelope.Seal(content, Say(key), Context());

        Assert.Equal(KeyEnvelope.EncodedSize, envelope.Length);
        Assert.True(key.TryOpen(envelope, Context(), out ContentKey? opened, out _));
        using (opened)
        {
            Assert.Equal(content.ToBytes(), opened.ToBytes());
        }
    }

    [Fact]
    public void Open_refusesTheWrongRecipient()
    {
        using var key = SeatKey.Create();
        using var other = SeatKey.Create();
        using var content = ContentKey.Create();

        Assert.False(other.TryOpen(KeyEnvelope.Seal(content, Say(key), Context()), Context(), out _, out ProtocolRefusal? refusal));
        Assert.Equal(ProtocolRefusalCode.CannotBeOpened, refusal.Code);
    }

    [Fact]
    public void Open_refusesAnEnvelopeOfAnotherTaskWorkloadDeviceOrNetwork()
    {
        using var key = SeatKey.Create();
        using var content = ContentKey.Create();
        byte[] envelope = KeyEnvelope.Seal(content, Say(key), Context());

        Assert.All(
            new[]
            {
                Context() with { TaskId = Samples.Hash("other task") },
                Context() with { WorkloadHash = Samples.Hash("other workload") },
                Context() with { GpuId = Samples.Hash("other gpu") },
                Context() with { Domain = Samples.Network with { ChainId = 96369 } },
            },
            context => Assert.False(key.TryOpen(envelope, context, out _, out _)));
    }

    [Fact]
    public void Open_refusesIfAnyByteIsFlippedOrCutOff()
    {
        using var key = SeatKey.Create();
        using var content = ContentKey.Create();
        byte[] genuine = KeyEnvelope.Seal(content, Say(key), Context());
        for (int i = 0; i < genuine.Length; i++)
        {
            byte[] bytes = [.. genuine];
            bytes[i] ^= 0x01;
            Assert.False(key.TryOpen(bytes, Context(), out _, out _));
            Assert.False(key.TryOpen(genuine.AsSpan(0, i), Context(), out _, out ProtocolRefusal? refusal));
            Assert.Equal(ProtocolRefusalCode.Truncated, refusal.Code);
        }
    }

    private static EnvelopeContext Context() => new(Samples.Network, s_task, Samples.Hash("workload"), s_gpu);

    private static SeatKeyStatement Say(SeatKey key, ulong expiresAt = Now + 60) =>
        SeatKeyStatement.Sign(s_task, s_gpu, key, expiresAt, Samples.Network, Samples.Key("enclave"));
}
