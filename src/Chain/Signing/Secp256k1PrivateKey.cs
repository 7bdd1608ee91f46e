using System.Security.Cryptography;

namespace Ait.Chain.Signing;

/// <summary>An account's private key. The bytes stay at one place in memory and are zeroed on disposal.</summary>
public sealed class Secp256k1PrivateKey : IDisposable
{
    /// <summary>The number of bytes in a key.</summary>
    public const int Size = 32;

    private readonly byte[] _key = GC.AllocateArray<byte>(Size, pinned: true);
    private readonly ISecp256k1 _backend;
    private bool _disposed;

    private Secp256k1PrivateKey(ISecp256k1 backend) => _backend = backend;

    /// <summary>The account of this key.</summary>
    public Address Address { get; private set; }

    /// <summary>Draws a key from the system's random generator.</summary>
    public static Secp256k1PrivateKey Create()
    {
        Span<byte> bytes = stackalloc byte[Size];
        try
        {
            while (true)
            {
                RandomNumberGenerator.Fill(bytes);
                if (TryCreate(Secp256k1.Current, bytes) is { } key)
                {
                    return key;
                }
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Copies the thirty-two bytes of a key; the caller zeroes its own copy.</summary>
    /// <exception cref="ArgumentException">There are not thirty-two bytes, or the number is zero or not below the group order.</exception>
    public static Secp256k1PrivateKey FromBytes(ReadOnlySpan<byte> bytes) =>
        TryCreate(Secp256k1.Current, bytes)
        ?? throw new ArgumentException("Expected 32 bytes of a number above zero and below the order of secp256k1.", nameof(bytes));

    /// <summary>Signs a digest: RFC 6979 nonce, lower s. Equal inputs give equal signatures on every backend.</summary>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public Signature Sign(Hash256 digest)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Span<byte> message = stackalloc byte[32];
        Span<byte> rs = stackalloc byte[64];
        digest.CopyTo(message);
        if (!_backend.TrySign(_key, message, rs, out byte yParity))
        {
            throw new CryptographicException("The curve backend refused a key that was in range.");
        }

        return new Signature(new Hash256(rs[..32]), new Hash256(rs[32..]), yParity);
    }

    /// <summary>Copies the key out, to be stored by the caller under its own protection.</summary>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public void CopyTo(Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _key.CopyTo(destination);
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_key);
    }

    /// <summary>The account, never the key.</summary>
    public override string ToString() => Address.ToString();

    internal static Secp256k1PrivateKey? TryCreate(ISecp256k1 backend, ReadOnlySpan<byte> bytes)
    {
        Span<byte> publicKey = stackalloc byte[64];
        if (bytes.Length != Size || !backend.TryGetPublicKey(bytes, publicKey))
        {
            return null;
        }

        var key = new Secp256k1PrivateKey(backend) { Address = Secp256k1.AddressOf(publicKey) };
        bytes.CopyTo(key._key);
        return key;
    }
}
