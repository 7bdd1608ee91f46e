using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Ait.Attestation.Nvidia;

/// <summary>
/// Judges evidence of NVIDIA GPUs: shape, certificate path and kind of device, firmware id, report signature, reference
/// manifests; then the policy.
/// </summary>
public static class NvidiaVerifier
{
    /// <summary>Judges one GPU as of <paramref name="at"/>; a cache saves work and changes no verdict.</summary>
    public static Verdict Verify(NvidiaEvidence evidence, TrustRoots roots, NvidiaPolicy policy, DateTimeOffset at, CertificateCache? cache = null)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        return Verify([evidence], roots, policy, at, cache);
    }

    /// <summary>Judges several GPUs together: each by itself, and no physical GPU twice. The facts are of the first.</summary>
    public static Verdict Verify(
        ImmutableArray<NvidiaEvidence> evidence, TrustRoots roots, NvidiaPolicy policy, DateTimeOffset at, CertificateCache? cache = null)
    {
        ArgumentNullException.ThrowIfNull(roots);
        ArgumentNullException.ThrowIfNull(policy);
        if (evidence.IsDefaultOrEmpty)
        {
            throw new ArgumentException("there is no evidence to judge", nameof(evidence));
        }

        ImmutableArray<RefusalReason>.Builder failures = ImmutableArray.CreateBuilder<RefusalReason>();
        if (!TryVerify(evidence, roots, policy, at, cache, failures, out ImmutableArray<NvidiaFacts> facts, out RefusalReason? refusal))
        {
            return new Verdict.Refused([refusal]);
        }

        return failures.Count == 0 ? new Verdict.Genuine(facts[0]) : new Verdict.Refused(failures.ToImmutable());
    }

    /// <summary>
    /// True with the facts of each GPU, which may be none, if everything cryptographic is valid; what the policy refuses is added to
    /// <paramref name="failures"/>.
    /// </summary>
    internal static bool TryVerify(
        ImmutableArray<NvidiaEvidence> evidence,
        TrustRoots roots,
        NvidiaPolicy policy,
        DateTimeOffset at,
        CertificateCache? cache,
        ImmutableArray<RefusalReason>.Builder failures,
        out ImmutableArray<NvidiaFacts> facts,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        facts = [];
        refusal = null;
        ImmutableArray<Device>.Builder devices = ImmutableArray.CreateBuilder<Device>();
        foreach (NvidiaEvidence each in evidence)
        {
            if (!TryVerify(each, roots, policy, at, cache, out Device? device, out refusal))
            {
                return false;
            }

            devices.Add(device);
        }

        ImmutableArray<ByteString> identities = [.. devices.Select(device => device.Path.Device.PublicKey.Fingerprint)];
        Appraise(devices.ToImmutable(), identities, policy, failures);
        DateTimeOffset end = devices.Select(device => device.End).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
        facts = [.. devices.Select((device, index) => Facts(device, index, identities, end))];
        return true;
    }

    private static bool TryVerify(
        NvidiaEvidence evidence,
        TrustRoots roots,
        NvidiaPolicy policy,
        DateTimeOffset at,
        CertificateCache? cache,
        [NotNullWhen(true)] out Device? device,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        device = null;
        if (!SpdmEvidence.TryParse(evidence.Report, out SpdmEvidence? report, out refusal)
            || !GpuPath.TryVerify(evidence, roots, policy.Revocation, at, cache, out GpuPath? path, out refusal)
            || !GpuFields.TryRead(report.Opaque, out GpuFields? fields, out refusal))
        {
            return false;
        }

        refusal = CheckEndorsement(report, path, fields);
        DateTimeOffset end = path.End;
        if (refusal is not null
            || !TryReference(evidence.DriverReference, "driver manifest", fields.DriverVersion, path.Chip, roots, at, cache, ref end, out ReferenceManifest? driver, out refusal)
            || !TryReference(evidence.VbiosReference, "VBIOS manifest", fields.VbiosVersion, path.Chip, roots, at, cache, ref end, out ReferenceManifest? vbios, out refusal))
        {
            return false;
        }

        refusal = driver is not null && vbios is not null ? GoldenComparison.CheckDisjoint(driver, vbios) : null;
        device = refusal is null ? new Device(report, path, fields, driver, vbios, end) : null;
        return device is not null;
    }

    private static RefusalReason? CheckEndorsement(SpdmEvidence report, GpuPath path, GpuFields fields)
    {
        if (fields.Chip is { } chip && chip != path.Chip)
        {
            return new RefusalReason(Refusal.ChipMismatch, "CHIP_INFO", path.Chip, chip);
        }

        if (fields.FirmwareId.Length != 0 && fields.FirmwareId != path.FirmwareId)
        {
            return new RefusalReason(Refusal.FirmwareIdMismatch, "FWID", $"{path.FirmwareId}", $"{fields.FirmwareId}");
        }

        return path.Leaf.PublicKey.VerifiesEcdsa(report.SignedBytes.Span, report.Signature.Span)
            ? null
            : new RefusalReason(Refusal.ReportSignature, "report", "a signature by the attestation key", "a signature that does not verify");
    }

    private static bool TryReference(
        ReadOnlyMemory<byte> bytes,
        string name,
        string version,
        string chip,
        TrustRoots roots,
        DateTimeOffset at,
        CertificateCache? cache,
        ref DateTimeOffset end,
        out ReferenceManifest? manifest,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        manifest = null;
        refusal = null;
        if (bytes.IsEmpty)
        {
            return true;
        }

        if (!ReferenceManifest.TryVerify(bytes, name, roots, at, cache, out manifest, out DateTimeOffset ends, out refusal))
        {
            return false;
        }

        end = ends < end ? ends : end;

        refusal = GoldenComparison.CheckMatch(manifest, name, version, chip);
        return refusal is null;
    }

    private static void Appraise(
        ImmutableArray<Device> devices, ImmutableArray<ByteString> identities, NvidiaPolicy policy, ImmutableArray<RefusalReason>.Builder failures)
    {
        void Add(RefusalReason? reason)
        {
            if (reason is not null)
            {
                failures.Add(reason);
            }
        }

        HashSet<ByteString> distinct = [.. identities];
        Add(distinct.Count == identities.Length
            ? null
            : new RefusalReason(Refusal.DeviceRepeated, "GPUs", $"{identities.Length} different ones", $"{distinct.Count}"));
        Add(policy.DeviceCount.Check(identities.Length));
        foreach (Device device in devices)
        {
            Add(policy.Nonce.Check(device.Report.Nonce));
            Add(policy.AcceptedModes.Contains(device.Fields.Mode)
                ? null
                : new RefusalReason(Refusal.ModeNotAccepted, "mode", string.Join(" or ", policy.AcceptedModes), $"{device.Fields.Mode}"));
            Add(CheckReferences(device, policy.References));
            Add(device.Driver is { } driver
                ? GoldenComparison.CheckValues(driver, "driver manifest", device.Report.Blocks, device.Fields.NvdecIsOff) : null);
            Add(device.Vbios is { } vbios
                ? GoldenComparison.CheckValues(vbios, "VBIOS manifest", device.Report.Blocks, device.Fields.NvdecIsOff) : null);
        }
    }

    private static RefusalReason? CheckReferences(Device device, ReferenceRule rule)
    {
        string? missing = rule switch
        {
            ReferenceRule.Required when device.Driver is null => "driver manifest",
            ReferenceRule.Required when device.Vbios is null => "VBIOS manifest",
            ReferenceRule.AtLeastOne when device.Driver is null && device.Vbios is null => "driver or VBIOS manifest",
            _ => null,
        };
        return missing is null ? null : new RefusalReason(Refusal.ReferenceMissing, missing, "a reference manifest", "none");
    }

    private static NvidiaFacts Facts(Device device, int index, ImmutableArray<ByteString> identities, DateTimeOffset end) => new()
    {
        Chip = device.Path.Chip,
        Architecture = device.Path.Architecture,
        DriverVersion = device.Fields.DriverVersion,
        VbiosVersion = device.Fields.VbiosVersion,
        Mode = device.Fields.Mode,
        FirmwareId = device.Path.FirmwareId,
        AttestationKey = device.Path.Leaf.PublicKey.Fingerprint,
        DriverCompared = device.Driver is not null,
        VbiosCompared = device.Vbios is not null,
        DeviceKey = device.Path.Device.PublicKey.Encoded,
        Devices = identities,
        ChipId = identities[index],
        Measurement = new ByteString(SHA384.HashData(device.Report.Record.Span)),
        ReportData = device.Report.Nonce,
        ExpiresAt = end,
    };

    /// <summary>Everything cryptographic about one GPU is valid, until <paramref name="End"/>.</summary>
    private sealed record Device(
        SpdmEvidence Report, GpuPath Path, GpuFields Fields, ReferenceManifest? Driver, ReferenceManifest? Vbios, DateTimeOffset End);
}
