using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>A registered device as the chain has it.</summary>
/// <param name="Slot">Its roster slot.</param>
/// <param name="GpuId">The GPU.</param>
/// <param name="DeviceClass">Its class.</param>
/// <param name="Operator">The account that is paid.</param>
/// <param name="HostChip">The host chip.</param>
/// <param name="EnclaveKey">Its enclave key.</param>
/// <param name="ValidUntil">Unix seconds until which its evidence counts.</param>
/// <param name="Revoked">Whether it is revoked, retired or suspended.</param>
/// <param name="LastSeen">Unix seconds of its last signed request; null if none.</param>
/// <param name="SeatsPaid">Seats paid so far.</param>
/// <param name="SeatsUnpaid">Seats ended without pay.</param>
/// <param name="EarnedWei">AIT earned through this coordinator, in wei, decimal.</param>
/// <param name="Verdict">What this coordinator found in the evidence of the registered key; null if it has verified none.</param>
/// <param name="SuspendedUntil">Unix seconds from which a proof of life ends its suspension for absence; null while it is not suspended for that.</param>
public sealed record DeviceResponse(
    int Slot,
    Hash256 GpuId,
    DeviceClass DeviceClass,
    Address Operator,
    Hash256 HostChip,
    Address EnclaveKey,
    ulong ValidUntil,
    bool Revoked,
    ulong? LastSeen,
    int SeatsPaid,
    int SeatsUnpaid,
    string EarnedWei,
    EvidenceVerdict? Verdict,
    ulong? SuspendedUntil = null);
