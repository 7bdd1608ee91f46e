using System.Globalization;

namespace Ait.Attestation.SevSnp;

/// <summary>What genuine evidence says. Only <see cref="SnpVerifier"/> makes one.</summary>
public sealed class SnpFacts : EvidenceFacts
{
    internal SnpFacts()
    {
    }

    /// <inheritdoc/>
    public override string Platform => "amd-snp";

    /// <inheritdoc/>
    public override string Summary => string.Create(CultureInfo.InvariantCulture, $"{Product} v{ReportVersion}, TCB {ReportedTcb}");

    /// <summary>Product the certificate path belongs to.</summary>
    public required SnpProduct Product { get; init; }

    /// <summary>Report format version.</summary>
    public required uint ReportVersion { get; init; }

    /// <summary>Kind of the key that signed.</summary>
    public required SnpSigningKey SigningKey { get; init; }

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

}
