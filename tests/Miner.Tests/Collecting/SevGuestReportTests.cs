using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Ait.Attestation.SevSnp;
using Ait.Miner.Collecting;
using Ait.Miner.Tests.Fixtures;

namespace Ait.Miner.Tests.Collecting;

public sealed class SevGuestReportTests
{
    private static readonly byte[] s_reportData = [.. Enumerable.Range(1, 64).Select(i => (byte)i)];

    private static Task<EvidenceOutcome> AskAsync(Kernel kernel) =>
        new SevGuestReport(kernel).CollectAsync(s_reportData, TestContext.Current.CancellationToken);

    [Fact]
    public void Layouts_areThoseOfTheKernelsHeader()
    {
        Assert.Equal(96, Marshal.SizeOf<SevGuestLayout.ReportRequest>());
        Assert.Equal(64, Marshal.OffsetOf<SevGuestLayout.ReportRequest>(nameof(SevGuestLayout.ReportRequest.Vmpl)));
        Assert.Equal(4000, Marshal.SizeOf<SevGuestLayout.ReportResponse>());
        Assert.Equal(112, Marshal.SizeOf<SevGuestLayout.ExtendedReportRequest>());
        Assert.Equal(96, Marshal.OffsetOf<SevGuestLayout.ExtendedReportRequest>(nameof(SevGuestLayout.ExtendedReportRequest.CertificatesAddress)));
        Assert.Equal(104, Marshal.OffsetOf<SevGuestLayout.ExtendedReportRequest>(nameof(SevGuestLayout.ExtendedReportRequest.CertificatesLength)));
        Assert.Equal(32, Marshal.SizeOf<SevGuestLayout.GuestRequest>());
        Assert.Equal(8, Marshal.OffsetOf<SevGuestLayout.GuestRequest>(nameof(SevGuestLayout.GuestRequest.RequestAddress)));
        Assert.Equal(16, Marshal.OffsetOf<SevGuestLayout.GuestRequest>(nameof(SevGuestLayout.GuestRequest.ResponseAddress)));
        Assert.Equal(24, Marshal.OffsetOf<SevGuestLayout.GuestRequest>(nameof(SevGuestLayout.GuestRequest.FirmwareError)));
        Assert.Equal(28, Marshal.OffsetOf<SevGuestLayout.GuestRequest>(nameof(SevGuestLayout.GuestRequest.HypervisorError)));
    }

    [Fact]
    public void Codes_areThoseOfTheKernelsHeader()
    {
        // _IOWR: both directions (3 << 30), size << 16, type 'S' << 8, number.
        Assert.Equal((3u << 30) | (32u << 16) | ('S' << 8) | 0u, SevGuestLayout.GetReport);
        Assert.Equal((3u << 30) | (32u << 16) | ('S' << 8) | 2u, SevGuestLayout.GetExtendedReport);
    }

    [Fact]
    public async Task Collect_asksForTheReportWithTheHostsCertificates()
    {
        var kernel = new Kernel { Table = Tables.Of((Tables.Vcek, [0x30, 1]), (Tables.Ask, [0x30, 2]), (Tables.Ark, [0x30, 3])) };

        CollectedEvidence evidence = Assert.IsType<EvidenceOutcome.Collected>(await AskAsync(kernel)).Evidence;

        Assert.Equal(Reports.Snp(s_reportData), evidence.Report);
        Assert.Equal([0x30, 1], evidence.Vcek);
        Assert.Equal([0x30, 2], evidence.Ask);
        Assert.Equal([0x30, 3], evidence.Ark);
        Assert.Equal([SevGuestLayout.GetExtendedReport], kernel.Codes);
    }

    [Fact]
    public async Task Collect_asksForTheBareReportIfTheHostRefusesCertificates()
    {
        var kernel = new Kernel { ExtendedError = 5, HypervisorError = 3 };

        CollectedEvidence evidence = Assert.IsType<EvidenceOutcome.Collected>(await AskAsync(kernel)).Evidence;

        Assert.False(evidence.HasCertificates);
        Assert.Equal([SevGuestLayout.GetExtendedReport, SevGuestLayout.GetReport], kernel.Codes);
    }

