using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Ait.Attestation.X509;

/// <summary>
/// A successful basic OCSP response about one certificate (RFC 6960 §4.2), read strictly. It counts after
/// <see cref="Check"/>: signed by the certificate's issuer or by a responder that the issuer itself appointed.
/// </summary>
internal sealed class OcspResponse
{
    internal const int MaxLength = 16 * 1024;

    private const string BasicOid = "1.3.6.1.5.5.7.48.1.1";
    private const string ExtendedKeyUsageOid = "2.5.29.37";
    private const string OcspSigningOid = "1.3.6.1.5.5.7.3.9";
    private const int MaxCertificates = 4;

    /// <summary>The most by which a responder's clock may run ahead of the verifier's.</summary>
    private static readonly TimeSpan s_clockLeeway = TimeSpan.FromMinutes(5);

    private OcspResponse()
    {
    }

    internal required OcspCertificateId Id { get; init; }

    internal required OcspStatus Status { get; init; }

    internal required DateTimeOffset ThisUpdate { get; init; }

    internal required DateTimeOffset NextUpdate { get; init; }

    internal required ByteString? Nonce { get; init; }

    private ReadOnlyMemory<byte> SignedBytes { get; init; }

    private SignatureAlgorithm Algorithm { get; init; } = null!; // Read sets it

    private ReadOnlyMemory<byte> Signature { get; init; }

    private IReadOnlyList<ReadOnlyMemory<byte>> Certificates { get; init; } = [];

    internal static bool TryParse(
        ReadOnlyMemory<byte> der, [NotNullWhen(true)] out OcspResponse? response, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        response = null;
        if (der.Length > MaxLength)
        {
            refusal = Malformed($"at most {MaxLength} bytes", $"{der.Length} bytes");
            return false;
        }

        try
        {
            response = Read(der);
            refusal = null;
            return true;
        }
        catch (Exception problem) when (problem is AsnContentException or CryptographicException or ArgumentException)
        {
            refusal = Malformed("a successful basic response in strict DER", problem.Message);
            return false;
        }
    }

    /// <summary>Null if <paramref name="issuer"/> vouches, at this instant, that the certificate is good.</summary>
    /// <param name="certificate">The one asked about.</param>
    /// <param name="issuer">Its issuer, verified.</param>
    /// <param name="name">The certificate's role, for the refusal.</param>
    /// <param name="nonce">The nonce the answer must carry; null for an answer kept since its nonce was checked.</param>
    /// <param name="at">The instant asked about.</param>
    internal RefusalReason? Check(Certificate certificate, Certificate issuer, string name, ByteString? nonce, DateTimeOffset at)
    {
        var wanted = OcspCertificateId.Of(certificate, issuer);
        if (Id != wanted)
        {
            return new RefusalReason(Refusal.RevocationAnswerMismatch, name, $"an answer about {wanted.Encoded}", $"{Id.Encoded}");
        }

        return CheckSignature(issuer, name, at) ?? CheckContent(name, nonce, at);
    }

    private RefusalReason? CheckContent(string name, ByteString? nonce, DateTimeOffset at)
    {
        if (nonce is { } asked && Nonce != asked)
        {
            return new RefusalReason(Refusal.RevocationAnswerNonce, name, $"nonce {asked}", Nonce is { } found ? $"{found}" : "none");
        }

        if (at + s_clockLeeway < ThisUpdate || at > NextUpdate)
        {
            return new RefusalReason(Refusal.RevocationAnswerStale, name, $"thisUpdate <= {at:O} <= nextUpdate", $"{ThisUpdate:O} to {NextUpdate:O}");
        }

        return Status switch
        {
            OcspStatus.Good => null,
            OcspStatus.Revoked => new RefusalReason(Refusal.CertificateRevoked, name, "a certificate in force", "revoked, by its issuer's OCSP answer"),
            _ => new RefusalReason(Refusal.RevocationAnswerUnknown, name, "a certificate that its issuer knows", "unknown"),
        };
    }

