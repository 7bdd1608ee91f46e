namespace Ait.Attestation.Dcap;

/// <summary>What Intel says of a patch level. Names are Intel's.</summary>
public enum DcapTcbStatus
{
    /// <summary>All patches applied.</summary>
    UpToDate = 1,

    /// <summary>Patched; the program itself must be hardened.</summary>
    SWHardeningNeeded = 2,

    /// <summary>Patched; the platform must be configured.</summary>
    ConfigurationNeeded = 3,

    /// <summary>Both of the above.</summary>
    ConfigurationAndSWHardeningNeeded = 4,

    /// <summary>Patches are missing.</summary>
    OutOfDate = 5,

    /// <summary>Patches are missing and the platform must be configured.</summary>
    OutOfDateConfigurationNeeded = 6,

    /// <summary>The level is not trusted any more.</summary>
    Revoked = 7,

    /// <summary>Launched before an update that has since been applied: launch the trust domain again.</summary>
    TDRelaunchAdvised = 8,

    /// <summary>As above, and the platform must be configured.</summary>
    TDRelaunchAdvisedConfigurationNeeded = 9,
}
