using System.Diagnostics.CodeAnalysis;
using Ait.Attestation;
using Ait.Attestation.Dcap;
using Ait.Attestation.SevSnp;
using Ait.Chain;
using Ait.Miner.Collecting;
using Ait.Protocol;

namespace Ait.Miner.Evidencing;

/// <summary>What a processor's evidence says, whichever vendor's it is; read and not verified.</summary>
internal sealed class HostReport
{
    private HostReport()
    {
    }

    public required EvidencePlatform Platform { get; init; }

    /// <summary>AMD's chip id, Intel's PPID.</summary>
    public required ByteString ChipId { get; init; }

    public required ByteString ReportData { get; init; }

    /// <summary>What the registry keeps the hash of: MEASUREMENT of SEV-SNP (48 bytes), MRTD to RTMR3 of TDX (384), MRENCLAVE to ISVFAMILYID of SGX (256).</summary>
    public required ByteString Program { get; init; }

    public required bool Debug { get; init; }

    public static bool TryRead(CollectedEvidence collected, [NotNullWhen(true)] out HostReport? report, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        report = null;
        if (collected.Platform == EvidencePlatform.SevSnp)
        {
            if (!SnpReport.TryParse(collected.Report.AsSpan(), out SnpReport? snp, out refusal))
            {
                return false;
            }

            report = new HostReport { Platform = collected.Platform, ChipId = snp.ChipId, ReportData = snp.ReportData, Program = snp.Measurement, Debug = snp.Policy.DebugAllowed };
            return true;
        }

        if (!QuoteFields.TryRead(collected.Report.AsMemory(), out QuoteFields? quote, out refusal))
        {
            return false;
        }

        report = new HostReport { Platform = collected.Platform, ChipId = quote.Ppid, ReportData = quote.ReportData, Program = quote.Program, Debug = quote.Debug };
        return true;
    }

    /// <summary>The id of a GPU without evidence of its own.</summary>
    public Hash256 GpuOnHost(ReadOnlySpan<byte> gpuUuid) => Platform == EvidencePlatform.SevSnp
        ? GpuIdentity.OnMeasuredHost(ChipId.Span, gpuUuid)
        : GpuIdentity.OnIntelHost(ChipId.Span, gpuUuid);
}
