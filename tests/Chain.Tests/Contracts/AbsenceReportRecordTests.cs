using System.Collections.Immutable;
using System.Numerics;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;

namespace Ait.Chain.Tests.Contracts;

/// <summary>Reports of absences out of calldata.</summary>
public sealed class AbsenceReportRecordTests
{
    private static readonly ContractAbi s_abi = ContractArtifact.Load("AttendanceRegistry").Abi;
    private static readonly MiningTaskRecord s_task = new(Keccak256.Hash("work"u8), 2, 1, 1, 1000, 1_900_000_000, Address.Zero, Keccak256.Hash("hash"u8));

    private static readonly ImmutableArray<AbsenceReportRecord> s_reports =
    [
        new AbsenceReportRecord(7, s_task, Keccak256.Hash("secret"u8), null, 1, [Keccak256.Hash("left"u8), Keccak256.Hash("right"u8)]),
        new AbsenceReportRecord(8, s_task with { Index = 3 }, Keccak256.Hash("other"u8), new SeatSecretOpening(Keccak256.Hash("answer"u8), Keccak256.Hash("further"u8)), 4, []),
    ];

    [Fact]
    public void TryDecodeCall_readsWhatWasReported()
    {
        byte[] all = s_abi.Function("reportAll").EncodeCall(AbiValue.List(s_reports.Select(report => report.ToAbi())));
        Assert.True(AbsenceReportRecord.TryDecodeCall(all, out ImmutableArray<AbsenceReportRecord> found, out _));
        Assert.Equal(s_reports.AsEnumerable(), found.AsEnumerable());

        byte[] one = s_abi.Function("report").EncodeCall(s_reports[1].ToAbi());
        Assert.True(AbsenceReportRecord.TryDecodeCall(one, out found, out _));
        Assert.Equal(s_reports[1], Assert.Single(found));
    }

    [Fact]
    public void TryDecodeCall_refusesAnotherCallAndABatchThatNoNetworkHas()
    {
        Assert.False(AbsenceReportRecord.TryDecodeCall([1, 2, 3, 4], out ImmutableArray<AbsenceReportRecord> found, out DecodeFault? fault));
        Assert.Empty(found);
        Assert.NotNull(fault);

        AbiValue report = AbiValue.List([BigInteger.Pow(2, 64), .. s_reports[0].ToAbi().Items.Skip(1)]);
        Assert.False(AbsenceReportRecord.TryDecodeCall(s_abi.Function("report").EncodeCall(report), out found, out fault));
        Assert.Empty(found);
        Assert.Equal("batch of a report", fault?.What);
    }
}
