using System.Diagnostics.CodeAnalysis;

namespace Ait.Chain.Signing;

/// <summary>A recoverable secp256k1 ECDSA signature: r, s and the parity of the y coordinate of the nonce point.</summary>
/// <remarks>Any combination of values can be held; <see cref="IsCanonical"/> says whether it is one Ethereum accepts.</remarks>
/// <param name="R">The r value, big-endian.</param>
/// <param name="S">The s value, big-endian.</param>
/// <param name="YParity">0 or 1.</param>
public readonly record struct Signature(Hash256 R, Hash256 S, byte YParity)
{
    /// <summary>The length of r ‖ s ‖ v.</summary>
    public const int Size = 65;

    /// <summary>The length of the compact form of EIP-2098.</summary>
    public const int CompactSize = 64;

    /// <summary>Whether 0 &lt; r &lt; n, 0 &lt; s ≤ n / 2 (EIP-2) and the parity is 0 or 1.</summary>
    public bool IsCanonical =>
        R != Hash256.Zero && R < Secp256k1.Order
        && S != Hash256.Zero && S <= Secp256k1.HalfOrder
        && YParity <= 1;

    /// <summary>r ‖ s ‖ v with v 27 or 28.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[Size];
        R.CopyTo(bytes);
        S.CopyTo(bytes.AsSpan(32));
        bytes[64] = (byte)(27 + YParity);
        return bytes;
    }

    /// <summary>r ‖ (parity in the top bit of s), EIP-2098.</summary>
    public byte[] ToCompactArray()
    {
        byte[] bytes = new byte[CompactSize];
        R.CopyTo(bytes);
        S.CopyTo(bytes.AsSpan(32));
        bytes[32] |= (byte)(YParity << 7);
        return bytes;
    }

    /// <summary>The two words of the compact form, as contracts take them: r, and s with the parity in its top bit.</summary>
    public (Hash256 R, Hash256 Vs) ToCompactWords()
    {
        ReadOnlySpan<byte> compact = ToCompactArray();
        return (new Hash256(compact[..Hash256.Size]), new Hash256(compact[Hash256.Size..]));
    }

    /// <summary>r ‖ s ‖ v as hexadecimal text.</summary>
    public override string ToString() => Hex.Encode(ToArray());

    /// <summary>Reads r ‖ s ‖ v of exactly 65 bytes; false if v is not 27 or 28 or the values are not canonical.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out Signature signature)
    {
        signature = default;
        if (bytes.Length != Size || bytes[64] is not (27 or 28))
        {
            return false;
        }

        return Accept(new Signature(new Hash256(bytes[..32]), new Hash256(bytes[32..64]), (byte)(bytes[64] - 27)), out signature);
    }

    /// <summary>Reads the 64 bytes of EIP-2098; false if the values are not canonical.</summary>
    public static bool TryParseCompact(ReadOnlySpan<byte> bytes, out Signature signature)
    {
        signature = default;
        if (bytes.Length != CompactSize)
        {
            return false;
        }

        Span<byte> s = stackalloc byte[32];
        bytes[32..].CopyTo(s);
        byte parity = (byte)(s[0] >> 7);
        s[0] &= 0x7f;
        return Accept(new Signature(new Hash256(bytes[..32]), new Hash256(s), parity), out signature);
    }

    /// <summary>Reads 65 bytes as hexadecimal text; false if it is anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Signature signature)
    {
        Span<byte> bytes = stackalloc byte[Size];
        signature = default;
        return text is not null && Hex.TryDecode(text, bytes) && TryParse(bytes, out signature);
    }

    private static bool Accept(Signature candidate, out Signature signature)
    {
        bool canonical = candidate.IsCanonical;
        signature = canonical ? candidate : default;
        return canonical;
    }
}
