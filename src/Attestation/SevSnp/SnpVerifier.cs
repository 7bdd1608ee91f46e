using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Ait.Attestation.SevSnp;

/// <summary>
/// Evidence, roots, policy and instant in, verdict out. The first cryptographic failure is the answer; if there is
/// none, every policy failure is.
/// </summary>
public static class SnpVerifier
{
    /// <summary>Judges <paramref name="evidence"/> as of <paramref name="at"/>; a cache saves work and changes no verdict.</summary>
    public static Verdict Verify(SnpEvidence evidence, TrustRoots roots, SnpPolicy policy, DateTimeOffset at, CertificateCache? cache = null)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(roots);
        ArgumentNullException.ThrowIfNull(policy);
        ImmutableArray<RefusalReason>.Builder failures = ImmutableArray.CreateBuilder<RefusalReason>();
        if (!TryVerify(evidence, roots, policy, at, cache, failures, out SnpFacts? facts, out RefusalReason? refusal))
        {
            return new Verdict.Refused([refusal]);
        }

        return failures.Count == 0 ? new Verdict.Genuine(facts) : new Verdict.Refused(failures.ToImmutable());
    }

    /// <summary>True with facts if everything cryptographic is valid; what the policy refuses is added to <paramref name="failures"/>.</summary>
    internal static bool TryVerify(
        SnpEvidence evidence,
        TrustRoots roots,
        SnpPolicy policy,
        DateTimeOffset at,
        CertificateCache? cache,
        ImmutableArray<RefusalReason>.Builder failures,
        [NotNullWhen(true)] out SnpFacts? facts,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        facts = null;
        if (!SnpReportEnvelope.TryOpen(evidence.Report.Span, out SnpReport? report, out refusal)
            || !SnpCertificatePath.TryVerify(evidence, roots, at, cache, out SnpCertificatePath? path, out refusal))
        {
            return false;
        }

        EndorsementCertificate vek = path.Vek;
        refusal = CheckKind(report, vek) ?? CheckSignature(report, vek) ?? CheckTcb(report, vek)
            ?? CheckProcessor(report, vek) ?? CheckChipId(report, vek);
        if (refusal is not null)
        {
            return false;
        }

        facts = Facts(report, path);
        SnpAppraisal.Appraise(facts, report, policy, revocationListGiven: !evidence.RevocationLists.IsDefaultOrEmpty, failures);
        return true;
    }

    private static RefusalReason? CheckKind(SnpReport report, EndorsementCertificate vek) => report.SigningKey == vek.Kind
        ? null
        : new RefusalReason(Refusal.SigningKeyMismatch, "KEY_INFO.SIGNING_KEY", $"{vek.Kind}", $"{report.SigningKey}", 0x048);

    private static RefusalReason? CheckSignature(SnpReport report, EndorsementCertificate vek)
    {
        Span<byte> signature = stackalloc byte[96];
        report.CopySignature(signature);
        return vek.Certificate.PublicKey.VerifiesEcdsa(report.SignedBytes.Span, signature)
            ? null
            : new RefusalReason(
                Refusal.ReportSignature, "signature", $"a signature by the {vek.Kind}", "a signature that does not verify", SnpReport.SignatureOffset);
    }

    private static RefusalReason? CheckTcb(SnpReport report, EndorsementCertificate vek)
    {
        TcbVersion reported = report.ReportedTcb(vek.Product);
        return reported == vek.Tcb
            ? null
            : new RefusalReason(Refusal.TcbMismatch, "REPORTED_TCB", $"{vek.Tcb}", $"{reported}", SnpReport.ReportedTcbOffset);
    }

    private static RefusalReason? CheckProcessor(SnpReport report, EndorsementCertificate vek)
    {
        if (!report.NamesProcessor || SnpProducts.FromProcessor(report.ProcessorFamily, report.ProcessorModel) == vek.Product)
        {
            return null;
        }

        string found = string.Create(
            CultureInfo.InvariantCulture, $"family 0x{report.ProcessorFamily:x} model 0x{report.ProcessorModel:x}");
        return new RefusalReason(Refusal.ProcessorMismatch, "CPUID", $"a {vek.Product} processor", found, SnpReport.ProcessorOffset);
    }

    /// <summary>
    /// A VCEK report names its chip; only a host that masks the chip key may leave CHIP_ID zero. On Turin the id is 8
    /// bytes, the rest of the field zero.
    /// </summary>
    private static RefusalReason? CheckChipId(SnpReport report, EndorsementCertificate vek)
    {
        if (vek.HardwareId is not { } hardware || (report.ChipKeyMasked && report.ChipId.IsZero))
        {
            return null;
        }

        ReadOnlySpan<byte> found = report.ChipId.Span;
        return found.StartsWith(hardware.Span) && !found[hardware.Length..].ContainsAnyExcept((byte)0)
            ? null
            : new RefusalReason(Refusal.ChipIdMismatch, "CHIP_ID", $"{hardware}", $"{report.ChipId}", SnpReport.ChipIdOffset);
    }

    private static SnpFacts Facts(SnpReport report, SnpCertificatePath path)
    {
        SnpProduct product = path.Vek.Product;
        int length = product == SnpProduct.Turin ? 8 : 64;
        return new SnpFacts
        {
            Product = product,
            ReportVersion = report.Version,
            SigningKey = report.SigningKey,
            ChipId = report.ChipId.IsZero ? null : new ByteString(report.ChipId.Span[..length]),
            Measurement = report.Measurement,
            ReportData = report.ReportData,
            HostData = report.HostData,
            Policy = report.Policy,
            Vmpl = report.Vmpl,
            PlatformInfo = report.PlatformInfo,
            ReportedTcb = report.ReportedTcb(product),
            CurrentTcb = report.CurrentTcb(product),
            CommittedTcb = report.CommittedTcb(product),
            LaunchTcb = report.LaunchTcb(product),
            EndorsedKey = path.Vek.Certificate.PublicKey.Fingerprint,
            ExpiresAt = path.ExpiresAt,
        };
    }
}