    [Fact]
    public async Task Collect_quotesTheFirmwareIfItRefuses()
    {
        EvidenceOutcome.Failed failed = Assert.IsType<EvidenceOutcome.Failed>(await AskAsync(new Kernel { ExtendedError = 5, Error = 5, FirmwareError = 0x16 }));

        Assert.Equal(EvidenceFailure.HardwareRefused, failed.Failure);
        Assert.Contains("errno 5 (EIO): firmware error 0x16", failed.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Collect_saysThatTheHostIsBusy() =>
        Assert.Equal(EvidenceFailure.Contended, Assert.IsType<EvidenceOutcome.Failed>(await AskAsync(new Kernel { ExtendedError = 11, HypervisorError = SevGuestLayout.Busy })).Failure);

    [Fact]
    public async Task Collect_failsIfThereIsNoDevice() =>
        Assert.Equal(EvidenceFailure.InterfaceMissing, Assert.IsType<EvidenceOutcome.Failed>(await AskAsync(new Kernel { Exists = false })).Failure);

    [Fact]
    public async Task Collect_failsIfTheDeviceMayNotBeOpened() =>
        Assert.Equal(EvidenceFailure.NotPermitted, Assert.IsType<EvidenceOutcome.Failed>(await AskAsync(new Kernel { Throws = new UnauthorizedAccessException("no") })).Failure);

    [Fact]
    public async Task Collect_refusesAReportWithAStatus() =>
        Assert.Equal(EvidenceFailure.AnswerMalformed, Assert.IsType<EvidenceOutcome.Failed>(await AskAsync(new Kernel { Status = 0x16 })).Failure);

    [Fact]
    public async Task Collect_refusesATableThatNothingEnds() =>
        Assert.Equal(EvidenceFailure.AnswerMalformed, Assert.IsType<EvidenceOutcome.Failed>(await AskAsync(new Kernel { Table = [.. Enumerable.Repeat((byte)1, 16384)] })).Failure);

    /// <summary>The kernel's half of the ioctl: reads and writes through the addresses it is given, by the header's offsets.</summary>
    private sealed class Kernel : ISevGuestDevice
    {
        public bool Exists { get; init; } = true;

        public byte[] Table { get; init; } = [];

        public int ExtendedError { get; init; }

        public int Error { get; init; }

        public uint FirmwareError { get; init; }

        public uint HypervisorError { get; init; }

        public uint Status { get; init; }

        public Exception? Throws { get; init; }

        public List<uint> Codes { get; } = [];

        public unsafe int Request(uint code, ref SevGuestLayout.GuestRequest request)
        {
            if (Throws is not null)
            {
                throw Throws;
            }

            Codes.Add(code);
            bool extended = code == 0xC020_5302;
            int error = extended ? ExtendedError : Error;
            if (error != 0)
            {
                request.FirmwareError = FirmwareError;
                request.HypervisorError = HypervisorError;
                return error;
            }

            Assert.Equal(1, request.MessageVersion);
            var asked = new ReadOnlySpan<byte>((void*)request.RequestAddress, extended ? 112 : 96);
            Assert.Equal(0u, BinaryPrimitives.ReadUInt32LittleEndian(asked[64..]));
            Assert.False(asked[68..96].ContainsAnyExcept((byte)0));
            var answer = new Span<byte>((void*)request.ResponseAddress, 4000);
            BinaryPrimitives.WriteUInt32LittleEndian(answer, Status);
            BinaryPrimitives.WriteUInt32LittleEndian(answer[4..], SnpReport.Length);
            Reports.Snp(asked[..64].ToArray()).CopyTo(answer[32..]);
            if (extended)
            {
                Assert.Equal(0x4000u, BinaryPrimitives.ReadUInt32LittleEndian(asked[104..]));
                Table.CopyTo(new Span<byte>((void*)BinaryPrimitives.ReadUInt64LittleEndian(asked[96..]), 0x4000));
            }

            return 0;
        }
    }
}
