using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>
/// Body of <c>POST /v1/enrolments</c>, signed with the enclave key that the evidence is bound to. Bytes are hexadecimal. What vendors
/// publish (collateral, reference manifests) is not part of it: the coordinator has it from them.
/// </summary>
/// <param name="GpuId">The GPU.</param>
/// <param name="Operator">The account that registers and is paid.</param>
/// <param name="DeviceClass">The class claimed.</param>
/// <param name="GpuUuid">Sixteen bytes.</param>
/// <param name="BlockNumber">The block whose hash is the freshness challenge.</param>
/// <param name="Platform"><c>SevSnp</c>, <c>Tdx</c> or <c>Sgx</c>.</param>
/// <param name="Report">The SNP report, or the quote.</param>
/// <param name="Certificates">Of an SNP report VCEK, ASK and ARK, DER; none leaves it to the coordinator to have them.</param>
/// <param name="Gpus">Evidence of the GPU itself; none where its class has none.</param>
public sealed record EnrolmentRequest(
    Hash256 GpuId,
    Address Operator,
    DeviceClass DeviceClass,
    string GpuUuid,
    ulong BlockNumber,
    string Platform,
    string Report,
    IReadOnlyList<string> Certificates,
    IReadOnlyList<GpuEvidenceDto> Gpus);
