namespace Ait.Chain.Contracts;

/// <summary>What the typed device registry relies on; compared with the checked-in ABI by a test.</summary>
internal static class DeviceRegistrySignatures
{
    private const string Reference = "(bytes,bytes32[])";
    private const string Gpu = $"(bytes,bytes,bytes32,bytes,bytes,{Reference},{Reference})";
    private const string Request = $"(address,bytes16,uint8,uint8,uint64,bytes,bytes,bytes,{Gpu})";

    public const string RegisterDevice = $"registerDevice({Request})";
    public const string RefreshDevice = $"refreshDevice({Request})";
    public const string RetireDevice = "retireDevice(bytes32)";
    public const string RevokeDevice = "revokeDevice(bytes32,bytes32)";
    public const string ReinstateDevice = "reinstateDevice(bytes32)";
    public const string AllowMeasurement = "allowMeasurement(bytes32,bool)";
    public const string AdmitProfile = "admitProfile(uint8,uint8,bool)";
    public const string SetHostLimit = "setHostLimit(uint256)";
    public const string Device = "device(uint32)";
    public const string DevicesAt = "devicesAt(uint32[])";
    public const string ProfileOf = "profileOf(uint32)";
    public const string IsProfileAdmitted = "isProfileAdmitted(uint8,uint8)";
    public const string SlotOf = "slotOf(bytes32)";
    public const string RosterLength = "rosterLength()";
    public const string BindingOf = "bindingOf(address,address,bytes32,uint8,uint64)";
    public const string IsMeasurementAllowed = "isMeasurementAllowed(bytes32)";
    public const string IsRevoked = "isRevoked(bytes32)";
    public const string HostLimit = "hostLimit()";
    public const string GpuNumberOf = "gpuNumberOf(bytes32)";
    public const string ExtensionInterval = "EXTENSION_INTERVAL()";
    public const string Snp = "snp()";
    public const string Dcap = "dcap()";
    public const string Nvidia = "nvidia()";
    public const string Challenges = "challenges()";
    public const string Attendance = "attendance()";
    public const string IsAbsent = "isAbsent(bytes32)";
    public const string ProvenUntilOf = "provenUntilOf(bytes32)";

    public const string DeviceRegisteredEvent = "DeviceRegistered(bytes32,address,bytes32,uint32,uint8,address,uint40)";
    public const string DeviceRefreshedEvent = "DeviceRefreshed(bytes32,address,uint40)";
    public const string DeviceRevokedEvent = "DeviceRevoked(bytes32,bytes32)";
    public const string DeviceReinstatedEvent = "DeviceReinstated(bytes32)";
    public const string DeviceRetiredEvent = "DeviceRetired(bytes32)";
    public const string ClassProofDemandedEvent = "ClassProofDemanded(bytes32)";
    public const string ClassProvenEvent = "ClassProven(bytes32,uint40)";
    public const string DeviceSuspendedEvent = "DeviceSuspended(bytes32)";
    public const string DeviceSuspendedForAbsenceEvent = "DeviceSuspendedForAbsence(bytes32)";
    public const string DeviceResumedEvent = "DeviceResumed(bytes32)";
    public const string MeasurementAllowedEvent = "MeasurementAllowed(bytes32,bool)";
    public const string ProfileAdmittedEvent = "ProfileAdmitted(uint8,uint8,bool)";
}
