namespace Ait.Attestation.X509;

/// <summary>Which key a signature was found to be by, so that it is computed once a key. Only success is remembered.</summary>
internal sealed class SignatureMemory
{
    private SubjectPublicKey? _signer;

    internal bool Verifies<T>(SubjectPublicKey key, T signed, Func<SubjectPublicKey, T, bool> verify)
    {
        // A key without a fingerprint (a bare point of a quote) is never remembered.
        if (Volatile.Read(ref _signer) is { Fingerprint.Length: > 0 } signer && signer.Fingerprint == key.Fingerprint)
        {
            return true;
        }

        bool verifies = verify(key, signed);
        if (verifies)
        {
            Volatile.Write(ref _signer, key);
        }

        return verifies;
    }
}
