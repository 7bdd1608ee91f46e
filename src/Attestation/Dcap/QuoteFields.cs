using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Ait.Attestation.X509;

namespace Ait.Attestation.Dcap;

/// <summary>What a quote says, read and not verified: who signed it is for <see cref="DcapVerifier"/>.</summary>
public sealed class QuoteFields
{
    private const ulong DebugDomain = 1;

    private QuoteFields()
    {
    }

    /// <summary>The quote without the padding platforms put behind it.</summary>
    public required ReadOnlyMemory<byte> Encoded { get; init; }

    /// <summary>The quote without its certificates, which nobody signed: all that a contract reads that holds them.</summary>
    public required ReadOnlyMemory<byte> Uncertified { get; init; }

    /// <summary>Enclave or trust domain.</summary>
    public required DcapTee Tee { get; init; }

    /// <summary>MRTD (48 bytes) of a trust domain, MRENCLAVE (32 bytes) of an enclave.</summary>
    public required ByteString Measurement { get; init; }

    /// <summary>The measured program: MRTD to RTMR3 of a trust domain (384 bytes), MRENCLAVE to ISVFAMILYID of an enclave (256).</summary>
    public required ByteString Program { get; init; }

    /// <summary>PCK, its authority and the root, DER, as they came with the quote.</summary>
    public required ImmutableArray<ReadOnlyMemory<byte>> Certificates { get; init; }

    /// <summary>The 64 bytes the guest chose.</summary>
    public required ByteString ReportData { get; init; }

    /// <summary>True if the platform lets a debugger in.</summary>
    public required bool Debug { get; init; }

    /// <summary>The machine: PPID of the quote's PCK certificate, 16 bytes.</summary>
    public required ByteString Ppid { get; init; }

    /// <summary>Processor family of the PCK certificate, 6 bytes: which TCB info speaks of it.</summary>
    public required ByteString Fmspc { get; init; }

    /// <summary>True if the PCK was issued by the Platform CA, false if by the Processor CA: which revocation list covers it.</summary>
    public required bool ByPlatformAuthority { get; init; }

    /// <summary>Puts certificates behind a quote that was sent without them, as <see cref="Uncertified"/> is; equal to the quote in all that is signed.</summary>
    /// <param name="uncertified">The quote, ending behind its authentication data.</param>
    /// <param name="certificates">PCK, its authority and the root, DER.</param>
    /// <param name="quote">The whole quote.</param>
    /// <param name="refusal">Why there is none.</param>
    public static bool TryCertify(
        ReadOnlyMemory<byte> uncertified, IEnumerable<ReadOnlyMemory<byte>> certificates, [NotNullWhen(true)] out byte[]? quote, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        var pem = new StringBuilder();
        foreach (ReadOnlyMemory<byte> certificate in certificates)
        {
            pem.Append(PemEncoding.Write("CERTIFICATE", certificate.Span)).Append('\n');
        }

        return DcapQuote.TryCertify(uncertified, Encoding.ASCII.GetBytes(pem.ToString()), out quote, out refusal);
    }

    /// <summary>Reads a quote, padded or not.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out QuoteFields? fields, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        fields = null;
        if (!DcapQuote.TryParse(bytes, out DcapQuote? quote, out refusal)
            || !Certificate.TryParse(quote.Certificates[0], "PCK", out Certificate? leaf, out refusal)
            || !PckCertificate.TryRead(leaf, out PckCertificate? pck, out refusal))
        {
            return false;
        }

        TrustDomainReport? domain = quote.TrustDomain;
        EnclaveReport? enclave = quote.Enclave;
        fields = new QuoteFields
        {
            Encoded = bytes[..quote.EncodedLength],
            Uncertified = bytes[..quote.UncertifiedLength],
            Tee = quote.Tee,
            Measurement = domain is not null ? domain.MrTd : enclave!.MrEnclave, // a quote has one of the two
            Program = domain is not null ? domain.Program : enclave!.Program,
            Certificates = [.. quote.Certificates],
            ReportData = domain is not null ? domain.ReportData : enclave!.ReportData,
            Debug = domain is not null ? (domain.TdAttributes & DebugDomain) != 0 : enclave!.Debug,
            Ppid = pck.Ppid,
            Fmspc = pck.Fmspc,
            ByPlatformAuthority = leaf.Issuer.CommonName == "Intel SGX PCK Platform CA",
        };
        return true;
    }
}
