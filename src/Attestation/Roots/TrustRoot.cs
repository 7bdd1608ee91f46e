using Ait.Attestation.SevSnp;

namespace Ait.Attestation;

/// <summary>One pinned root key.</summary>
/// <param name="Product">The product whose paths end in this key.</param>
/// <param name="KeyFingerprint">SHA-384 of the DER SubjectPublicKeyInfo: keys are pinned, certificates may be re-issued.</param>
public sealed record TrustRoot(SnpProduct Product, ByteString KeyFingerprint);
