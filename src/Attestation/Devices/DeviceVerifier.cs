using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Ait.Attestation.Dcap;
using Ait.Attestation.Nvidia;
using Ait.Attestation.SevSnp;

namespace Ait.Attestation.Devices;

/// <summary>
/// Judges a processor and its GPUs as one. Report data must be the binding and the digest of what the GPUs answered, the GPUs must
/// have answered over the binding; so each names the other, and neither can be taken from another machine without the measured
/// program's help.
/// </summary>
public static class DeviceVerifier
{
    /// <summary>Most GPUs that one piece of evidence may speak of.</summary>
    public const int MaxGpus = 16;

    /// <summary>Judges <paramref name="evidence"/> as of <paramref name="at"/>; a cache saves work and changes no verdict. The facts of a genuine verdict are <see cref="DeviceFacts"/>.</summary>
    public static Verdict Verify(DeviceEvidence evidence, TrustRoots roots, DevicePolicy policy, DateTimeOffset at, CertificateCache? cache = null)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(roots);
        ArgumentNullException.ThrowIfNull(policy);
        ImmutableArray<NvidiaEvidence> gpus = evidence.Gpus.IsDefault ? [] : evidence.Gpus;
        if (gpus.Length > MaxGpus)
        {
            return new Verdict.Refused([new RefusalReason(Refusal.DeviceCount, "GPUs", $"at most {MaxGpus}", $"{gpus.Length}")]);
        }

        ReportDataRule reportData = ReportDataRule.Exactly(ReportData(policy.Binding, gpus));
        ImmutableArray<RefusalReason>.Builder failures = ImmutableArray.CreateBuilder<RefusalReason>();
        if (!TryVerifyHost(evidence.Host, roots, policy, reportData, at, cache, failures, out EvidenceFacts? host))
        {
            return new Verdict.Refused(failures.ToImmutable());
        }

        NvidiaPolicy gpuPolicy = GpuPolicy(policy, gpus.Length);
        if (!NvidiaVerifier.TryVerify(gpus, roots, gpuPolicy, at, cache, failures, out ImmutableArray<NvidiaFacts> gpuFacts, out RefusalReason? refusal))
        {
            return new Verdict.Refused([refusal]);
        }

        ByteString program = host switch { SnpFacts snp => snp.Measurement, DcapFacts dcap => dcap.Program, _ => default };
        TrustProfile profile = Profile(host, gpus.Length);
        Add(failures, policy.Program.Check(program));
        Add(failures, CheckProfile(profile, gpus.Length, policy));
        if (failures.Count > 0 || host.ChipId is not { } chipId)
        {
            return new Verdict.Refused(failures.ToImmutable()); // a masked chip id is among them
        }

        ImmutableArray<VerifiedDevice> devices = gpuFacts.IsEmpty
            ? [new VerifiedDevice(profile, policy.Binding, host, program, chipId, null)]
            : [.. gpuFacts.Select(gpu => new VerifiedDevice(profile, policy.Binding, host, program, chipId, gpu))];
        return new Verdict.Genuine(new DeviceFacts
        {
            Profile = profile,
            Devices = devices,
            ChipId = chipId,
            Measurement = host.Measurement,
            ReportData = host.ReportData,
            ExpiresAt = gpuFacts.Aggregate(host.ExpiresAt, (end, gpu) => gpu.ExpiresAt < end ? gpu.ExpiresAt : end),
        });
    }

    /// <summary>
    /// What report data must be: the binding, then SHA-256 of every GPU's request and response in order, or zero where there is none.
    /// Requests and responses say how long they are, so that no two lists of them run together to the same bytes.
    /// </summary>
    public static ByteString ReportData(ByteString binding, ImmutableArray<NvidiaEvidence> gpus)
    {
        Span<byte> data = stackalloc byte[64];
        data.Clear();
        binding.Span.CopyTo(data);
        if (!gpus.IsDefaultOrEmpty)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (NvidiaEvidence gpu in gpus)
            {
                hash.AppendData(gpu.Report.Span);
            }

            _ = hash.GetHashAndReset(data[32..]);
        }

        return new ByteString(data);
    }

    /// <summary>False if the host's own verification failed; failures of the policy are gathered and judged at the end.</summary>
    private static bool TryVerifyHost(
        HostEvidence evidence,
        TrustRoots roots,
        DevicePolicy policy,
        ReportDataRule reportData,
        DateTimeOffset at,
        CertificateCache? cache,
        ImmutableArray<RefusalReason>.Builder failures,
        [NotNullWhen(true)] out EvidenceFacts? facts)
    {
        facts = null;
        RefusalReason? refusal;
        switch (evidence)
        {
            case HostEvidence.Amd amd:
                SnpPolicy snp = SnpPolicy.Baseline with
                {
                    ReportData = reportData,
                    MinimumTcb = policy.MinimumTcb,
                    MaximumVmpl = policy.MaximumVmpl,
                    ChipId = ChipIdRule.Required,
                    SigningKey = SigningKeyRule.VcekOnly,
                    Revocation = policy.Revocation,
                };
                facts = SnpVerifier.TryVerify(amd.Evidence, roots, snp, at, cache, failures, out SnpFacts? snpFacts, out refusal) ? snpFacts : null;
                break;
            case HostEvidence.Intel intel:
                DcapPolicy dcap = DcapPolicy.Baseline with
                {
                    ReportData = reportData,
                    AcceptedStatuses = policy.AcceptedStatuses,
                    MinimumEvaluationNumber = policy.MinimumEvaluationNumber,
                };
                facts = DcapVerifier.TryVerify(intel.Evidence, roots, dcap, at, cache, failures, out DcapFacts? dcapFacts, out refusal) ? dcapFacts : null;
                break;
            default:
                throw new ArgumentException("the device has no host", nameof(evidence));
        }

        Add(failures, refusal);
        return facts is not null;
    }

    private static NvidiaPolicy GpuPolicy(DevicePolicy policy, int count)
    {
        NvidiaPolicy one = NvidiaPolicy.ForDevice(policy.Binding) with { Revocation = policy.Revocation, DeviceCount = policy.GpuCount };
        return count > 1 ? one with { AcceptedModes = [NvidiaMode.SinglePassThrough, NvidiaMode.MultiPassThrough] } : one;
    }

    private static TrustProfile Profile(EvidenceFacts host, int gpus) =>
        host is DcapFacts { Tee: DcapTee.Sgx } ? TrustProfile.SgxKeyedHost : gpus > 0 ? TrustProfile.AttestedGpu : TrustProfile.MeasuredHost;

    private static RefusalReason? CheckProfile(TrustProfile profile, int gpus, DevicePolicy policy)
    {
        if (profile == TrustProfile.SgxKeyedHost && gpus > 0)
        {
            return new RefusalReason(Refusal.EnclaveWithGpu, "GPUs", "none beside an SGX enclave, which drives none", $"{gpus}");
        }

        return policy.AcceptedProfiles.Contains(profile)
            ? null
            : new RefusalReason(Refusal.ProfileNotAccepted, "trust profile", string.Join(" or ", policy.AcceptedProfiles), $"{profile}");
    }

    private static void Add(ImmutableArray<RefusalReason>.Builder failures, RefusalReason? reason)
    {
        if (reason is not null)
        {
            failures.Add(reason);
        }
    }
}
