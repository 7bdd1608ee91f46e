using System.Diagnostics.CodeAnalysis;
using Ait.Attestation.X509;

namespace Ait.Attestation.Nvidia;

/// <summary>A reference manifest and its signature as read; <see cref="ReferenceManifest.TryVerify"/> says whether it counts.</summary>
internal sealed class SignedReference(ReferenceManifest manifest, XmlSignature signature)
{
    private readonly SignatureMemory _memory = new();

    internal ReferenceManifest Manifest => manifest;

    internal XmlSignature Signature => signature;

    /// <summary>Did this key sign it? Computed once a key.</summary>
    internal bool IsSignedBy(SubjectPublicKey key) =>
        _memory.Verifies(key, signature, static (key, signature) => key.VerifiesEcdsa(signature.SignedInfo.Span, signature.Value.Span));

    internal static bool TryRead(
        ReadOnlyMemory<byte> xml, string name, [NotNullWhen(true)] out SignedReference? reference, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        bool read = ReferenceManifest.TryRead(xml, name, out ReferenceManifest? manifest, out XmlSignature? signature, out refusal);
        reference = read ? new SignedReference(manifest!, signature!) : null; // TryRead fills both when it answers true
        return read;
    }
}
