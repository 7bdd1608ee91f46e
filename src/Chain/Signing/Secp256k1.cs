namespace Ait.Chain.Signing;

/// <summary>Recovery of Ethereum signers, by libsecp256k1 where it can be loaded and by managed code otherwise.</summary>
public static class Secp256k1
{
    private static readonly Lazy<ISecp256k1> s_backend = new(
        static () => NativeSecp256k1.TryCreate() ?? (ISecp256k1)new ManagedSecp256k1());

    /// <summary>The order n of the group.</summary>
    public static Hash256 Order { get; } = Hash256.Parse("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");

    /// <summary>⌊n / 2⌋, the largest s that Ethereum accepts (EIP-2).</summary>
    public static Hash256 HalfOrder { get; } = Hash256.Parse("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");

    /// <summary>The name of the backend in use: <c>libsecp256k1</c> or <c>managed</c>.</summary>
    public static string Backend => s_backend.Value.Name;

    internal static ISecp256k1 Current => s_backend.Value;

    /// <summary>Recovers the account that signed <paramref name="digest"/>; false if the signature is not canonical or has no key.</summary>
    public static bool TryRecover(Hash256 digest, Signature signature, out Address signer) =>
        TryRecover(Current, digest, signature, out signer);

    internal static bool TryRecover(ISecp256k1 backend, Hash256 digest, Signature signature, out Address signer)
    {
        signer = default;
        if (!signature.IsCanonical)
        {
            return false;
        }

        Span<byte> message = stackalloc byte[32];
        Span<byte> rs = stackalloc byte[64];
        Span<byte> publicKey = stackalloc byte[64];
        digest.CopyTo(message);
        signature.R.CopyTo(rs);
        signature.S.CopyTo(rs[32..]);
        if (!backend.TryRecover(message, rs, signature.YParity, publicKey))
        {
            return false;
        }

        signer = AddressOf(publicKey);
        return true;
    }

    internal static Address AddressOf(ReadOnlySpan<byte> publicKey64)
    {
        Span<byte> digest = stackalloc byte[32];
        Keccak256.Hash(publicKey64, digest);
        return new Address(digest[12..]);
    }
}
