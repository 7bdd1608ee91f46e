using System.Collections.Immutable;
using System.Globalization;

namespace Ait.Attestation.Nvidia;

/// <summary>
/// What a genuine GPU says. Only <see cref="NvidiaVerifier"/> makes one. <c>ChipId</c> is SHA-384 of the device key that
/// stays when firmware changes; the attestation key does not.
/// </summary>
public sealed class NvidiaFacts : EvidenceFacts
{
    internal NvidiaFacts()
    {
    }

    /// <inheritdoc/>
    public override string Platform => "nvidia-gpu";

    /// <inheritdoc/>
    public override string Summary => string.Create(
        CultureInfo.InvariantCulture, $"{Chip} ({Architecture}), driver {DriverVersion}, VBIOS {VbiosVersion}, mode {Mode}, {Devices.Length} GPU");

    /// <summary>The chip as its certificates name it, <c>GH100</c>.</summary>
    public required string Chip { get; init; }

    /// <summary>Family of the chip.</summary>
    public required NvidiaArchitecture Architecture { get; init; }

    /// <summary>Driver version, <c>550.90.07</c>.</summary>
    public required string DriverVersion { get; init; }

    /// <summary>VBIOS version, <c>96.00.9f.00.01</c>.</summary>
    public required string VbiosVersion { get; init; }

    /// <summary>How the GPU is attached.</summary>
    public required NvidiaMode Mode { get; init; }

    /// <summary>Digest of the firmware that holds the attestation key; empty where its certificate carries none.</summary>
    public required ByteString FirmwareId { get; init; }

    /// <summary>SHA-384 of the attestation key's SubjectPublicKeyInfo. Changes with the firmware.</summary>
    public required ByteString AttestationKey { get; init; }

    /// <summary>SubjectPublicKeyInfo (DER) of the device key in the boot ROM: the GPU's identity, whatever its firmware.</summary>
    public required ByteString DeviceKey { get; init; }

    /// <summary>True if the driver's reference manifest was given and matched.</summary>
    public required bool DriverCompared { get; init; }

    /// <summary>True if the VBIOS's reference manifest was given and matched.</summary>
    public required bool VbiosCompared { get; init; }

    /// <summary>Identities of all GPUs judged together, in the order of the evidence.</summary>
    public required ImmutableArray<ByteString> Devices { get; init; }
}
