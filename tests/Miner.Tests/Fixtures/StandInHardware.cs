using Ait.Miner.Collecting;

namespace Ait.Miner.Tests.Fixtures;

/// <summary>Makes reports of the right shape that nobody signed: what the miner reads before it spends gas can be set at will.</summary>
internal sealed class StandInHardware : IEvidenceSource
{
    public byte[] ChipId { get; set; } = Reports.ChipId;

    public byte[] Measurement { get; set; } = Reports.Measurement;

    public bool Debug { get; set; }

    /// <summary>Answered instead of the report data that was asked for.</summary>
    public byte[]? OtherReportData { get; set; }

    public EvidenceOutcome? Instead { get; set; }

    public List<byte[]> Asked { get; } = [];

    public Task<EvidenceOutcome> CollectAsync(ReadOnlyMemory<byte> reportData, CancellationToken cancellation)
    {
        Asked.Add(reportData.ToArray());
        return Task.FromResult(Instead ?? new EvidenceOutcome.Collected(new CollectedEvidence(EvidencePlatform.SevSnp, [.. Reports.Snp(OtherReportData ?? reportData.ToArray(), ChipId, Measurement, Debug)], [1, 2, 3], [4, 5, 6], [7, 8, 9])));
    }
}
