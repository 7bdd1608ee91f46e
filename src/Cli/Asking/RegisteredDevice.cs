using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Protocol;

namespace Ait.Cli.Asking;

/// <summary>A device as the registry has it.</summary>
internal sealed record RegisteredDevice(uint Slot, DeviceClass DeviceClass, Address EnclaveKey, ulong RegisteredBlock, RosterSlot Roster)
{
    internal Hash256 GpuId => Roster.GpuId;

    /// <summary>Whether it has to prove its class first: until then it is in no draw.</summary>
    internal bool IsUnproven => Roster.RefreshedBlock == DeviceRecord.Unproven;

    internal Address Operator => Roster.Operator;

    internal Hash256 HostChip => Roster.HostChip;

    /// <summary>Reads the tuple <c>Device</c>: gpuId, hostChip, operator, class, validUntil, previousValidUntil, enclaveKey, registered, refreshed, revoked block.</summary>
    internal static RegisteredDevice Read(uint slot, AbiValue device) => new(
        slot,
        (DeviceClass)device[3].AsByte(),
        device[6].AsAddress(),
        device[7].AsUInt64(),
        new RosterSlot(
            device[0].AsHash256(),
            device[1].AsHash256(),
            device[2].AsAddress(),
            device[4].AsUInt64(),
            device[5].AsUInt64(),
            device[8].AsUInt64(),
            device[9].AsUInt64()));
}
