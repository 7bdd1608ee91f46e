namespace Ait.Attestation.SevSnp;

/// <summary>PLATFORM_INFO bits with a known meaning; newer firmware may set others.</summary>
[Flags]
public enum SnpPlatformInfo : ulong
{
    /// <summary>No property.</summary>
    None = 0,

    /// <summary>Simultaneous multithreading is on.</summary>
    SmtEnabled = 1 << 0,

    /// <summary>Transparent memory encryption is on.</summary>
    TsmeEnabled = 1 << 1,

    /// <summary>Memory has error correction.</summary>
    EccEnabled = 1 << 2,

    /// <summary>Running average power limit is off.</summary>
    RaplDisabled = 1 << 3,

    /// <summary>Ciphertext of guest memory is hidden from the host.</summary>
    CiphertextHidingEnabled = 1 << 4,

    /// <summary>Memory aliasing was checked since the last reset.</summary>
    AliasCheckComplete = 1 << 5,

    /// <summary>Trusted I/O is on.</summary>
    TioEnabled = 1 << 7,
}
