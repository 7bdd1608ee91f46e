using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Ait.Protocol.Sealing;

/// <summary>
/// Deterministic encryption that commits to its key: T = HMAC-SHA256(k₁, associated ‖ text), then AES-256-GCM under a key derived from k₂
/// and T. Equal texts give equal bytes, which is what seats compare; unequal texts never share a key stream; and no bytes open under
/// two keys, since T is checked against the text that came out.
/// </summary>
internal static class SyntheticCipher
{
    /// <summary>How many bytes longer than the text.</summary>
    internal const int Overhead = SyntheticTagSize + GcmTagSize;

    private const int SyntheticTagSize = 32;
    private const int GcmTagSize = 16;
    private const int NonceSize = 12;
    private const int KeySize = 32;

    /// <summary>T, ciphertext, tag.</summary>
    internal static byte[] Encrypt(ReadOnlySpan<byte> contentKey, ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> text)
    {
        byte[] sealedText = new byte[Overhead + text.Length];
        Span<byte> synthetic = sealedText.AsSpan(0, SyntheticTagSize);
        Tag(contentKey, purpose, associated, text, synthetic);
        using AesGcm cipher = Cipher(contentKey, purpose, synthetic);
        cipher.Encrypt(stackalloc byte[NonceSize], text, sealedText.AsSpan(SyntheticTagSize, text.Length), sealedText.AsSpan(SyntheticTagSize + text.Length), associated);
        return sealedText;
    }

    /// <summary>The text; false if these bytes are not one sealed under this key, for this purpose, with this associated data.</summary>
    internal static bool TryDecrypt(
        ReadOnlySpan<byte> contentKey, ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> sealedText, [NotNullWhen(true)] out byte[]? text)
    {
        text = null;
        if (sealedText.Length < Overhead)
        {
            return false;
        }

        ReadOnlySpan<byte> synthetic = sealedText[..SyntheticTagSize];
        byte[] opened = new byte[sealedText.Length - Overhead];
        using AesGcm cipher = Cipher(contentKey, purpose, synthetic);
        try
        {
            cipher.Decrypt(stackalloc byte[NonceSize], sealedText[SyntheticTagSize..^GcmTagSize], sealedText[^GcmTagSize..], opened, associated);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[SyntheticTagSize];
        Tag(contentKey, purpose, associated, opened, expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, synthetic))
        {
            CryptographicOperations.ZeroMemory(opened);
            return false;
        }

        text = opened;
        return true;
    }

    /// <summary>A key of its own for each use of a content key.</summary>
    internal static void Derive(ReadOnlySpan<byte> contentKey, ReadOnlySpan<byte> use, ReadOnlySpan<byte> context, Span<byte> key) =>
        HKDF.Expand(HashAlgorithmName.SHA256, contentKey, key, [.. "AIT content key v1 "u8, .. use, 0, .. context]);

    private static void Tag(ReadOnlySpan<byte> contentKey, ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> text, Span<byte> tag)
    {
        Span<byte> key = stackalloc byte[KeySize];
        Derive(contentKey, "tag"u8, purpose, key);
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        CryptographicOperations.ZeroMemory(key);
        // The associated data is hashed first, so that no text can be moved across the border.
        hash.AppendData(SHA256.HashData(associated));
        hash.AppendData(text);
        hash.GetHashAndReset(tag);
    }

    private static AesGcm Cipher(ReadOnlySpan<byte> contentKey, ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> synthetic)
    {
        Span<byte> key = stackalloc byte[KeySize];
        Derive(contentKey, "text"u8, [.. purpose, .. synthetic], key);
        var cipher = new AesGcm(key, GcmTagSize);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }
}
