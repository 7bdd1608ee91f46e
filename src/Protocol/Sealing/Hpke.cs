using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Ait.Protocol.Sealing;

/// <summary>
/// Hybrid public key encryption (RFC 9180), base mode, one message a key: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256 and AES-GCM. What is
/// sealed is the encapsulated key, the ciphertext and its tag.
/// </summary>
internal sealed class Hpke
{
    /// <summary>Length of a public key and of an encapsulated key: an uncompressed point.</summary>
    internal const int PublicKeySize = 1 + (2 * CoordinateSize);

    internal const int TagSize = 16;
    private const int CoordinateSize = 32;
    private const int NonceSize = 12;
    private const int HashSize = SHA256.HashSizeInBytes;
    private const byte UncompressedPoint = 4;
    private const byte BaseMode = 0;
    private readonly int _keySize;
    private readonly byte[] _kemId = [.. "KEM"u8, 0x00, 0x10];
    private readonly byte[] _suiteId;

    internal Hpke(byte aead, int keySize)
    {
        _keySize = keySize;
        _suiteId = [.. "HPKE"u8, 0x00, 0x10, 0x00, 0x01, 0x00, aead];
    }

    /// <summary>With AES-256-GCM: what this protocol uses.</summary>
    internal static Hpke Aes256 { get; } = new(0x02, 32);

    /// <summary>With AES-128-GCM: the suite of the vectors in RFC 9180, A.3.</summary>
    internal static Hpke Aes128 { get; } = new(0x01, 16);

    /// <summary>Seals to a recipient; false if their key is not a point of the curve.</summary>
    internal bool TrySeal(
        ReadOnlySpan<byte> recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> plaintext, [NotNullWhen(true)] out byte[]? message)
    {
        using var ephemeral = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return TrySeal(ephemeral, recipient, info, associated, plaintext, out message);
    }

    /// <summary>Seals under a given ephemeral key, which is used once.</summary>
    internal bool TrySeal(
        ECDiffieHellman ephemeral,
        ReadOnlySpan<byte> recipient,
        ReadOnlySpan<byte> info,
        ReadOnlySpan<byte> associated,
        ReadOnlySpan<byte> plaintext,
        [NotNullWhen(true)] out byte[]? message)
    {
        message = null;
        if (!TryImport(recipient, out ECDiffieHellman? other))
        {
            return false;
        }

        using (other)
        {
            byte[] encapsulated = Export(ephemeral);
            using AesGcm cipher = Schedule(SharedSecret(ephemeral, other, encapsulated, recipient), info, out byte[] nonce);
            message = new byte[PublicKeySize + plaintext.Length + TagSize];
            encapsulated.CopyTo(message, 0);
            cipher.Encrypt(nonce, plaintext, message.AsSpan(PublicKeySize, plaintext.Length), message.AsSpan(PublicKeySize + plaintext.Length), associated);
            return true;
        }
    }

    /// <summary>Opens what was sealed to this key under the same info and associated data.</summary>
    internal bool TryOpen(
        ECDiffieHellman key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> info, ReadOnlySpan<byte> associated, [NotNullWhen(true)] out byte[]? plaintext)
    {
        plaintext = null;
        if (message.Length < PublicKeySize + TagSize || !TryImport(message[..PublicKeySize], out ECDiffieHellman? sender))
        {
            return false;
        }

        using (sender)
        {
            using AesGcm cipher = Schedule(SharedSecret(key, sender, message[..PublicKeySize], Export(key)), info, out byte[] nonce);
            byte[] opened = new byte[message.Length - PublicKeySize - TagSize];
            try
            {
                cipher.Decrypt(nonce, message[PublicKeySize..^TagSize], message[^TagSize..], opened, associated);
            }
            catch (AuthenticationTagMismatchException)
            {
                return false;
            }

            plaintext = opened;
            return true;
        }
    }

    /// <summary>SerializePublicKey: 0x04, X, Y.</summary>
    internal static byte[] Export(ECDiffieHellman key)
    {
        ECPoint point = key.ExportParameters(includePrivateParameters: false).Q;
        return [UncompressedPoint, .. point.X!, .. point.Y!]; // A key of a named curve has both.
    }

    /// <summary>DeserializePublicKey; whatever is not a point of the curve is refused.</summary>
    internal static bool TryImport(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out ECDiffieHellman? key)
    {
        key = null;
        if (bytes.Length != PublicKeySize || bytes[0] != UncompressedPoint)
        {
            return false;
        }

        try
        {
            key = ECDiffieHellman.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = bytes[1..(1 + CoordinateSize)].ToArray(), Y = bytes[(1 + CoordinateSize)..].ToArray() },
            });
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    // RFC 9180 §4.1, ExtractAndExpand over both public keys.
    private byte[] SharedSecret(ECDiffieHellman own, ECDiffieHellman other, ReadOnlySpan<byte> encapsulated, ReadOnlySpan<byte> recipient)
    {
        using ECDiffieHellmanPublicKey point = other.PublicKey;
        byte[] agreement = own.DeriveRawSecretAgreement(point);
        byte[] key = LabeledExtract(_kemId, [], "eae_prk", agreement);
        byte[] secret = LabeledExpand(_kemId, key, "shared_secret", [.. encapsulated, .. recipient], HashSize);
        CryptographicOperations.ZeroMemory(agreement);
        CryptographicOperations.ZeroMemory(key);
        return secret;
    }

    // RFC 9180 §5.1, the key schedule of base mode at sequence number 0.
    private AesGcm Schedule(byte[] sharedSecret, ReadOnlySpan<byte> info, out byte[] nonce)
    {
        byte[] context = [BaseMode, .. LabeledExtract(_suiteId, [], "psk_id_hash", []), .. LabeledExtract(_suiteId, [], "info_hash", info)];
        byte[] secret = LabeledExtract(_suiteId, sharedSecret, "secret", []);
        byte[] key = LabeledExpand(_suiteId, secret, "key", context, _keySize);
        nonce = LabeledExpand(_suiteId, secret, "base_nonce", context, NonceSize);
        try
        {
            return new AesGcm(key, TagSize);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(sharedSecret);
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static byte[] LabeledExtract(byte[] suite, byte[] salt, string label, ReadOnlySpan<byte> material)
    {
        byte[] key = new byte[HashSize];
        HKDF.Extract(HashAlgorithmName.SHA256, [.. "HPKE-v1"u8, .. suite, .. Encoding.ASCII.GetBytes(label), .. material], salt, key);
        return key;
    }

    private static byte[] LabeledExpand(byte[] suite, byte[] key, string label, ReadOnlySpan<byte> info, int length)
    {
        byte[] size = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(size, (ushort)length);
        return HKDF.Expand(HashAlgorithmName.SHA256, key, length, [.. size, .. "HPKE-v1"u8, .. suite, .. Encoding.ASCII.GetBytes(label), .. info]);
    }
}
