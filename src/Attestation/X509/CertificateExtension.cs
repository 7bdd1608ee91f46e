namespace Ait.Attestation.X509;

/// <summary>One extension: its OID, whether it is critical, and the content of its OCTET STRING.</summary>
internal sealed record CertificateExtension(string Oid, bool Critical, ReadOnlyMemory<byte> Value);
