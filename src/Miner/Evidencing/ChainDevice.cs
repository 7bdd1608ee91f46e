using Ait.Chain;
using Ait.Protocol;

namespace Ait.Miner.Evidencing;

/// <summary>A registration as the device registry holds it.</summary>
internal sealed record ChainDevice(uint Slot, Hash256 GpuId, Address OperatorAccount, DeviceClass DeviceClass, Address EnclaveKey, DateTimeOffset ValidUntil, bool Withdrawn)
{
    public bool IsLive(DateTimeOffset now) => !Withdrawn && now <= ValidUntil;
}
