using System.Text.Json;

using FsCheck;
using FsCheck.Fluent;

namespace Ait.Chain.Tests;

public sealed class Hash256Tests
{
    private const string Text = "0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void New_refusesAnotherLength(int length) => Assert.Throws<ArgumentException>(() => new Hash256(new byte[length]));

    [Fact]
    public void Parse_readsWhatToStringWrites()
    {
        var hash = new Hash256([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
        Assert.Equal(Text, hash.ToString());
        Assert.Equal(hash, Hash256.Parse(Text));
        Assert.Equal(hash, Hash256.Parse(Text[2..].ToUpperInvariant()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1")]
    [InlineData("0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f0")]
    [InlineData("0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1g")]
    [InlineData(" 0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")]
    public void TryParse_refusesAnythingElse(string? text) => Assert.False(Hash256.TryParse(text, out _));

    [Fact]
    public void Equals_isTrueOnlyIfEveryByteIsEqual()
    {
        byte[] bytes = Hash256.Parse(Text).ToArray();
        for (int i = 0; i < 32; i++)
        {
            byte[] other = [.. bytes];
            other[i] ^= 1;
            Assert.NotEqual(new Hash256(bytes), new Hash256(other));
            Assert.True(new Hash256(bytes) != new Hash256(other));
        }

        Assert.True(new Hash256(bytes) == Hash256.Parse(Text));
        Assert.Equal(new Hash256(bytes).GetHashCode(), Hash256.Parse(Text).GetHashCode());
    }

    [Fact]
    public void CompareTo_ordersAsTheBytesDo() =>
        Prop.ForAll<byte[], byte[]>((left, right) =>
        {
            byte[] a = Pad(left);
            byte[] b = Pad(right);
            return Math.Sign(new Hash256(a).CompareTo(new Hash256(b))) == Math.Sign(a.AsSpan().SequenceCompareTo(b));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Json_roundTripsAsStringAndKey()
    {
        var value = new Dictionary<Hash256, Hash256> { [Hash256.Parse(Text)] = Hash256.Zero };
        string json = JsonSerializer.Serialize(value);
        Assert.Equal($"{{\"{Text}\":\"0x{new string('0', 64)}\"}}", json);
        Assert.Equal(value, JsonSerializer.Deserialize<Dictionary<Hash256, Hash256>>(json));
    }

    [Fact]
    public void Json_readsWhatIsWrittenInEscapesOrInPieces()
    {
        string escaped = string.Concat(Text.Select(digit => $"\\u{(int)digit:x4}"));
        Assert.Equal(Hash256.Parse(Text), JsonSerializer.Deserialize<Hash256>($"\"{escaped}\""));
        byte[] json = System.Text.Encoding.UTF8.GetBytes($"\"{Text}\"");
        var last = new Piece(json.AsMemory(20), 20);
        var reader = new Utf8JsonReader(new System.Buffers.ReadOnlySequence<byte>(new Piece(json.AsMemory(0, 20), 0, last), 0, last, json.Length - 20));
        Assert.Equal(Hash256.Parse(Text), JsonSerializer.Deserialize<Hash256>(ref reader));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("\"0x12\"")]
    [InlineData("\"0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f0\"")]
    [InlineData("\"0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1é\"")]
    public void Json_refusesAnythingElse(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Hash256>(json));

    private static byte[] Pad(byte[] bytes)
    {
        byte[] padded = new byte[32];
        bytes.AsSpan(0, Math.Min(32, bytes.Length)).CopyTo(padded);
        return padded;
    }

    /// <summary>Part of a text that comes in several.</summary>
    private sealed class Piece : System.Buffers.ReadOnlySequenceSegment<byte>
    {
        internal Piece(ReadOnlyMemory<byte> memory, long before, Piece? next = null) => (Memory, RunningIndex, Next) = (memory, before, next);
    }
}
