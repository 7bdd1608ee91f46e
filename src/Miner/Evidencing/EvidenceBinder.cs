using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Ait.Attestation;
using Ait.Chain;
using Ait.Miner.Collecting;
using Ait.Protocol;

namespace Ait.Miner.Evidencing;

/// <summary>Asks the hardware for evidence over a device binding, and reads the report before any gas is spent on it.</summary>
internal sealed class EvidenceBinder
{
    private readonly IEvidenceSource _source;
    private readonly GpuEvidenceReader? _gpu;
    private readonly ImmutableArray<byte> _gpuUuid;
    private readonly ByteString _measurement;

    /// <summary><paramref name="gpu"/> is null where the GPU has no evidence of its own.</summary>
    public EvidenceBinder(IEvidenceSource source, GpuEvidenceReader? gpu, ImmutableArray<byte> gpuUuid, ImmutableArray<byte> measurement)
    {
        _source = source;
        _gpu = gpu;
        _gpuUuid = gpuUuid;
        _measurement = new ByteString(measurement.AsSpan());
    }

    /// <summary>The binding names the GPU, and the GPU's identity needs the chip id that only a report tells: so a report over random data comes first.</summary>
    public async Task<BinderOutcome> IdentifyAsync(CancellationToken cancellation)
    {
        byte[] random = RandomNumberGenerator.GetBytes(DeviceBinding.ReportDataSize);
        (HostReport? report, _, BinderOutcome.Refused? refused) = await CollectAsync(random, cancellation).ConfigureAwait(false);
        if (report is null)
        {
            return refused ?? throw new UnreachableException();
        }

        Hash256 gpuId = report.GpuOnHost(_gpuUuid.AsSpan());
        if (_gpu is not null)
        {
            (BoundGpuEvidence? evidence, refused) = await _gpu.CollectAsync(new Hash256(random.AsSpan(0, Hash256.Size)), cancellation).ConfigureAwait(false);
            if (evidence is null)
            {
                return refused ?? throw new UnreachableException();
            }

            gpuId = evidence.GpuId;
        }

        return new BinderOutcome.Identified(report.Platform, [.. report.ChipId.Span], gpuId);
    }

    /// <summary>Evidence for this binding, whose GPU must be the one just identified.</summary>
    public async Task<BinderOutcome> BindAsync(DeviceBinding binding, CancellationToken cancellation)
    {
        BoundGpuEvidence? gpu = null;
        BinderOutcome.Refused? refused;
        if (_gpu is not null)
        {
            // The GPU first: the processor's report names what the GPU answered.
            (gpu, refused) = await _gpu.CollectAsync(binding.Compute(), cancellation).ConfigureAwait(false);
            if (gpu is null)
            {
                return refused ?? throw new UnreachableException();
            }

            if (gpu.GpuId != binding.GpuId)
            {
                return new BinderOutcome.Refused("GpuChanged", $"Another GPU answers than the one before: expected {binding.GpuId}, found {gpu.GpuId}.", "Use a collector that asks one GPU only.");
            }
        }

        byte[] reportData = gpu is null ? binding.ReportData() : binding.ReportData(gpu.Report.Span);
        (HostReport? report, CollectedEvidence? collected, refused) = await CollectAsync(reportData, cancellation).ConfigureAwait(false);
        if (report is null || collected is null)
        {
            return refused ?? throw new UnreachableException();
        }

        Hash256 gpuId = gpu?.GpuId ?? report.GpuOnHost(_gpuUuid.AsSpan());
        return gpuId == binding.GpuId
            ? new BinderOutcome.Bound(new BoundEvidence(collected, gpu, binding.BlockNumber, gpuId))
            : new BinderOutcome.Refused("ChipChanged", $"The report names another processor than the one before: expected GPU {binding.GpuId}, found {gpuId}.", "Use a collector that asks one machine only.");
    }

    /// <summary>Either the report and what it came with, or a refusal.</summary>
    private async Task<(HostReport? Report, CollectedEvidence? Collected, BinderOutcome.Refused? Refused)> CollectAsync(byte[] reportData, CancellationToken cancellation)
    {
        EvidenceOutcome outcome = await _source.CollectAsync(reportData, cancellation).ConfigureAwait(false);
        if (outcome is EvidenceOutcome.Failed failed)
        {
            return (null, null, new BinderOutcome.Refused(failed.Failure.ToString(), failed.Problem, failed.Remedy));
        }

        CollectedEvidence collected = ((EvidenceOutcome.Collected)outcome).Evidence;
        return TryRead(collected, reportData, out HostReport? report, out BinderOutcome.Refused? refused)
            ? (report, collected, null)
            : (null, null, refused);
    }

    private bool TryRead(
        CollectedEvidence collected,
        byte[] reportData,
        [NotNullWhen(true)] out HostReport? report,
        [NotNullWhen(false)] out BinderOutcome.Refused? refused)
    {
        if (!HostReport.TryRead(collected, out report, out RefusalReason? reason))
        {
            refused = new BinderOutcome.Refused($"{reason.Code}", $"The collected report is refused: {reason}.", "Use a collector that gives a bare SEV-SNP ATTESTATION_REPORT, or a whole quote with its certificates.");
            return false;
        }

        var expected = new ByteString(reportData);
        refused = report switch
        {
            _ when report.ReportData != expected => new BinderOutcome.Refused("ReportDataMismatch", $"The report is bound to other data: expected {expected}, found {report.ReportData}.", "The collector must pass --report-data to the hardware unchanged and never answer from a store."),
            _ when report.Program != _measurement => new BinderOutcome.Refused("MeasurementMismatch", $"This guest is not the one expected: expected measurement {_measurement}, found {report.Program}.", "Start the released guest image, or correct --measurement."),
            _ when report.ChipId.IsZero => new BinderOutcome.Refused("ChipIdMasked", "The host masks its chip id, so the machine has no identity.", "Switch MASK_CHIP_ID off in the host's SEV-SNP configuration."),
            _ when report.Debug => new BinderOutcome.Refused("DebugEnabled", "The guest may be debugged by its host; no contract accepts that.", "Launch the guest with the DEBUG policy bit off."),
            _ => null,
        };
        return refused is null;
    }
}
