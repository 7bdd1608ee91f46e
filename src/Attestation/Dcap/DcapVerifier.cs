using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Ait.Attestation.X509;

namespace Ait.Attestation.Dcap;

/// <summary>
/// Judges Intel quotes in the order of Intel's own library: path, quoting enclave, quote, collateral, identities,
/// patch levels; then the policy.
/// </summary>
public static class DcapVerifier
{
    /// <summary>Judges <paramref name="evidence"/> as of <paramref name="at"/>; a cache saves work and changes no verdict.</summary>
    public static Verdict Verify(DcapEvidence evidence, TrustRoots roots, DcapPolicy policy, DateTimeOffset at, CertificateCache? cache = null)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(roots);
        ArgumentNullException.ThrowIfNull(policy);
        ImmutableArray<RefusalReason>.Builder failures = ImmutableArray.CreateBuilder<RefusalReason>();
        if (!TryVerify(evidence, roots, policy, at, cache, failures, out DcapFacts? facts, out RefusalReason? refusal))
        {
            return new Verdict.Refused([refusal]);
        }

        return failures.Count == 0 ? new Verdict.Genuine(facts) : new Verdict.Refused(failures.ToImmutable());
    }

    /// <summary>True with facts if everything cryptographic is valid; what the policy refuses is added to <paramref name="failures"/>.</summary>
    internal static bool TryVerify(
        DcapEvidence evidence,
        TrustRoots roots,
        DcapPolicy policy,
        DateTimeOffset at,
        CertificateCache? cache,
        ImmutableArray<RefusalReason>.Builder failures,
        [NotNullWhen(true)] out DcapFacts? facts,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        facts = null;
        if (!DcapQuote.TryParse(evidence.Quote, out DcapQuote? quote, out refusal)
            || !DcapPath.TryVerify(quote, evidence, roots, at, cache, out DcapPath? path, out refusal))
        {
            return false;
        }

        refusal = CheckQuotingEnclave(quote, path.Pck) ?? CheckQuote(quote);
        if (refusal is not null
            || !evidence.Collateral.TryReadTcbInfo(out TcbInfo? info, out refusal)
            || !evidence.Collateral.TryReadQeIdentity(out QeIdentity? identity, out refusal))
        {
            return false;
        }

        refusal = CheckFresh("tcb_info", info.IssueDate, info.NextUpdate, at)
            ?? CheckFresh("qe_identity", identity.IssueDate, identity.NextUpdate, at)
            ?? CheckMatch(quote, path.Pck, info, identity)
            ?? CheckIdentity(quote.QuotingEnclave, identity);
        if (refusal is not null || !TryEvaluate(quote, path.Pck, info, identity, out DcapTcbStatus status, out ImmutableArray<string> advisories, out refusal))
        {
            return false;
        }

        path.Limit(info.NextUpdate);
        path.Limit(identity.NextUpdate);
        int number = Math.Min(info.EvaluationNumber, identity.EvaluationNumber);
        facts = Facts(quote, path, status, advisories, number);
        DcapAppraisal.Appraise(facts, quote, policy, failures);
        return true;
    }

    private static RefusalReason? CheckQuotingEnclave(DcapQuote quote, PckCertificate pck)
    {
        if (!pck.Certificate.PublicKey.VerifiesEcdsa(quote.QuotingEnclave.Encoded.Span, quote.QuotingEnclaveSignature.Span))
        {
            return new RefusalReason(Refusal.QuotingEnclaveSignature, "QE report", "a signature by the PCK", "a signature that does not verify");
        }

        byte[] bound = new byte[64];
        _ = SHA256.HashData([.. quote.AttestationKey.Span, .. quote.AuthenticationData.Span], bound);
        return quote.QuotingEnclave.ReportData.Span.SequenceEqual(bound)
            ? null
            : new RefusalReason(
                Refusal.QuotingEnclaveBinding, "QE report data", $"hash of the attestation key {Convert.ToHexStringLower(bound)}", $"{quote.QuotingEnclave.ReportData}");
    }

    private static RefusalReason? CheckQuote(DcapQuote quote)
    {
        if (SubjectPublicKey.FromP256Point(quote.AttestationKey.Span) is not { } key)
        {
            return new RefusalReason(Refusal.CertificateKey, "attestation key", "a point on P-256", "no point on it");
        }

        return key.VerifiesEcdsa(quote.SignedBytes.Span, quote.Signature.Span)
            ? null
            : new RefusalReason(Refusal.ReportSignature, "quote", "a signature by the attestation key", "a signature that does not verify");
    }

    private static RefusalReason? CheckFresh(string name, DateTimeOffset from, DateTimeOffset to, DateTimeOffset at)
    {
        if (at < from)
        {
            return new RefusalReason(Refusal.CollateralNotYetValid, name, $"issueDate <= {at:O}", $"{from:O}");
        }

        return at > to ? new RefusalReason(Refusal.CollateralStale, name, $"nextUpdate >= {at:O}", $"{to:O}") : null;
    }

    private static RefusalReason? CheckMatch(DcapQuote quote, PckCertificate pck, TcbInfo info, QeIdentity identity)
    {
        bool tdx = quote.Tee == DcapTee.Tdx;
        RefusalReason? Differ(string what, string expected, string found) =>
            expected == found ? null : new RefusalReason(Refusal.CollateralMismatch, what, expected, found);
        return Differ("tcb_info.id", tdx ? "TDX" : "SGX", info.Id)
            ?? Differ("qe_identity.id", tdx ? "TD_QE" : "QE", identity.Id)
            ?? Differ("tcb_info.fmspc", $"{pck.Fmspc}", $"{info.Fmspc}")
            ?? Differ("tcb_info.pceId", $"{pck.PceId}", $"{info.PceId}");
    }

    private static RefusalReason? CheckIdentity(EnclaveReport enclave, QeIdentity identity)
    {
        RefusalReason? Differ(bool differs, string what, string expected, string found) =>
            differs ? new RefusalReason(Refusal.QuotingEnclaveIdentity, what, expected, found) : null;
        return Differ(enclave.MrSigner != identity.MrSigner, "QE MRSIGNER", $"{identity.MrSigner}", $"{enclave.MrSigner}")
            ?? Differ(enclave.IsvProdId != identity.IsvProdId, "QE ISVPRODID", $"{identity.IsvProdId}", $"{enclave.IsvProdId}")
            ?? Differ(
                !EqualUnderMask(enclave.MiscSelect, identity.MiscSelect, identity.MiscSelectMask),
                "QE MISCSELECT", $"{identity.MiscSelect}", Convert.ToHexStringLower(enclave.MiscSelect))
            ?? Differ(
                !EqualUnderMask(enclave.Attributes, identity.Attributes, identity.AttributesMask),
                "QE ATTRIBUTES", $"{identity.Attributes}", Convert.ToHexStringLower(enclave.Attributes));
    }

    private static bool TryEvaluate(
        DcapQuote quote,
        PckCertificate pck,
        TcbInfo info,
        QeIdentity identity,
        out DcapTcbStatus status,
        out ImmutableArray<string> advisories,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        status = default;
        advisories = [];
        if (TcbEvaluation.FindSvn(identity.Levels, quote.QuotingEnclave.IsvSvn) is not { } enclaveLevel)
        {
            refusal = new RefusalReason(Refusal.TcbNotSupported, "QE ISVSVN", "a level of the QE identity", $"{quote.QuotingEnclave.IsvSvn}");
            return false;
        }

        ReadOnlySpan<byte> launched = quote.TrustDomain is { } domain ? domain.TeeTcbSvn : [];
        if (!TryEvaluate(quote.TrustDomain, launched, pck, info, enclaveLevel, out status, out advisories, out refusal))
        {
            return false;
        }

        ReadOnlySpan<byte> current = quote.TrustDomain is { } again ? again.CurrentTeeTcbSvn : [];
        if (!current.IsEmpty)
        {
            if (!TryEvaluate(quote.TrustDomain, current, pck, info, enclaveLevel, out DcapTcbStatus now, out _, out refusal))
            {
                return false;
            }

            status = TcbEvaluation.Relaunch(status, now);
        }

        return true;
    }

    private static bool TryEvaluate(
        TrustDomainReport? domain,
        ReadOnlySpan<byte> teeTcbSvn,
        PckCertificate pck,
        TcbInfo info,
        SvnLevel enclaveLevel,
        out DcapTcbStatus status,
        out ImmutableArray<string> advisories,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        status = default;
        advisories = [];
        SvnLevel? moduleLevel = null;
        if (domain is not null && !TryModule(domain, teeTcbSvn, info, out moduleLevel, out refusal))
        {
            return false;
        }

        if (TcbEvaluation.FindPlatform(info, pck, teeTcbSvn) is not { } platform)
        {
            refusal = new RefusalReason(Refusal.TcbNotSupported, "platform TCB", "a level of the TCB info", "below every one");
            return false;
        }

        status = TcbEvaluation.Converge(platform.Status, enclaveLevel.Status);
        status = moduleLevel is null ? status : TcbEvaluation.Converge(status, moduleLevel.Status);
        advisories = [.. platform.Advisories.Concat(enclaveLevel.Advisories).Concat(moduleLevel?.Advisories ?? []).Distinct().Order(StringComparer.Ordinal)];
        refusal = null;
        return true;
    }

    private static bool TryModule(
        TrustDomainReport domain, ReadOnlySpan<byte> teeTcbSvn, TcbInfo info, out SvnLevel? level, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        level = null;
        ModuleIdentity? module = info.Module;
        string id = "TDX module";
        if (teeTcbSvn[1] > 0)
        {
            id = $"TDX_{teeTcbSvn[1]:X2}";
            module = null;
            foreach (ModuleIdentity candidate in info.Modules)
            {
                module = candidate.Id == id ? candidate : module;
            }
        }

        if (module is null)
        {
            refusal = new RefusalReason(Refusal.ModuleIdentity, id, "an identity in the TCB info", "none");
            return false;
        }

        if (domain.MrSignerSeam != module.MrSigner
            || domain.SeamAttributes.ContainsAnyExcept((byte)0)
            || !EqualUnderMask(domain.SeamAttributes, module.Attributes, module.Mask))
        {
            refusal = new RefusalReason(
                Refusal.ModuleIdentity, id, $"MRSIGNERSEAM {module.MrSigner}, SEAMATTRIBUTES zero", $"{domain.MrSignerSeam}, {Convert.ToHexStringLower(domain.SeamAttributes)}");
            return false;
        }

        if (teeTcbSvn[1] > 0)
        {
            level = TcbEvaluation.FindSvn(module.Levels, teeTcbSvn[0]);
            if (level is null)
            {
                refusal = new RefusalReason(Refusal.TcbNotSupported, id, "a level of the module's identity", $"{teeTcbSvn[0]}");
                return false;
            }
        }

        refusal = null;
        return true;
    }

    private static bool EqualUnderMask(ReadOnlySpan<byte> found, ByteString expected, ByteString mask)
    {
        for (int index = 0; index < found.Length; index++)
        {
            if ((found[index] & mask.Span[index]) != (expected.Span[index] & mask.Span[index]))
            {
                return false;
            }
        }

        return true;
    }

    private static DcapFacts Facts(DcapQuote quote, DcapPath path, DcapTcbStatus status, ImmutableArray<string> advisories, int number)
    {
        TrustDomainReport? domain = quote.TrustDomain;
        EnclaveReport? enclave = quote.Enclave;
        return new DcapFacts
        {
            Tee = quote.Tee,
            QuoteVersion = quote.Version,
            Fmspc = path.Pck.Fmspc,
            ChipId = path.Pck.Ppid,
            Status = status,
            Advisories = advisories,
            EvaluationNumber = number,
            Measurement = domain is not null ? domain.MrTd : enclave!.MrEnclave, // a quote has one of the two
            ReportData = domain is not null ? domain.ReportData : enclave!.ReportData, // as above
            MrSigner = enclave is not null ? enclave.MrSigner : default,
            Program = domain is not null ? domain.Program : enclave!.Program, // as above
            RuntimeMeasurements = domain is not null ? [domain.Rtmr(0), domain.Rtmr(1), domain.Rtmr(2), domain.Rtmr(3)] : [],
            ExpiresAt = path.ExpiresAt,
        };
    }
}
