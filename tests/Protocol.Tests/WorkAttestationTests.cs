using Ait.Chain;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Protocol.Tests;

public sealed class WorkAttestationTests
{
    private static readonly Address s_key = Samples.Account("gpu 0");

    [Fact]
    public void TryVerify_acceptsWhatTheEnclaveKeySigned()
    {
        WorkAttestation signed = Samples.Attestation();

        Assert.True(WorkAttestation.TryVerify(signed.ToBytes(), Samples.Network, s_key, out WorkAttestation? read, out _));
        Assert.Equal(signed.Statement, read.Statement);
        Assert.Equal(s_key, read.EnclaveKey);
    }

    [Fact]
    public void TryVerify_refusesIfAnyBitIsFlipped()
    {
        byte[] genuine = Samples.Attestation().ToBytes();
        for (int bit = 0; bit < genuine.Length * 8; bit += 5)
        {
            byte[] bytes = [.. genuine];
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(WorkAttestation.TryVerify(bytes, Samples.Network, s_key, out _, out ProtocolRefusal? refusal));
            Assert.Equal(ProtocolRefusalCode.SignatureInvalid, refusal.Code);
        }
    }

    [Fact]
    public void TryVerify_refusesAnotherChain() => Refuses(Samples.Network with { ChainId = 1 }, s_key);

    [Fact]
    public void TryVerify_refusesAnotherDeployment() => Refuses(Samples.Network with { MiningRegistry = Samples.Account("other registry") }, s_key);

    [Fact]
    public void TryVerify_refusesAnotherDevicesKey() => Refuses(Samples.Network, Samples.Account("gpu 1"));

    [Fact]
    public void TryVerify_refusesAWrongLength()
    {
        byte[] genuine = Samples.Attestation().ToBytes();
        Assert.False(WorkAttestation.TryVerify(genuine.AsSpan(1), Samples.Network, s_key, out _, out ProtocolRefusal? shorter));
        Assert.Equal(ProtocolRefusalCode.Truncated, shorter.Code);
        Assert.False(WorkAttestation.TryVerify([.. genuine, 0], Samples.Network, s_key, out _, out ProtocolRefusal? longer));
        Assert.Equal(ProtocolRefusalCode.TrailingBytes, longer.Code);
    }

    [Fact]
    public void TryVerify_neverThrows() => Prop.ForAll<byte[]>(bytes =>
        !WorkAttestation.TryVerify(bytes, Samples.Network, s_key, out _, out _)).QuickCheckThrowOnFailure();

    private static void Refuses(NetworkDomain domain, Address key)
    {
        Assert.False(WorkAttestation.TryVerify(Samples.Attestation().ToBytes(), domain, key, out _, out ProtocolRefusal? refusal));
        Assert.Equal(ProtocolRefusalCode.SignatureInvalid, refusal.Code);
    }
}
