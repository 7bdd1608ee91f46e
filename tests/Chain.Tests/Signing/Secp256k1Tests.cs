using System.Security.Cryptography;
using System.Text;

using Ait.Chain.Signing;

using FsCheck;
using FsCheck.Fluent;

namespace Ait.Chain.Tests.Signing;

/// <summary>One suite for both backends; the native half skips where there is no libsecp256k1.</summary>
public sealed class Secp256k1Tests
{
    private const string One = "0000000000000000000000000000000000000000000000000000000000000001";
    private const string OrderMinusOne = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140";

    [Theory]
    [InlineData(One, "Satoshi Nakamoto", "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8", "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5")]
    [InlineData(One, "All those moments will be lost in time, like tears in rain. Time to die...", "8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b", "547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21")]
    [InlineData(OrderMinusOne, "Satoshi Nakamoto", "fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d0", "6b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5")]
    [InlineData("f8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181", "Alan Turing", "7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15c", "58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ea")]
    public void Sign_equalsThePublishedRfc6979Signatures(string privateKey, string message, string r, string s)
    {
        var digest = new Hash256(SHA256.HashData(Encoding.UTF8.GetBytes(message)));
        foreach (ISecp256k1 backend in Backends())
        {
            using Secp256k1PrivateKey key = Key(backend, Convert.FromHexString(privateKey));
            Signature signature = key.Sign(digest);
            Assert.Equal(Hash256.Parse(r), signature.R);
            Assert.Equal(Hash256.Parse(s), signature.S);
        }
    }

    [Theory]
    [InlineData(One, "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf")]
    [InlineData("4646464646464646464646464646464646464646464646464646464646464646", "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F")]
    [InlineData("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")]
    public void Address_isThePublishedOne(string privateKey, string address)
    {
        foreach (ISecp256k1 backend in Backends())
        {
            using Secp256k1PrivateKey key = Key(backend, Convert.FromHexString(privateKey));
            Assert.Equal(address, key.Address.ToString());
            Assert.Equal(address, key.ToString());
        }
    }

