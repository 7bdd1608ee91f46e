using System.Buffers.Binary;
using System.Security.Cryptography;
using Ait.Chain;
using Ait.Chain.Signing;

namespace Ait.Coordinator.SigningIn;

/// <summary>
/// Nonces that this coordinator gave out and that are still good, without remembering them: expiry, random bits and a MAC over both.
/// The MAC's key comes from the coordinator's own, so every replica and every life of it knows them. That each is used once is the
/// session's to see (<see cref="SessionStore"/>).
/// </summary>
internal sealed class SignInNonce
{
    internal static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private const int ExpirySize = 8;
    private const int BodySize = ExpirySize + 16;
    private const int MacSize = 16;
    private readonly byte[] _macKey;

    public SignInNonce(Secp256k1PrivateKey key) =>
        // RFC 6979: the same signature each time, and nobody else can make it.
        _macKey = SHA256.HashData(key.Sign(Keccak256.Hash("AIT sign-in nonces v1"u8)).ToArray());

    /// <summary>A fresh one, and until when it is good in unix seconds.</summary>
    internal (string Nonce, ulong ExpiresAt) Create(DateTimeOffset now)
    {
        ulong expiresAt = (ulong)(now + Lifetime).ToUnixTimeSeconds();
        byte[] bytes = new byte[BodySize + MacSize];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, expiresAt);
        RandomNumberGenerator.Fill(bytes.AsSpan(ExpirySize, BodySize - ExpirySize));
        Mac(bytes.AsSpan(0, BodySize), bytes.AsSpan(BodySize));
        return (Convert.ToHexStringLower(bytes), expiresAt);
    }

    internal bool IsGood(string nonce, DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[BodySize + MacSize];
        Span<byte> mac = stackalloc byte[MacSize];
        if (nonce.Length != 2 * bytes.Length || !Hex.TryDecode(nonce, bytes))
        {
            return false;
        }

        Mac(bytes[..BodySize], mac);
        return CryptographicOperations.FixedTimeEquals(mac, bytes[BodySize..])
            && BinaryPrimitives.ReadUInt64BigEndian(bytes) > (ulong)now.ToUnixTimeSeconds();
    }

    private void Mac(ReadOnlySpan<byte> body, Span<byte> mac)
    {
        Span<byte> whole = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_macKey, body, whole);
        whole[..MacSize].CopyTo(mac);
    }
}
