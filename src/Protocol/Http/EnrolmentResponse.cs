using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>A device whose evidence the coordinator has verified.</summary>
/// <param name="GpuId">The GPU.</param>
/// <param name="DeviceClass">Its class.</param>
/// <param name="Operator">The account that is paid.</param>
/// <param name="HostChip">The host chip, as the registry names it.</param>
/// <param name="EnclaveKey">The key that the evidence is bound to.</param>
/// <param name="Verdict">What the evidence proved.</param>
public sealed record EnrolmentResponse(
    Hash256 GpuId, DeviceClass DeviceClass, Address Operator, Hash256 HostChip, Address EnclaveKey, EvidenceVerdict Verdict);
