namespace Ait.Chain.Contracts;

/// <summary>An event of the device registry.</summary>
public abstract record DeviceRegistryEvent
{
    private DeviceRegistryEvent()
    {
    }

    /// <summary>A device took a slot.</summary>
    /// <param name="GpuId">The GPU.</param>
    /// <param name="Operator">Who registered it.</param>
    /// <param name="HostChip">The host's processor.</param>
    /// <param name="Slot">The roster slot.</param>
    /// <param name="Class">The device class.</param>
    /// <param name="EnclaveKey">The signer of its statements.</param>
    /// <param name="ValidUntil">Unix seconds.</param>
    public sealed record Registered(Hash256 GpuId, Address Operator, Hash256 HostChip, uint Slot, byte Class, Address EnclaveKey, ulong ValidUntil) : DeviceRegistryEvent;

    /// <summary>A device brought fresh evidence.</summary>
    /// <param name="GpuId">The GPU.</param>
    /// <param name="EnclaveKey">The signer of its statements.</param>
    /// <param name="ValidUntil">Unix seconds.</param>
    public sealed record Refreshed(Hash256 GpuId, Address EnclaveKey, ulong ValidUntil) : DeviceRegistryEvent;

    /// <summary>The governor excluded a GPU.</summary>
    /// <param name="GpuId">The GPU.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Revoked(Hash256 GpuId, Hash256 Reason) : DeviceRegistryEvent;

    /// <summary>The governor lifted an exclusion.</summary>
    /// <param name="GpuId">The GPU.</param>
    public sealed record Reinstated(Hash256 GpuId) : DeviceRegistryEvent;

    /// <summary>The operator withdrew a device.</summary>
    /// <param name="GpuId">The GPU.</param>
    public sealed record Retired(Hash256 GpuId) : DeviceRegistryEvent;

    /// <summary>A device that took a slot is in no draw until it has proven its class.</summary>
    /// <param name="GpuId">The GPU.</param>
    public sealed record ProofDemanded(Hash256 GpuId) : DeviceRegistryEvent;

    /// <summary>A device passed a class challenge.</summary>
    /// <param name="GpuId">The GPU.</param>
    /// <param name="ProvenUntil">Unix seconds.</param>
    public sealed record Proven(Hash256 GpuId, ulong ProvenUntil) : DeviceRegistryEvent;

    /// <summary>A device failed a class challenge.</summary>
    /// <param name="GpuId">The GPU.</param>
    public sealed record Suspended(Hash256 GpuId) : DeviceRegistryEvent;

    /// <summary>A device was silent too often.</summary>
    /// <param name="GpuId">The GPU.</param>
    public sealed record SuspendedForAbsence(Hash256 GpuId) : DeviceRegistryEvent;

    /// <summary>A suspension for absence ended.</summary>
    /// <param name="GpuId">The GPU.</param>
    public sealed record Resumed(Hash256 GpuId) : DeviceRegistryEvent;

    /// <summary>A measured program was admitted or withdrawn.</summary>
    /// <param name="MeasurementHash">The hash of its measurement.</param>
    /// <param name="IsAllowed">Whether it may be registered from now on.</param>
    public sealed record MeasurementAllowed(Hash256 MeasurementHash, bool IsAllowed) : DeviceRegistryEvent;

    /// <summary>A trust profile was admitted for a class, or is no longer.</summary>
    /// <param name="Class">The device class.</param>
    /// <param name="Profile">1 attested GPU, 2 measured host, 3 measured enclave.</param>
    /// <param name="IsAdmitted">Whether it registers from now on.</param>
    public sealed record ProfileAdmitted(byte Class, byte Profile, bool IsAdmitted) : DeviceRegistryEvent;
}
