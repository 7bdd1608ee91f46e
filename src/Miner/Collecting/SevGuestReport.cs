using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Ait.Miner.Collecting;

/// <summary>SNP reports by ioctl, for guest kernels without configfs-tsm: with the host's certificates where it gives them, bare otherwise.</summary>
internal sealed class SevGuestReport : IEvidenceSource
{
    private const int Eio = 5;
    private readonly ISevGuestDevice _device;

    public SevGuestReport(ISevGuestDevice device) => _device = device;

    public Task<EvidenceOutcome> CollectAsync(ReadOnlyMemory<byte> reportData, CancellationToken cancellation) =>
        Task.Run(() => Collect(reportData.Span), cancellation);

    private EvidenceOutcome Collect(ReadOnlySpan<byte> reportData)
    {
        if (!_device.Exists)
        {
            return new EvidenceOutcome.Failed(EvidenceFailure.InterfaceMissing, $"{SevGuestDevice.Path} does not exist.", "Run inside an SEV-SNP guest and load the sev-guest driver.");
        }

        try
        {
            byte[] certificates = GC.AllocateArray<byte>(SevGuestLayout.CertificatesLength, pinned: true);
            EvidenceOutcome extended = Request(reportData, certificates);

            // A host may refuse the extended form and still give reports.
            return extended is EvidenceOutcome.Failed { Failure: EvidenceFailure.HardwareRefused } ? Request(reportData, []) : extended;
        }
        catch (Exception exception) when (KernelFailures.IsExpected(exception))
        {
            return KernelFailures.Of(exception, SevGuestDevice.Path);
        }
    }

    /// <summary>One ioctl. <paramref name="certificates"/> is pinned room for the host's certificates; empty asks for the bare report.</summary>
    private unsafe EvidenceOutcome Request(ReadOnlySpan<byte> reportData, byte[] certificates)
    {
        // The kernel writes through these addresses during the call only; all three live on this stack frame or are pinned.
        SevGuestLayout.ExtendedReportRequest asked = default;
        SevGuestLayout.ReportResponse answer = default;
        reportData.CopyTo(new Span<byte>(asked.Data.UserData, 64));
        if (certificates.Length > 0)
        {
            asked.CertificatesAddress = (ulong)Marshal.UnsafeAddrOfPinnedArrayElement(certificates, 0);
            asked.CertificatesLength = (uint)certificates.Length;
        }

        var request = new SevGuestLayout.GuestRequest { MessageVersion = 1, RequestAddress = (ulong)&asked, ResponseAddress = (ulong)&answer };
        int error = _device.Request(certificates.Length > 0 ? SevGuestLayout.GetExtendedReport : SevGuestLayout.GetReport, ref request);
        var data = new ReadOnlySpan<byte>(answer.Data, sizeof(SevGuestLayout.ReportResponse));
        return error == 0
            ? SnpAnswer.Read(data, certificates, SevGuestDevice.Path)
            : Refused(error, request, BinaryPrimitives.ReadUInt32LittleEndian(data));
    }

    private static EvidenceOutcome.Failed Refused(int error, in SevGuestLayout.GuestRequest request, uint status) => request.HypervisorError == SevGuestLayout.Busy
        ? new(EvidenceFailure.Contended, "The host asks to send report requests less often.", "Nothing to do: it is asked again with the next attempt.")
        : new(
            EvidenceFailure.HardwareRefused,
            $"{SevGuestDevice.Path} answers errno {error}{(error == Eio ? " (EIO)" : string.Empty)}: firmware error 0x{request.FirmwareError:x}, host error 0x{request.HypervisorError:x}, status 0x{status:x}.",
            "Look at the kernel log (dmesg); firmware errors are listed in AMD's SEV-SNP ABI specification.");
}
