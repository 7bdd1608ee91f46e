using System.Security.Cryptography;
using Ait.Protocol.Sealing;

namespace Ait.Protocol.Tests.Sealing;

public sealed class HpkeTests
{
    // RFC 9180, A.3.1: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode, sequence number 0.
    private const string Info = "4f6465206f6e2061204772656369616e2055726e";
    private const string Plaintext = "4265617574792069732074727574682c20747275746820626561757479";
    private const string Associated = "436f756e742d30";
    private const string SenderKey = "4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb";
    private const string SenderPoint = "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4";
    private const string RecipientKey = "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2";
    private const string RecipientPoint = "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0";
    private const string Ciphertext = "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434";

    // Made by pyca/cryptography 48.0.0 (hpke.Suite of P256, HKDF_SHA256, AES_256_GCM) to the same recipient: enc, ciphertext, tag; no associated data.
    private const string OthersMessage =
        "046e437c31933e00347dbc83119bd090074f980e3e4bafd749ece72becf2f54e952ea2928bbf671e735af04a1896e1765a3dc7957ed9cd7db08744e0a75a52f50e"
        + "6737c74c931e16016ba4a9fe5bca9f49c026bf4e200ae883a211c38bafa61e92221ada58eae60cf1ff93cdc738";

    [Fact]
    public void Seal_givesTheBytesOfTheRfc()
    {
        using ECDiffieHellman sender = Key(SenderKey);

        Assert.True(Hpke.Aes128.TrySeal(sender, Bytes(RecipientPoint), Bytes(Info), Bytes(Associated), Bytes(Plaintext), out byte[]? message));
        Assert.Equal(SenderPoint + Ciphertext, Convert.ToHexStringLower(message));
    }

    [Fact]
    public void Open_readsTheBytesOfTheRfc()
    {
        using ECDiffieHellman recipient = Key(RecipientKey);

        Assert.True(Hpke.Aes128.TryOpen(recipient, Bytes(SenderPoint + Ciphertext), Bytes(Info), Bytes(Associated), out byte[]? plaintext));
        Assert.Equal(Plaintext, Convert.ToHexStringLower(plaintext));
    }

    [Fact]
    public void Open_readsWhatAnotherImplementationSealedWithAes256()
    {
        using ECDiffieHellman recipient = Key(RecipientKey);

        Assert.True(Hpke.Aes256.TryOpen(recipient, Bytes(OthersMessage), Bytes(Info), [], out byte[]? plaintext));
        Assert.Equal(Plaintext, Convert.ToHexStringLower(plaintext));
    }

    [Fact]
    public void Open_refusesIfAnyByteIsFlipped()
    {
        using ECDiffieHellman recipient = Key(RecipientKey);
        for (int i = 0; i < Bytes(OthersMessage).Length; i++)
        {
            byte[] message = Bytes(OthersMessage);
            message[i] ^= 0x01;
            Assert.False(Hpke.Aes256.TryOpen(recipient, message, Bytes(Info), [], out _));
        }
    }

    [Fact]
    public void Open_refusesEveryPrefix()
    {
        using ECDiffieHellman recipient = Key(RecipientKey);
        byte[] message = Bytes(OthersMessage);
        for (int length = 0; length < message.Length; length++)
        {
            Assert.False(Hpke.Aes256.TryOpen(recipient, message.AsSpan(0, length), Bytes(Info), [], out _));
        }
    }

    [Fact]
    public void Open_refusesAnotherInfoAssociatedDataRecipientOrSuite()
    {
        using ECDiffieHellman recipient = Key(RecipientKey);
        using ECDiffieHellman other = Key(SenderKey);
        byte[] message = Bytes(OthersMessage);

        Assert.False(Hpke.Aes256.TryOpen(recipient, message, [.. Bytes(Info), 0], [], out _));
        Assert.False(Hpke.Aes256.TryOpen(recipient, message, Bytes(Info), [0], out _));
        Assert.False(Hpke.Aes256.TryOpen(other, message, Bytes(Info), [], out _));
        Assert.False(Hpke.Aes128.TryOpen(recipient, message, Bytes(Info), [], out _));
    }

    [Theory]
    [InlineData(0)] // The point at infinity has no uncompressed form.
    [InlineData(2)] // A compressed point.
    [InlineData(4)] // Not on the curve.
    public void Seal_refusesWhatIsNoPointOfTheCurve(byte form)
    {
        byte[] point = new byte[Hpke.PublicKeySize];
        point[0] = form;
        point[^1] = 1;

        Assert.False(Hpke.Aes256.TrySeal(point, [], [], [1], out _));
        Assert.False(Hpke.Aes256.TrySeal(Bytes(RecipientPoint).AsSpan(1), [], [], [1], out _));
    }

    private static ECDiffieHellman Key(string secret) => ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = Bytes(secret) });

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex);
}