    private RefusalReason? CheckSignature(Certificate issuer, string name, DateTimeOffset at)
    {
        Certificate signer = issuer;
        string signerName = "its issuer";
        foreach (ReadOnlyMemory<byte> der in Certificates)
        {
            if (!Certificate.TryParse(der, "OCSP responder", out Certificate? candidate, out RefusalReason? refusal))
            {
                return refusal;
            }

            if (candidate.Encoded == issuer.Encoded)
            {
                continue;
            }

            // Only the first: a responder is appointed by the issuer directly (RFC 6960 §4.2.2.2).
            refusal = CheckAppointment(candidate, issuer, at);
            if (refusal is not null)
            {
                return refusal;
            }

            (signer, signerName) = (candidate, candidate.Subject.CommonName);
            break;
        }

        return Algorithm.Scheme is { } scheme && signer.PublicKey.Verifies(scheme, SignedBytes.Span, Signature)
            ? null
            : new RefusalReason(Refusal.RevocationAnswerSignature, name, $"a signature by {signerName}", "a signature that does not verify");
    }

    private static RefusalReason? CheckAppointment(Certificate responder, Certificate issuer, DateTimeOffset at)
    {
        const string Name = "OCSP responder";
        if (responder.UnknownCriticalExtension is { } oid && oid != ExtendedKeyUsageOid)
        {
            return new RefusalReason(Refusal.CertificateExtension, Name, "no unknown critical extension", oid);
        }

        bool appointed = !responder.IsAuthority
            && responder.Issuer.Encoded == issuer.Subject.Encoded
            && responder.Algorithm.Scheme is { } scheme
            && issuer.PublicKey.Verifies(scheme, responder.SignedBytes.Span, responder.Signature)
            && MaySignAnswers(responder);
        return appointed
            ? CertificatePath.CheckValidity(responder, Name, at)
            : new RefusalReason(
                Refusal.RevocationAnswerResponder, Name, $"a certificate by {issuer.Subject.CommonName} for OCSP signing", $"{responder.Subject.CommonName} by {responder.Issuer.CommonName}");
    }

    private static bool MaySignAnswers(Certificate responder)
    {
        if (!responder.Extensions.TryGetValue(ExtendedKeyUsageOid, out CertificateExtension? extension))
        {
            return false;
        }

        try
        {
            AsnReader purposes = new AsnReader(extension.Value, AsnEncodingRules.DER).ReadSequence();
            while (purposes.HasData)
            {
                if (purposes.ReadObjectIdentifier() == OcspSigningOid)
                {
                    return true;
                }
            }
        }
        catch (AsnContentException)
        {
            return false;
        }

        return false;
    }

    private static OcspResponse Read(ReadOnlyMemory<byte> der)
    {
        var reader = new AsnReader(der, AsnEncodingRules.DER);
        AsnReader outer = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        ReadOnlyMemory<byte> status = outer.ReadEnumeratedBytes();
        if (status.Length != 1 || status.Span[0] != 0)
        {
            throw new AsnContentException($"the responder answers status {Convert.ToHexStringLower(status.Span)}");
        }

        AsnReader wrapped = outer.ReadSequence(Tag(0));
        outer.ThrowIfNotEmpty();
        AsnReader bytes = wrapped.ReadSequence();
        wrapped.ThrowIfNotEmpty();
        if (bytes.ReadObjectIdentifier() != BasicOid)
        {
            throw new AsnContentException("the response is not a basic one");
        }

        byte[] basic = bytes.ReadOctetString();
        bytes.ThrowIfNotEmpty();
        return ReadBasic(basic);
    }

