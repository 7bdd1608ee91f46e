namespace Ait.Attestation.Dcap;

/// <summary>A JSON object that Intel signed: the exact bytes, r‖s, and the issuer's certificates (issuer, root).</summary>
internal sealed record SignedJson(string Name, ReadOnlyMemory<byte> Text, ReadOnlyMemory<byte> Signature, IReadOnlyList<ReadOnlyMemory<byte>> IssuerChain);
