using System.Collections.Immutable;
using Ait.Attestation;
using Ait.Attestation.Dcap;
using Ait.Attestation.Devices;
using Ait.Attestation.Nvidia;
using Ait.Attestation.SevSnp;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Protocol;

namespace Ait.Audit.Evidencing;

/// <summary>Verifies a registration's evidence again, from its calldata and what had been put on chain before it.</summary>
internal sealed class RegistrationCheck
{
    /// <summary>As the registry has it: 0 is the guest, 1 a guest below a paravisor.</summary>
    private const uint HighestVmpl = 1;

    private const string H100Chip = "GH100";

    private static readonly ImmutableArray<DcapTcbStatus> s_statuses = [.. Enum.GetValues<DcapTcbStatus>().Where(status => status != DcapTcbStatus.Revoked)];

    private readonly CertificateShelf _shelf;
    private readonly CertificateCache _certificates = new(1024);

    internal RegistrationCheck(CertificateShelf shelf) => _shelf = shelf;

    /// <summary>False where nothing is known of what the governor admitted: programs, profiles and references are then not held against it.</summary>
    internal bool KnowsGovernance { get; init; } = true;

    /// <summary>Programs that may register: hashes of their measurements.</summary>
    internal HashSet<Hash256> Programs { get; } = [];

    /// <summary>Admitted trust profiles by class, by the registry's numbers.</summary>
    internal HashSet<(byte Class, byte Profile)> Profiles { get; } = [];

    /// <summary>The root of the accepted GPU references.</summary>
    internal Hash256 References { get; set; }

    /// <summary>Verifies; what it finds is handed to the caller, what it has no means for is said.</summary>
    internal VerifiedRegistration? Check(
        RegistrationRequest request, Hash256 binding, DateTimeOffset at, Action<AuditFault, string, string, string> find, Action<string> cannot)
    {
        bool hasGpu = !request.Gpu.Report.IsEmpty;
        var bound = new ByteString(binding.ToArray());
        ImmutableArray<ReadOnlyMemory<byte>> gpuPath = hasGpu ? _shelf.PathOf(request.Gpu.Key) : [];
        NvidiaEvidence? gpu = hasGpu ? new NvidiaEvidence { Report = request.Gpu.Report, Certificates = gpuPath } : null;
        ReportDataRule reportData = ReportDataRule.Exactly(DeviceVerifier.ReportData(bound, gpu is null ? [] : [gpu]));
        Verdict? host = request.Platform == RegistrationRequest.SevSnp ? VerifyAmd(request, reportData, at) : VerifyIntel(request, reportData, at);
        if (host is null || (hasGpu && gpuPath.IsEmpty))
        {
            cannot($"evidence of the registration with enclave key {request.EnclaveKey}: its certificates or collateral were not put on chain by a direct call");
            return null;
        }

        if (host is Verdict.Refused refused)
        {
            find(AuditFault.Evidence, "evidence of the processor", "genuine", $"{refused.Reason}");
            return null;
        }

        EvidenceFacts hostFacts = ((Verdict.Genuine)host).Facts;
        NvidiaFacts? gpuFacts = null;
        if (gpu is not null)
        {
            Verdict verdict = NvidiaVerifier.Verify(gpu, _shelf.Roots, NvidiaPolicy.ForDevice(bound) with { References = ReferenceRule.CheckWhatIsGiven }, at, _certificates);
            if (verdict is Verdict.Refused refusedGpu)
            {
                find(AuditFault.Evidence, "evidence of the GPU", "genuine", $"{refusedGpu.Reason}");
                return null;
            }

            gpuFacts = (NvidiaFacts)((Verdict.Genuine)verdict).Facts;
            CheckReferences(request.Gpu, gpuFacts, find);
        }

        return Judge(request, hostFacts, gpuFacts, find);
    }

    private Verdict? VerifyAmd(RegistrationRequest request, ReportDataRule reportData, DateTimeOffset at)
    {
        if (_shelf.PathOf(request.Endorsement) is not [ReadOnlyMemory<byte> vcek, ReadOnlyMemory<byte> ask, ReadOnlyMemory<byte> ark])
        {
            return null;
        }

        SnpPolicy policy = SnpPolicy.Baseline with
        {
            ReportData = reportData,
            MaximumVmpl = HighestVmpl,
            ChipId = ChipIdRule.Required,
            SigningKey = SigningKeyRule.VcekOnly,
        };
        var evidence = new SnpEvidence { Report = request.Report, Vek = vcek, Ask = ask, Ark = ark, RevocationLists = [] };
        return SnpVerifier.Verify(evidence, _shelf.Roots, policy, at, _certificates);
    }