    private static OcspResponse ReadBasic(ReadOnlyMemory<byte> der)
    {
        var reader = new AsnReader(der, AsnEncodingRules.DER);
        AsnReader outer = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        ReadOnlyMemory<byte> signedBytes = outer.PeekEncodedValue();
        AsnReader data = outer.ReadSequence();
        SignatureAlgorithm algorithm = SignatureAlgorithm.Read(outer);
        ReadOnlyMemory<byte> signature = Certificate.WholeBits(outer);
        IReadOnlyList<ReadOnlyMemory<byte>> certificates = outer.HasData ? ReadCertificates(outer) : [];
        outer.ThrowIfNotEmpty();

        _ = data.ReadEncodedValue(); // responderID: the signature decides who answers
        _ = data.ReadGeneralizedTime();
        AsnReader singles = data.ReadSequence();
        AsnReader single = singles.ReadSequence();
        if (singles.HasData)
        {
            throw new AsnContentException("more than one certificate is answered about");
        }

        ByteString? nonce = data.HasData ? ReadNonce(data.ReadSequence(Tag(1))) : null;
        data.ThrowIfNotEmpty();

        var id = OcspCertificateId.Read(single);
        OcspStatus status = ReadStatus(single);
        DateTimeOffset thisUpdate = single.ReadGeneralizedTime();
        AsnReader next = single.ReadSequence(Tag(0));
        DateTimeOffset nextUpdate = next.ReadGeneralizedTime();
        next.ThrowIfNotEmpty();
        if (single.HasData)
        {
            RefuseCritical(ExtensionList.Read(single.ReadSequence(Tag(1))));
        }

        single.ThrowIfNotEmpty();
        return new OcspResponse
        {
            Id = id,
            Status = status,
            ThisUpdate = thisUpdate,
            NextUpdate = nextUpdate,
            Nonce = nonce,
            SignedBytes = signedBytes,
            Algorithm = algorithm,
            Signature = signature,
            Certificates = certificates,
        };
    }

    private static OcspStatus ReadStatus(AsnReader single)
    {
        Asn1Tag tag = single.PeekTag();
        if (tag.TagClass != TagClass.ContextSpecific || tag.TagValue is < 0 or > 2)
        {
            throw new AsnContentException("the status is none of good, revoked and unknown");
        }

        _ = single.ReadEncodedValue();
        return (OcspStatus)tag.TagValue;
    }

    private static ByteString? ReadNonce(AsnReader wrapped)
    {
        Dictionary<string, CertificateExtension> extensions = ExtensionList.Read(wrapped);
        wrapped.ThrowIfNotEmpty();
        RefuseCritical(extensions);
        if (!extensions.TryGetValue(OcspRequest.NonceOid, out CertificateExtension? extension))
        {
            return null;
        }

        var reader = new AsnReader(extension.Value, AsnEncodingRules.DER);
        byte[] nonce = reader.ReadOctetString();
        reader.ThrowIfNotEmpty();
        return new ByteString(nonce);
    }

    private static List<ReadOnlyMemory<byte>> ReadCertificates(AsnReader outer)
    {
        AsnReader wrapped = outer.ReadSequence(Tag(0));
        AsnReader list = wrapped.ReadSequence();
        wrapped.ThrowIfNotEmpty();
        List<ReadOnlyMemory<byte>> certificates = [];
        while (list.HasData)
        {
            if (certificates.Count == MaxCertificates)
            {
                throw new AsnContentException($"more than {MaxCertificates} certificates come with it");
            }

            certificates.Add(list.ReadEncodedValue());
        }

        return certificates;
    }

    private static void RefuseCritical(Dictionary<string, CertificateExtension> extensions)
    {
        foreach (CertificateExtension extension in extensions.Values)
        {
            if (extension.Critical && extension.Oid != OcspRequest.NonceOid)
            {
                throw new AsnContentException($"critical extension {extension.Oid} is not understood");
            }
        }
    }

    private static Asn1Tag Tag(int number) => new(TagClass.ContextSpecific, number, isConstructed: true);

    private static RefusalReason Malformed(string expected, string found) => new(Refusal.RevocationAnswerMalformed, "OCSP answer", expected, found);
}
