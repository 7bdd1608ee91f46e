namespace Ait.Chain.Signing;

/// <summary>The curve operations both backends offer; the backends give equal bytes for equal inputs.</summary>
internal interface ISecp256k1
{
    /// <summary>The name of the backend.</summary>
    public string Name { get; }

    /// <summary>Writes the uncompressed point without its 0x04 prefix; false if the key is zero or not below the order.</summary>
    public bool TryGetPublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey64);

    /// <summary>Signs with the RFC 6979 nonce and the lower s; false if the key is out of range.</summary>
    public bool TrySign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> digest, Span<byte> rs64, out byte yParity);

    /// <summary>Recovers the public key; false if there is none.</summary>
    public bool TryRecover(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> rs64, byte yParity, Span<byte> publicKey64);
}
