using Ait.Attestation.X509;

namespace Ait.Attestation.Dcap;

/// <summary>A JSON object that Intel signed: the exact bytes, r‖s, and the issuer's certificates (issuer, root).</summary>
internal sealed class SignedJson(string name, ReadOnlyMemory<byte> text, ReadOnlyMemory<byte> signature, IReadOnlyList<ReadOnlyMemory<byte>> issuerChain)
{
    private readonly SignatureMemory _signature = new();

    internal string Name => name;

    internal ReadOnlyMemory<byte> Text => text;

    internal ReadOnlyMemory<byte> Signature => signature;

    internal IReadOnlyList<ReadOnlyMemory<byte>> IssuerChain => issuerChain;

    /// <summary>Did this key sign it? Computed once a key.</summary>
    internal bool IsSignedBy(SubjectPublicKey key) =>
        _signature.Verifies(key, this, static (key, self) => key.VerifiesEcdsa(self.Text.Span, self.Signature.Span));
}
