using System.Collections.Immutable;
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

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(128)]
    public void TryVerify_acceptsEachOfSeveralLettersUnderOneSignature(int count)
    {
        SeatAssignment[] assignments = [.. Enumerable.Range(0, count).Select(index => s_assignment with { MiningTask = Samples.MiningTask((uint)index) })];

        ImmutableArray<SeatLetter> letters = SeatLetter.Sign(assignments, Samples.Network, Samples.Key("coordinator"));

        Assert.Single(letters.Select(letter => letter.Signature).Distinct());
        var reader = new SeatLetterReader(Samples.Network, s_coordinator);
        Assert.Equal(assignments, letters.Select(letter => reader.TryVerify(letter.ToBytes(), out SeatLetter? read, out _) ? read.Assignment : null));
        Assert.All(letters, letter => Assert.True(SeatLetter.TryVerify(letter.ToBytes(), Samples.Network, s_coordinator, out _, out _)));
    }

    [Fact]
    public void TryVerify_acceptsLettersOfEachCoordinatorThatCountsAndOfNoOther()
    {
        var reader = new SeatLetterReader(Samples.Network, new HashSet<Address> { s_coordinator, Samples.Key("its predecessor").Address });
        foreach ((string signer, bool counts) in (ReadOnlySpan<(string, bool)>)[("coordinator", true), ("its predecessor", true), ("someone else", false)])
        {
            byte[] own = SeatLetter.Sign(s_assignment, Samples.Network, Samples.Key(signer)).ToBytes();
            byte[] shared = SeatLetter.Sign([s_assignment, s_assignment with { Seat = 2 }], Samples.Network, Samples.Key(signer))[0].ToBytes();
            Assert.Equal((counts, counts), (reader.TryVerify(own, out _, out _), reader.TryVerify(shared, out _, out _)));
        }
    }

    [Fact]
    public void Sign_givesOneLetterASignatureOfItsOwn() => Assert.Equal(
        SeatLetter.Sign(s_assignment, Samples.Network, Samples.Key("coordinator")).ToBytes(),
        Assert.Single(SeatLetter.Sign([s_assignment], Samples.Network, Samples.Key("coordinator"))).ToBytes());

    [Fact]
    public void TryVerify_refusesASharedLetterIfAnyByteIsFlipped()
    {
        byte[][] genuine = [.. Shared().Select(letter => letter.ToBytes())];
        for (int i = 0; i < genuine[0].Length; i += 3)
        {
            // Also by a reader that has seen the letter beside it: what it remembers is the root alone.
            var reader = new SeatLetterReader(Samples.Network, s_coordinator);
            Assert.True(reader.TryVerify(genuine[1], out _, out _));
            byte[] bytes = [.. genuine[0]];
            bytes[i] ^= 0x01;
            Assert.False(reader.TryVerify(bytes, out _, out _));
        }
    }

    [Fact]
    public void TryVerify_refusesASharedLetterOfAnotherSignerOrNetwork()
    {
        byte[] forged = SeatLetter.Sign([s_assignment, s_assignment with { Seat = 2 }], Samples.Network, Samples.Key("someone else"))[0].ToBytes();
        Assert.False(SeatLetter.TryVerify(forged, Samples.Network, s_coordinator, out _, out ProtocolRefusal? refusal));
        Assert.Equal(ProtocolRefusalCode.SignatureInvalid, refusal.Code);
        Assert.False(SeatLetter.TryVerify(Shared()[0].ToBytes(), Samples.Network with { ChainId = 96369 }, s_coordinator, out _, out _));
    }

    [Fact]
    public void TryVerify_refusesEveryPrefixAndExtensionOfASharedLetter()
    {
        byte[] bytes = Shared()[0].ToBytes();
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.False(SeatLetter.TryVerify(bytes.AsSpan(0, length), Samples.Network, s_coordinator, out _, out ProtocolRefusal? refusal));
            Assert.Equal(ProtocolRefusalCode.Truncated, refusal.Code);
        }

        Assert.False(SeatLetter.TryVerify([.. bytes, 0], Samples.Network, s_coordinator, out _, out ProtocolRefusal? trailing));
        Assert.Equal(ProtocolRefusalCode.TrailingBytes, trailing.Code);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(SeatLetter.MaxSiblings + 1)]
    public void TryVerify_refusesANumberOfSiblingsOutOfRange(byte siblings)
    {
        byte[] bytes = Shared()[0].ToBytes();
        bytes[SeatLetter.EncodedSize - 64] = siblings;
        Assert.False(SeatLetter.TryVerify(bytes, Samples.Network, s_coordinator, out _, out ProtocolRefusal? refusal));
        Assert.Equal(ProtocolRefusalCode.OutOfRange, refusal.Code);
    }

    private static ImmutableArray<SeatLetter> Shared() => SeatLetter.Sign(
        [s_assignment, s_assignment with { Seat = 2 }, s_assignment with { BatchId = 8 }], Samples.Network, Samples.Key("coordinator"));
}