    private Verdict? VerifyIntel(RegistrationRequest request, ReportDataRule reportData, DateTimeOffset at)
    {
        ReadOnlyMemory<byte> report = _shelf.QuoteOf(request);
        if (request.Endorsement.Length != Hash256.Size
            || !QuoteFields.TryRead(report, out QuoteFields? fields, out _)
            || _shelf.Collateral(new Hash256(request.Endorsement.Span), (byte)fields.Tee, $"{fields.Fmspc}") is not { } json
            || !DcapCollateral.TryParse(json, out DcapCollateral? collateral, out _))
        {
            return null;
        }

        DcapPolicy policy = DcapPolicy.Baseline with { ReportData = reportData, AcceptedStatuses = s_statuses };
        return DcapVerifier.Verify(new DcapEvidence { Quote = report, Collateral = collateral }, _shelf.Roots, policy, at, _certificates);
    }

    private void CheckReferences(GpuEvidenceRecord evidence, NvidiaFacts facts, Action<AuditFault, string, string, string> find)
    {
        foreach ((GpuReferenceKind kind, string version, GpuReferenceRecord record) in
            new[] { (GpuReferenceKind.Driver, facts.DriverVersion, evidence.Driver), (GpuReferenceKind.Vbios, facts.VbiosVersion, evidence.Vbios) })
        {
            if (!GpuReference.TryCreate(kind, facts.Chip, version, [.. record.Values.Span], out GpuReference? reference)
                || (KnowsGovernance && !MerkleTree.Verify(References, reference.Leaf(), record.Proof.AsSpan())))
            {
                find(AuditFault.Evidence, $"{kind} reference of version {version}", $"under the admitted root {References}", "not under it");
            }
            else if (!GoldenValues.TryCompare(evidence.Report, record.Values.Span, out ImmutableArray<int> differences, out RefusalReason? refusal))
            {
                find(AuditFault.Evidence, $"{kind} reference", "readable", $"{refusal}");
            }
            else if (!differences.IsEmpty)
            {
                find(AuditFault.Evidence, $"measurements against the {kind} reference", "equal", $"others at index {string.Join(", ", differences)}");
            }
        }
    }

    private VerifiedRegistration? Judge(RegistrationRequest request, EvidenceFacts host, NvidiaFacts? gpu, Action<AuditFault, string, string, string> find)
    {
        if (host.ChipId is not { } chipId)
        {
            find(AuditFault.Evidence, "chip id", "shown", "hidden");
            return null;
        }

        ByteString program = host is DcapFacts dcap ? dcap.Program : host.Measurement;
        Hash256 hash = Keccak256.Hash(program.Span);
        if (KnowsGovernance && !Programs.Contains(hash))
        {
            find(AuditFault.Evidence, "measured program", "an admitted one", $"{hash}");
        }

        byte profile = host is DcapFacts { Tee: DcapTee.Sgx } ? (byte)3 : gpu is null ? (byte)2 : (byte)1;
        if (KnowsGovernance && !Profiles.Contains((request.Class, profile)))
        {
            find(AuditFault.Evidence, $"trust profile of class {request.Class}", "an admitted one", $"{profile}");
        }

        if (gpu is not null && (request.Class, gpu.Chip) != ((byte)DeviceClass.H100, H100Chip))
        {
            find(AuditFault.Evidence, "device class", $"that of a {gpu.Chip}", $"{(DeviceClass)request.Class}");
        }

        Hash256 gpuId = gpu is not null ? GpuIdentity.OfDeviceKey(gpu.DeviceKey.Span)
            : request.Platform == RegistrationRequest.SevSnp ? GpuIdentity.OnMeasuredHost(chipId.Span, request.GpuUuid.Span)
            : GpuIdentity.OnIntelHost(chipId.Span, request.GpuUuid.Span);
        DateTimeOffset end = gpu is not null && gpu.ExpiresAt < host.ExpiresAt ? gpu.ExpiresAt : host.ExpiresAt;
        string summary = gpu is null ? host.Summary : $"{host.Summary}; {gpu.Summary}";
        return new VerifiedRegistration(gpuId, Keccak256.Hash(chipId.Span), (ulong)end.ToUnixTimeSeconds(), hash, summary);
    }
}

/// <summary>What a registration's evidence says.</summary>
internal sealed record VerifiedRegistration(Hash256 GpuId, Hash256 HostChip, ulong EvidenceEnds, Hash256 Program, string Summary);
