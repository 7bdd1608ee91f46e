using System.Numerics;
using System.Security.Cryptography;

namespace Ait.Attestation.Tests;

/// <summary>EMSA-PSS by hand (RFC 8017 §9.1.1, SHA-384), for salts and trailers that no library signs with.</summary>
internal static class PssSigner
{
    internal static byte[] Sign(RSA key, byte[] message, int saltLength, byte trailer)
    {
        RSAParameters numbers = key.ExportParameters(true);
        var modulus = new BigInteger(numbers.Modulus, isUnsigned: true, isBigEndian: true);
        var exponent = new BigInteger(numbers.D, isUnsigned: true, isBigEndian: true);
        int length = numbers.Modulus!.Length;
        byte[] salt = RandomNumberGenerator.GetBytes(saltLength);
        byte[] hash = SHA384.HashData([.. new byte[8], .. SHA384.HashData(message), .. salt]);
        byte[] block = [.. new byte[length - saltLength - 48 - 2], 1, .. salt];
        byte[] mask = Mgf1(hash, block.Length);
        for (int index = 0; index < block.Length; index++)
        {
            block[index] ^= mask[index];
        }

        block[0] &= 0x7F;
        var encoded = new BigInteger([.. block, .. hash, trailer], isUnsigned: true, isBigEndian: true);
        byte[] signature = BigInteger.ModPow(encoded, exponent, modulus).ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[length - signature.Length], .. signature];
    }

    private static byte[] Mgf1(byte[] seed, int length)
    {
        List<byte> mask = [];
        for (byte counter = 0; mask.Count < length; counter++)
        {
            mask.AddRange(SHA384.HashData([.. seed, 0, 0, 0, counter]));
        }

        return [.. mask.Take(length)];
    }
}
