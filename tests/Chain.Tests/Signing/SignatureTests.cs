using Ait.Chain.Signing;

using FsCheck;
using FsCheck.Fluent;

namespace Ait.Chain.Tests.Signing;

public sealed class SignatureTests
{
    private const string PrivateKey = "1234567890123456789012345678901234567890123456789012345678901234";

    [Theory]
    [InlineData(
        "Hello World",
        "0x68a020a209d3d56c46f38cc50a33f704f4a9a10a59377f8dd762ac66910e9b907e865ad05c4035ab5792787d4a0297a43617ae897930a6fe4d822b8faea520641b",
        "0x68a020a209d3d56c46f38cc50a33f704f4a9a10a59377f8dd762ac66910e9b907e865ad05c4035ab5792787d4a0297a43617ae897930a6fe4d822b8faea52064")]
    [InlineData(
        "It's a small(er) world",
        "0x9328da16089fcba9bececa81663203989f2df5fe1faa6291a45381c81bd17f76139c6d6b623b42da56557e5e734a43dc83345ddfadec52cbe24d0cc64f5507931c",
        "0x9328da16089fcba9bececa81663203989f2df5fe1faa6291a45381c81bd17f76939c6d6b623b42da56557e5e734a43dc83345ddfadec52cbe24d0cc64f550793")]
    public void Encodings_equalTheExamplesOfEip2098(string message, string full, string compact)
    {
        using var key = Secp256k1PrivateKey.FromBytes(Convert.FromHexString(PrivateKey));
        Signature signature = key.Sign(PersonalMessage.Digest(message));
        Assert.Equal(full, signature.ToString());
        Assert.Equal(compact, Hex.Encode(signature.ToCompactArray()));
        Assert.True(Signature.TryParse(full, out Signature parsed));
        Assert.Equal(signature, parsed);
        Assert.True(Signature.TryParseCompact(Hex.Decode(compact), out parsed));
        Assert.Equal(signature, parsed);
    }

    [Fact]
    public void TryParse_refusesAnythingElse()
    {
        byte[] good = Good();
        Assert.True(Signature.TryParse(good, out _));
        foreach (byte v in (byte[])[0, 1, 26, 29, 35, 255])
        {
            Assert.False(Signature.TryParse([.. good[..64], v], out _));
        }

        Assert.False(Signature.TryParse(good.AsSpan(0, 64), out _));
        Assert.False(Signature.TryParse([.. good, 0], out _));
        Assert.False(Signature.TryParse([.. new byte[32], .. good[32..]], out _));
        Assert.False(Signature.TryParse([.. good[..32], .. new byte[32], good[64]], out _));
        Assert.False(Signature.TryParse([.. Secp256k1.Order.ToArray(), .. good[32..]], out _));

        // One above n / 2.
        byte[] highS = Secp256k1.HalfOrder.ToArray();
        Assert.True(Signature.TryParse([.. good[..32], .. highS, good[64]], out _));
        highS[31]++;
        Assert.False(Signature.TryParse([.. good[..32], .. highS, good[64]], out _));
        Assert.False(Signature.TryParse("0x12", out _));
        Assert.False(Signature.TryParse((string?)null, out _));
    }

    [Fact]
    public void TryParseCompact_refusesAnythingElse()
    {
        byte[] good = Good();
        Assert.False(Signature.TryParseCompact(good, out _));
        Assert.False(Signature.TryParseCompact(good.AsSpan(0, 63), out _));
        Assert.False(Signature.TryParseCompact(new byte[64], out _));
        Assert.False(Signature.TryParseCompact([.. good[..32], .. Enumerable.Repeat((byte)0xff, 32)], out _));
    }

    [Fact]
    public void TryParse_acceptsOnlyWhatIsWrittenBack() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            byte[] padded = [.. bytes.Concat(Keccak256.Hash(bytes).ToArray()).Concat(new byte[65]).Take(65)];
            padded[64] = (byte)(27 + (padded[64] & 1));
            return !Signature.TryParse(padded, out Signature signature) || signature.ToArray().AsSpan().SequenceEqual(padded);
        }).QuickCheckThrowOnFailure();

    private static byte[] Good()
    {
        using var key = Secp256k1PrivateKey.FromBytes(Convert.FromHexString(PrivateKey));
        return key.Sign(PersonalMessage.Digest("Hello World")).ToArray();
    }
}
