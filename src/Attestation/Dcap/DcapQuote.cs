using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Ait.Attestation.X509;

namespace Ait.Attestation.Dcap;

/// <summary>
/// An ECDSA quote of Intel DCAP, versions 3 to 5. Platforms pad quotes: bytes after the signature data are neither
/// signed nor read. Parsing proves nothing; <see cref="DcapVerifier"/> does.
/// </summary>
internal sealed class DcapQuote
{
    internal const int MaxLength = 64 * 1024;

    internal required int Version { get; init; }

    internal required DcapTee Tee { get; init; }

    internal required ReadOnlyMemory<byte> SignedBytes { get; init; }

    /// <summary>Where the quote ends and padding may begin.</summary>
    internal required int EncodedLength { get; init; }

    /// <summary>Where the authentication data end and what the certificates lie in begins.</summary>
    internal required int UncertifiedLength { get; init; }

    /// <summary>The quoted enclave, null for a trust domain.</summary>
    internal required EnclaveReport? Enclave { get; init; }

    /// <summary>The quoted trust domain, null for an enclave.</summary>
    internal required TrustDomainReport? TrustDomain { get; init; }

    internal required ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>The key that signed the quote: x‖y on P-256.</summary>
    internal required ReadOnlyMemory<byte> AttestationKey { get; init; }

    internal required EnclaveReport QuotingEnclave { get; init; }

    internal required ReadOnlyMemory<byte> QuotingEnclaveSignature { get; init; }

    internal required ReadOnlyMemory<byte> AuthenticationData { get; init; }

    /// <summary>PCK certificate, its authority, root; DER.</summary>
    internal required IReadOnlyList<ReadOnlyMemory<byte>> Certificates { get; init; }

    internal static bool TryParse(
        ReadOnlyMemory<byte> bytes,
        [NotNullWhen(true)] out DcapQuote? quote,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        quote = null;
        if (bytes.Length > MaxLength)
        {
            refusal = new RefusalReason(Refusal.QuoteMalformed, "quote", $"at most {MaxLength} bytes", $"{bytes.Length} bytes");
            return false;
        }

        var reader = new QuoteReader(bytes);
        return TryReadHeader(ref reader, out int version, out DcapTee tee, out refusal)
            && TryReadBody(ref reader, version, tee, out ReadOnlyMemory<byte> body, out refusal)
            && TryReadSignature(ref reader, bytes, version, tee, body, out quote, out refusal);
    }

    /// <summary>Puts certification data of type 5 behind a quote that ends with its authentication data; the lengths, which nobody signed, follow.</summary>
    internal static bool TryCertify(
        ReadOnlyMemory<byte> uncertified, ReadOnlySpan<byte> pem, [NotNullWhen(true)] out byte[]? certified, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        const int TypeAndLength = sizeof(ushort) + sizeof(uint);
        const int SignatureAndKey = 64 + 64;
        certified = null;
        var reader = new QuoteReader(uncertified);
        if (!TryReadHeader(ref reader, out int version, out DcapTee tee, out refusal) || !TryReadBody(ref reader, version, tee, out _, out refusal))
        {
            return false;
        }

        int lengthAt = reader.Position;
        int dataAt = lengthAt + sizeof(uint);
        int enclaveAt = dataAt + SignatureAndKey + (version > 3 ? TypeAndLength : 0);
        int authenticationAt = enclaveAt + EnclaveReport.Length + 64;
        if (uncertified.Length < authenticationAt + sizeof(ushort)
            || uncertified.Length != authenticationAt + sizeof(ushort) + BinaryPrimitives.ReadUInt16LittleEndian(uncertified.Span[authenticationAt..]))
        {
            refusal = new RefusalReason(Refusal.QuoteMalformed, "quote without certificates", "its end behind the authentication data", $"{uncertified.Length} bytes");
            return false;
        }

        certified = new byte[uncertified.Length + TypeAndLength + pem.Length];
        Span<byte> quote = certified;
        uncertified.Span.CopyTo(quote);
        Span<byte> certification = quote[uncertified.Length..];
        BinaryPrimitives.WriteUInt16LittleEndian(certification, 5);
        BinaryPrimitives.WriteInt32LittleEndian(certification[sizeof(ushort)..], pem.Length);
        pem.CopyTo(certification[TypeAndLength..]);
        BinaryPrimitives.WriteInt32LittleEndian(quote[lengthAt..], quote.Length - dataAt);
        if (version > 3)
        {
            BinaryPrimitives.WriteInt32LittleEndian(quote[(enclaveAt - sizeof(uint))..], quote.Length - enclaveAt);
        }

        return true;
    }

