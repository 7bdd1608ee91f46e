namespace Ait.Attestation.X509;

/// <summary>How a vendor signs certificates and revocation lists. A path uses one scheme throughout.</summary>
internal enum SignatureScheme
{
    /// <summary>AMD: RSA-4096, RSASSA-PSS, SHA-384, MGF1-SHA-384, salt 48, trailer 1.</summary>
    RsaPssSha384,

    /// <summary>Intel: P-256, ECDSA, SHA-256.</summary>
    EcdsaP256Sha256,

    /// <summary>NVIDIA: P-384, ECDSA, SHA-384.</summary>
    EcdsaP384Sha384,
}
