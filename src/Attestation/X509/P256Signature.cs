using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Ait.Attestation.Dcap;
using Ait.Attestation.X509;

namespace Ait.Attestation;

/// <summary>
/// One ECDSA signature of a P-256 key inside a quote, taken apart: what a prover of hints needs to know. Taking it apart proves nothing.
/// </summary>
public sealed class P256Signature
{
    private P256Signature(ByteString publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        PublicKey = publicKey;
        Digest = new ByteString(SHA256.HashData(message));
        Signature = new ByteString(signature);
    }

    /// <summary>x then y, 32 bytes each, big-endian.</summary>
    public ByteString PublicKey { get; }

    /// <summary>SHA-256 of what is signed.</summary>
    public ByteString Digest { get; }

    /// <summary>r then s, 32 bytes each, big-endian.</summary>
    public ByteString Signature { get; }

    /// <summary>The signatures of a quote that came with its certificates; false if it is malformed.</summary>
    /// <param name="quote">The quote, padded or not.</param>
    /// <param name="ofQuotingEnclave">The PCK's signature of the quoting enclave's report.</param>
    /// <param name="ofQuote">The attestation key's signature of header and body.</param>
    public static bool TryOfQuote(
        ReadOnlyMemory<byte> quote, [NotNullWhen(true)] out P256Signature? ofQuotingEnclave, [NotNullWhen(true)] out P256Signature? ofQuote)
    {
        ofQuotingEnclave = null;
        ofQuote = null;
        if (!DcapQuote.TryParse(quote, out DcapQuote? read, out _)
            || !Certificate.TryParse(read.Certificates[0], "PCK", out Certificate? leaf, out _)
            || !leaf.PublicKey.TryReadP256(out ByteString key))
        {
            return false;
        }

        ofQuotingEnclave = new P256Signature(key, read.QuotingEnclave.Encoded.Span, read.QuotingEnclaveSignature.Span);
        ofQuote = new P256Signature(new ByteString(read.AttestationKey.Span), read.SignedBytes.Span, read.Signature.Span);
        return true;
    }
}