    private static bool TryReadHeader(
        ref QuoteReader reader, out int version, out DcapTee tee, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        ReadOnlySpan<byte> vendor =
            [0x93, 0x9A, 0x72, 0x33, 0xF7, 0x9C, 0x4C, 0xA9, 0x94, 0x0A, 0x0D, 0xB3, 0x95, 0x7F, 0x06, 0x07];
        version = 0;
        tee = default;
        if (!reader.TryU16(out ushort number) || !reader.TryU16(out ushort keyType) || !reader.TryU32(out uint kind)
            || !reader.TryTake(4, out _) || !reader.TryTake(16, out ReadOnlyMemory<byte> id) || !reader.TryTake(20, out _))
        {
            refusal = reader.Truncated("header");
            return false;
        }

        version = number;
        tee = (DcapTee)kind;
        refusal = version is < 3 or > 5 ? new RefusalReason(Refusal.QuoteVersion, "version", "3 to 5", $"{version}", 0)
            : keyType != 2 ? new RefusalReason(Refusal.QuoteKeyType, "attestation key type", "2 (ECDSA P-256)", $"{keyType}", 2)
            : tee != DcapTee.Sgx && (tee != DcapTee.Tdx || version == 3)
                ? new RefusalReason(Refusal.QuoteTee, "TEE type", version == 3 ? "0 (SGX)" : "0 (SGX) or 0x81 (TDX)", $"{kind}", 4)
            : !id.Span.SequenceEqual(vendor)
                ? new RefusalReason(Refusal.QuoteVendor, "QE vendor id", Convert.ToHexStringLower(vendor), Convert.ToHexStringLower(id.Span), 12)
            : null;
        return refusal is null;
    }

    private static bool TryReadBody(
        ref QuoteReader reader, int version, DcapTee tee, out ReadOnlyMemory<byte> body, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        int length = tee == DcapTee.Sgx ? EnclaveReport.Length : TrustDomainReport.Length;
        body = default;
        if (version == 5)
        {
            if (!reader.TryU16(out ushort type) || !reader.TryU32(out uint size))
            {
                refusal = reader.Truncated("body header");
                return false;
            }

            (DcapTee Tee, int Length)? known = type switch
            {
                1 => (DcapTee.Sgx, EnclaveReport.Length),
                2 => (DcapTee.Tdx, TrustDomainReport.Length),
                3 => (DcapTee.Tdx, TrustDomainReport.Length15),
                4 => (DcapTee.Tdx, TrustDomainReport.Length15Extended),
                _ => null,
            };
            if (known is not { } shape || shape.Tee != tee || shape.Length != size)
            {
                refusal = new RefusalReason(Refusal.QuoteMalformed, "body", $"a type and size of {tee}", $"type {type}, {size} bytes", 48);
                return false;
            }

            length = shape.Length;
        }

        if (!reader.TryTake(length, out body))
        {
            refusal = reader.Truncated("body");
            return false;
        }

        refusal = null;
        return true;
    }

    private static bool TryReadSignature(
        ref QuoteReader reader,
        ReadOnlyMemory<byte> bytes,
        int version,
        DcapTee tee,
        ReadOnlyMemory<byte> body,
        [NotNullWhen(true)] out DcapQuote? quote,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        quote = null;
        ReadOnlyMemory<byte> signedBytes = bytes[..reader.Position];
        if (!reader.TryU32(out uint length) || !reader.TryTake(length, out ReadOnlyMemory<byte> data))
        {
            refusal = reader.Truncated("signature data");
            return false;
        }

        var inner = new QuoteReader(data);
        ushort certificationType = 6;
        uint certificationLength = 0;
        if (!inner.TryTake(64, out ReadOnlyMemory<byte> signature) || !inner.TryTake(64, out ReadOnlyMemory<byte> key)
            || (version > 3 && (!inner.TryU16(out certificationType) || !inner.TryU32(out certificationLength))))
        {
            refusal = inner.Truncated("signature");
            return false;
        }

        if (version > 3 && (certificationType != 6 || certificationLength != inner.Remaining))
        {
            refusal = new RefusalReason(Refusal.QuoteMalformed, "certification data", "type 6, all that is left", $"type {certificationType}, {certificationLength} bytes");
            return false;
        }

        if (!inner.TryTake(EnclaveReport.Length, out ReadOnlyMemory<byte> enclave) || !inner.TryTake(64, out ReadOnlyMemory<byte> enclaveSignature)
            || !inner.TryU16(out ushort authenticationLength) || !inner.TryTake(authenticationLength, out ReadOnlyMemory<byte> authentication)
            || !inner.TryU16(out ushort type) || !inner.TryU32(out uint pathLength) || !inner.TryTake(pathLength, out ReadOnlyMemory<byte> path)
            || inner.Remaining != 0)
        {
            refusal = inner.Truncated("quoting enclave data");
            return false;
        }

        int end = path.Length;
        while (end > 0 && path.Span[end - 1] == 0)
        {
            end--;
        }

        if (type != 5 || !PemReader.TryRead(path[..end], "CERTIFICATE", out List<ReadOnlyMemory<byte>>? certificates) || certificates.Count != 3)
        {
            refusal = new RefusalReason(Refusal.QuoteMalformed, "certification data", "type 5: PEM of PCK, its authority and root", $"type {type}");
            return false;
        }

        quote = new DcapQuote
        {
            Version = version,
            Tee = tee,
            SignedBytes = signedBytes,
            EncodedLength = reader.Position,
            UncertifiedLength = reader.Position - path.Length - 6, // behind its type and length
            Enclave = tee == DcapTee.Sgx ? new EnclaveReport(body) : null,
            TrustDomain = tee == DcapTee.Tdx ? new TrustDomainReport(body) : null,
            Signature = signature,
            AttestationKey = key,
            QuotingEnclave = new EnclaveReport(enclave),
            QuotingEnclaveSignature = enclaveSignature,
            AuthenticationData = authentication,
            Certificates = certificates,
        };
        refusal = null;
        return true;
    }
}
