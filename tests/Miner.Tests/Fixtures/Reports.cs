using System.Buffers.Binary;
using Ait.Attestation.SevSnp;

namespace Ait.Miner.Tests.Fixtures;

/// <summary>Reports of the right shape that nobody signed.</summary>
internal static class Reports
{
    public static byte[] ChipId { get; } = [.. Enumerable.Repeat((byte)7, 64)];

    public static byte[] Measurement { get; } = [.. Enumerable.Repeat((byte)9, 48)];

    public static byte[] Snp(byte[] reportData, byte[]? chipId = null, byte[]? measurement = null, bool debug = false)
    {
        byte[] report = new byte[SnpReport.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(report, 2);
        BinaryPrimitives.WriteUInt64LittleEndian(report.AsSpan(0x008), (3UL << 16) | (debug ? 1UL << 19 : 0));
        BinaryPrimitives.WriteUInt32LittleEndian(report.AsSpan(0x034), 1);
        reportData.CopyTo(report, 0x050);
        (measurement ?? Measurement).CopyTo(report, 0x090);
        (chipId ?? ChipId).CopyTo(report, 0x1A0);
        report[0x2A0] = 1;
        report[0x2A0 + 72] = 1;
        return report;
    }
}
