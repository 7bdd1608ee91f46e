using System.Buffers.Binary;
using System.Collections.Immutable;
using Ait.Attestation.SevSnp;
using Ait.Miner.Evidencing;

namespace Ait.Miner.Tests.Fixtures;

/// <summary>Makes reports of the right shape that nobody signed: what the miner reads before it spends gas can be set at will.</summary>
internal sealed class StandInHardware : IEvidenceSource
{
    public byte[] ChipId { get; set; } = [.. Enumerable.Repeat((byte)7, 64)];

    public byte[] Measurement { get; set; } = [.. Enumerable.Repeat((byte)9, 48)];

    public bool Debug { get; set; }

    /// <summary>Answered instead of the report data that was asked for.</summary>
    public byte[]? OtherReportData { get; set; }

    public EvidenceOutcome? Instead { get; set; }

    public List<byte[]> Asked { get; } = [];

    public Task<EvidenceOutcome> CollectAsync(ReadOnlyMemory<byte> reportData, CancellationToken cancellation)
    {
        Asked.Add(reportData.ToArray());
        return Task.FromResult(Instead ?? new EvidenceOutcome.Collected(new CollectedEvidence(Report(OtherReportData ?? reportData.ToArray()), [1, 2, 3], [4, 5, 6], [7, 8, 9])));
    }

    private ImmutableArray<byte> Report(byte[] reportData)
    {
        byte[] report = new byte[SnpReport.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(report, 2);
        BinaryPrimitives.WriteUInt64LittleEndian(report.AsSpan(0x008), (3UL << 16) | (Debug ? 1UL << 19 : 0));
        BinaryPrimitives.WriteUInt32LittleEndian(report.AsSpan(0x034), 1);
        reportData.CopyTo(report, 0x050);
        Measurement.CopyTo(report, 0x090);
        ChipId.CopyTo(report, 0x1A0);
        report[0x2A0] = 1;
        report[0x2A0 + 72] = 1;
        return [.. report];
    }
}
