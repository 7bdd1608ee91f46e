using System.Collections.Immutable;
using Ait.Attestation.SevSnp;

namespace Ait.Attestation.Dcap;

/// <summary>What a quote must say to be accepted. Every check is spelled out; each loosening is a named value.</summary>
public sealed record DcapPolicy
{
    /// <summary>REPORTDATA.</summary>
    public required ReportDataRule ReportData { get; init; }

    /// <summary>MRENCLAVE of an enclave, MRTD of a trust domain.</summary>
    public required DcapMeasurementRule Measurement { get; init; }

    /// <summary>Accepted patch levels.</summary>
    public required ImmutableArray<DcapTcbStatus> AcceptedStatuses { get; init; }

    /// <summary>Least tcbEvaluationDataNumber of the collateral, against rolling it back; 0 accepts every one.</summary>
    public required int MinimumEvaluationNumber { get; init; }

    /// <summary>Debugging by the host.</summary>
    public required DebugRule Debug { get; init; }

    /// <summary>Service domains bound to a trust domain (MRSERVICETD).</summary>
    public required ServiceDomainRule ServiceDomain { get; init; }

    /// <summary>Whether the host may inject virtualization exceptions into a trust domain.</summary>
    public required SeptVeDisableRule SeptVeDisable { get; init; }

    /// <summary>The default for evidence of unknown purpose: fully patched, no debug, no service domain, SEPT_VE_DISABLE either way.</summary>
    public static DcapPolicy Baseline { get; } = new()
    {
        ReportData = ReportDataRule.Any,
        Measurement = DcapMeasurementRule.Any,
        AcceptedStatuses = [DcapTcbStatus.UpToDate],
        MinimumEvaluationNumber = 0,
        Debug = DebugRule.Refused,
        ServiceDomain = ServiceDomainRule.MustBeAbsent,
        SeptVeDisable = SeptVeDisableRule.DangerouslyAny,
    };
}
