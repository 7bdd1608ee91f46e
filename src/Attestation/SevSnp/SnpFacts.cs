namespace Ait.Attestation.SevSnp;

/// <summary>What genuine evidence says. Only <see cref="SnpVerifier"/> makes one.</summary>
public sealed class SnpFacts
{
    internal SnpFacts()
    {
    }

    /// <summary>Product the certificate path belongs to.</summary>
    public required SnpProduct Product { get; init; }

    /// <summary>Report format version.</summary>
    public required uint ReportVersion { get; init; }

    /// <summary>Kind of the key that signed.</summary>
    public required SnpSigningKey SigningKey { get; init; }

    /// <summary>
    /// Machine identity: 64 bytes (8 on Turin) equal in report and certificate; null where the host masks it or a VLEK
    /// report carries none. Two reports with the same value come from one chip.
    /// </summary>
    public required ByteString? ChipId { get; init; }

    /// <summary>Launch digest.</summary>
    public required ByteString Measurement { get; init; }

    /// <summary>The 64 bytes the guest chose.</summary>
    public required ByteString ReportData { get; init; }

    /// <summary>The 32 bytes the host chose.</summary>
    public required ByteString HostData { get; init; }

    /// <summary>Guest policy.</summary>
    public required SnpGuestPolicy Policy { get; init; }

    /// <summary>Privilege level of the requester.</summary>
    public required uint Vmpl { get; init; }

    /// <summary>Platform properties.</summary>
    public required SnpPlatformInfo PlatformInfo { get; init; }

    /// <summary>TCB that selected the signing key.</summary>
    public required TcbVersion ReportedTcb { get; init; }

    /// <summary>TCB in force.</summary>
    public required TcbVersion CurrentTcb { get; init; }

    /// <summary>TCB that cannot be rolled back.</summary>
    public required TcbVersion CommittedTcb { get; init; }

    /// <summary>TCB at launch.</summary>
    public required TcbVersion LaunchTcb { get; init; }

    /// <summary>SHA-384 of the endorsed key. AMD certifies the same key more than once: never pin the certificate.</summary>
    public required ByteString EndorsedKey { get; init; }

    /// <summary>The instant after which this verdict must be taken again: the earliest end of any certificate or revocation list used.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