    [Fact]
    public void Backends_giveEqualBytes()
    {
        ISecp256k1 native = Native();
        var managed = new ManagedSecp256k1();
        Prop.ForAll<byte[], byte[]>((left, right) =>
        {
            byte[] key = SHA256.HashData(left);
            var digest = new Hash256(SHA256.HashData(right));
            using Secp256k1PrivateKey nativeKey = Key(native, key);
            using Secp256k1PrivateKey managedKey = Key(managed, key);
            Signature signature = nativeKey.Sign(digest);
            return nativeKey.Address == managedKey.Address
                && signature == managedKey.Sign(digest)
                && signature.IsCanonical
                && Secp256k1.TryRecover(native, digest, signature, out Address first) && first == nativeKey.Address
                && Secp256k1.TryRecover(managed, digest, signature, out Address second) && second == nativeKey.Address;
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")]
    [InlineData("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364142")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void Backends_giveEqualBytesOnDigestsAtTheOrder(string digestText)
    {
        var digest = Hash256.Parse(digestText);
        Signature[] signatures = [.. Backends().Select(backend =>
        {
            using Secp256k1PrivateKey key = Key(backend, Convert.FromHexString(OrderMinusOne));
            Signature signature = key.Sign(digest);
            Assert.True(Secp256k1.TryRecover(backend, digest, signature, out Address signer));
            Assert.Equal(key.Address, signer);
            return signature;
        })];
        Assert.Single(signatures.Distinct());
    }

    [Fact]
    public void Recover_agreesBetweenBackendsOnAnySignature()
    {
        ISecp256k1 native = Native();
        var managed = new ManagedSecp256k1();
        Prop.ForAll<byte[], bool>((seed, odd) =>
        {
            var digest = new Hash256(SHA256.HashData(seed));
            Hash256 r = Keccak256.Hash(seed);
            byte[] s = SHA256.HashData(digest.ToArray());
            s[0] &= 0x7f;
            var signature = new Signature(r, new Hash256(s), odd ? (byte)1 : (byte)0);
            bool first = Secp256k1.TryRecover(native, digest, signature, out Address left);
            return first == Secp256k1.TryRecover(managed, digest, signature, out Address right) && left == right;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Recover_refusesASignatureThatIsNotCanonical()
    {
        var digest = Keccak256.Hash("message"u8);
        foreach (ISecp256k1 backend in Backends())
        {
            using Secp256k1PrivateKey key = Key(backend, Convert.FromHexString(OrderMinusOne));
            Signature good = key.Sign(digest);
            Assert.True(Secp256k1.TryRecover(backend, digest, good, out _));
            foreach (Signature bad in (Signature[])
            [
                good with { S = HighS(good.S), YParity = (byte)(1 - good.YParity) },
                good with { R = Hash256.Zero },
                good with { S = Hash256.Zero },
                good with { R = Secp256k1.Order },
                good with { S = Secp256k1.Order },
                good with { YParity = 2 },
            ])
            {
                Assert.False(bad.IsCanonical);
                Assert.False(Secp256k1.TryRecover(backend, digest, bad, out _));
            }
        }
    }

    [Fact]
    public void Recover_namesAnotherSignerIfOneBitOfTheDigestFlips()
    {
        using var key = Secp256k1PrivateKey.Create();
        Hash256 digest = Keccak256.Hash("message"u8);
        byte[] flipped = digest.ToArray();
        flipped[31] ^= 1;
        Signature signature = key.Sign(digest);
        Assert.True(Secp256k1.TryRecover(digest, signature, out Address signer));
        Assert.Equal(key.Address, signer);
        Assert.False(Secp256k1.TryRecover(new Hash256(flipped), signature, out Address other) && other == key.Address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000001")]
    public void FromBytes_refusesAKeyOutOfRange(string privateKey)
    {
        byte[] bytes = Convert.FromHexString(privateKey);
        Assert.Throws<ArgumentException>(() => Secp256k1PrivateKey.FromBytes(bytes));
        foreach (ISecp256k1 backend in Backends())
        {
            Assert.Null(Secp256k1PrivateKey.TryCreate(backend, bytes));
        }
    }

    [Fact]
    public void Sign_refusesAfterDisposal()
    {
        Secp256k1PrivateKey key = Secp256k1PrivateKey.Create();
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.Sign(Hash256.Zero));
        Assert.Throws<ObjectDisposedException>(() => key.CopyTo(new byte[32]));
    }

    [Fact]
    public void Create_drawsAnotherKeyEachTime()
    {
        using var first = Secp256k1PrivateKey.Create();
        using var second = Secp256k1PrivateKey.Create();
        Assert.NotEqual(first.Address, second.Address);
    }

    private static Hash256 HighS(Hash256 s)
    {
        var order = Ait.Chain.Abi.AbiWord.ToUnsigned(Secp256k1.Order);
        return Ait.Chain.Abi.AbiWord.Of(order - Ait.Chain.Abi.AbiWord.ToUnsigned(s));
    }

    private static Secp256k1PrivateKey Key(ISecp256k1 backend, byte[] bytes) =>
        Secp256k1PrivateKey.TryCreate(backend, bytes) ?? throw new InvalidOperationException("The key was refused.");

    private static IEnumerable<ISecp256k1> Backends()
    {
        yield return new ManagedSecp256k1();
        if (NativeSecp256k1.TryCreate() is { } native)
        {
            yield return native;
        }
    }

    private static NativeSecp256k1 Native()
    {
        NativeSecp256k1? native = NativeSecp256k1.TryCreate();
        Assert.SkipWhen(native is null, "There is no libsecp256k1 for this platform: only the managed backend was tested.");
        return native;
    }
}
