namespace Ait.Attestation.Nvidia;

/// <summary>The types of the device's own fields that mean something here. Others are skipped.</summary>
internal enum OpaqueField
{
    DriverVersion = 3,
    VbiosVersion = 6,
    NvdecStatus = 11,
    ChipSku = 15,
    Project = 17,
    ProjectSku = 18,
    FirmwareId = 20,
    ProtectedPcieStatus = 21,
    DataVersion = 34,
    ChipInfo = 35,
    FeatureFlag = 36,
}
