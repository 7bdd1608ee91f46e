using System.Security.Cryptography;
using Ait.Chain;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Support;

/// <summary>Enrolment requests as miners of emulated devices make them, and with what a dishonest one would change.</summary>
internal static class EmulatedRequests
{
    internal static readonly byte[] GpuUuid = [.. Enumerable.Range(1, 16).Select(value => (byte)value)];

    internal static Hash256 AttestedId(EmulatedVendors vendors) => GpuIdentity.OfDeviceKey(vendors.DeviceKey);

    internal static Hash256 MeasuredId(EmulatedVendors vendors) => GpuIdentity.OnMeasuredHost(vendors.HardwareId.Span, GpuUuid);

    /// <param name="vendors">Whose machines.</param>
    /// <param name="platform"><c>SevSnp</c> or <c>Tdx</c>.</param>
    /// <param name="binding">What the registration is about.</param>
    /// <param name="withGpu">Whether the GPU signs too.</param>
    /// <param name="nonce">What the GPU is asked over; null is the binding.</param>
    /// <param name="names">Whether report data names what the GPU answered.</param>
    internal static EnrolmentRequest Of(EmulatedVendors vendors, string platform, DeviceBinding binding, bool withGpu, byte[]? nonce = null, bool names = true)
    {
        byte[] bound = binding.Compute().ToArray();
        byte[] gpuReport = withGpu ? vendors.GpuReport(nonce ?? bound) : [];
        byte[] reportData = [.. bound, .. withGpu && names ? SHA256.HashData(gpuReport) : new byte[32]];
        bool snp = platform == "SevSnp";
        return new EnrolmentRequest(
            binding.GpuId,
            binding.Operator,
            binding.DeviceClass,
            Hex.Encode(GpuUuid),
            binding.BlockNumber,
            platform,
            Hex.Encode(snp ? vendors.Report(reportData) : vendors.Quote(reportData)),
            snp ? [.. vendors.Certificates.Select(der => Hex.Encode(der))] : [],
            withGpu ? [new GpuEvidenceDto(Hex.Encode(gpuReport), [.. vendors.GpuPath.Select(der => Hex.Encode(der))])] : []);
    }
}
