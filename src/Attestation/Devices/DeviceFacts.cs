using System.Collections.Immutable;
using System.Globalization;

namespace Ait.Attestation.Devices;

/// <summary>What a whole device says. Only <see cref="DeviceVerifier"/> makes one; measurement and report data are the host's.</summary>
public sealed class DeviceFacts : EvidenceFacts
{
    internal DeviceFacts()
    {
    }

    /// <inheritdoc/>
    public override string Platform => "device";

    /// <inheritdoc/>
    public override string Summary => string.Create(CultureInfo.InvariantCulture, $"{Profile}: {Devices[0].Host.Summary}{Gpus}");

    /// <summary>What the evidence proves; the same for every device of it.</summary>
    public required TrustProfile Profile { get; init; }

    /// <summary>One device a GPU, in the order of the evidence; one device where no GPU has evidence. Never empty.</summary>
    public required ImmutableArray<VerifiedDevice> Devices { get; init; }

    private string Gpus => Devices[0].Gpu is { } first ? $"; {first.Summary}" : string.Empty;
}
