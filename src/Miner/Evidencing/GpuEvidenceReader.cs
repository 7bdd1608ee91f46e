using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ait.Attestation;
using Ait.Attestation.Nvidia;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Miner.Collecting;
using Ait.Miner.Configuring;
using Ait.Protocol;

namespace Ait.Miner.Evidencing;

/// <summary>Asks a GPU for evidence over a nonce and reads it before any gas is spent on it.</summary>
internal sealed class GpuEvidenceReader
{
    private readonly IGpuEvidenceSource _source;
    private readonly ImmutableArray<byte> _gpuUuid;
    private readonly GpuReferenceSet _references;

    public GpuEvidenceReader(IGpuEvidenceSource source, ImmutableArray<byte> gpuUuid, GpuReferenceSet references)
    {
        _source = source;
        _gpuUuid = gpuUuid;
        _references = references;
    }

    /// <summary>A reader if the settings and this machine come to a source of evidence, none if they do not; false if the references cannot be read.</summary>
    public static bool TryOpen(MinerOptions options, out GpuEvidenceReader? reader, [NotNullWhen(false)] out string? problem)
    {
        reader = null;
        problem = null;
        if (options.GpuReferencesFile is not { } path || options.OpenGpuEvidence(new NvidiaDriver()) is not { } source)
        {
            return true;
        }

        if (!GpuReferencesFile.TryRead(path, out GpuReferenceSet? references, out problem))
        {
            return false;
        }

        reader = new GpuEvidenceReader(source, options.GpuUuid, references);
        return true;
    }

    /// <summary>Either evidence over this nonce or a refusal.</summary>
    public async Task<(BoundGpuEvidence? Evidence, BinderOutcome.Refused? Refused)> CollectAsync(Hash256 nonce, CancellationToken cancellation)
    {
        GpuEvidenceOutcome outcome = await _source.CollectAsync(_gpuUuid, nonce.ToArray(), cancellation).ConfigureAwait(false);
        if (outcome is GpuEvidenceOutcome.Failed failed)
        {
            return (null, new BinderOutcome.Refused(failed.Failure.ToString(), failed.Problem, failed.Remedy));
        }

        GpuEvidence collected = ((GpuEvidenceOutcome.Collected)outcome).Evidence;
        if (!NvidiaEvidence.TryReadCertificates(collected.Certificates.AsMemory(), out ImmutableArray<ReadOnlyMemory<byte>> certificates, out RefusalReason? reason))
        {
            return (null, Unreadable(reason));
        }

        var evidence = new NvidiaEvidence { Report = collected.Report.AsMemory(), Certificates = certificates };
        if (!NvidiaReport.TryRead(evidence, out NvidiaReport? report, out reason))
        {
            return (null, Unreadable(reason));
        }

        if (report.Nonce != new ByteString(nonce.ToArray()))
        {
            return (null, new BinderOutcome.Refused("GpuNonceMismatch", $"The GPU's report answers another nonce: expected {nonce}, found {report.Nonce}.", "The collector must pass the nonce to the GPU unchanged and never answer from a store."));
        }

        return TryReference(GpuReferenceKind.Driver, report, report.DriverVersion, out GpuReferenceRecord driver)
            && TryReference(GpuReferenceKind.Vbios, report, report.VbiosVersion, out GpuReferenceRecord vbios)
            ? (new BoundGpuEvidence(evidence.Report, certificates, report, GpuIdentity.OfDeviceKey(report.DeviceKey.Span), driver, vbios), null)
            : (null, new BinderOutcome.Refused(
                "ReferenceMissing",
                $"The network has no reference for this GPU's driver {report.DriverVersion} or VBIOS {report.VbiosVersion}.",
                "Use a driver and a VBIOS that the network's gpu-references.json lists, or have the governance admit these."));
    }

    private static BinderOutcome.Refused Unreadable(RefusalReason reason) =>
        new($"{reason.Code}", $"The GPU's evidence is refused: {reason}.", "Use a collector that passes on request, response and certificates as the driver gives them.");

    private bool TryReference(GpuReferenceKind kind, NvidiaReport report, string version, out GpuReferenceRecord record)
    {
        bool found = _references.TryFind(kind, report.Chip, version, out GpuReference? reference, out ImmutableArray<Hash256> proof);
        record = found ? new GpuReferenceRecord(reference!.Values.AsMemory(), proof) : GpuReferenceRecord.None; // found, so it is there
        return found;
    }
}
