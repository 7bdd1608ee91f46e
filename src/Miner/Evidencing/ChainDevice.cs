using Ait.Chain;
using Ait.Protocol;

namespace Ait.Miner.Evidencing;

/// <summary>A registration as the device registry holds it. <see cref="SeenAt"/> is the time of the block it was read at: validity is counted in the chain's time.</summary>
internal sealed record ChainDevice(
    uint Slot,
    Hash256 GpuId,
    Address OperatorAccount,
    DeviceClass DeviceClass,
    Address EnclaveKey,
    DateTimeOffset ValidUntil,
    bool Withdrawn,
    DateTimeOffset SeenAt)
{
    public bool IsLive => !Withdrawn && SeenAt <= ValidUntil;
}
