using System.Collections.Immutable;
using Ait.Attestation.Nvidia;

namespace Ait.Attestation.Devices;

/// <summary>Everything that one registration is judged by: a processor, and the GPUs that its guest drives. Nothing here has been checked.</summary>
public sealed class DeviceEvidence
{
    /// <summary>The processor's evidence.</summary>
    public required HostEvidence Host { get; init; }

    /// <summary>The GPUs' evidence in the order in which report data names it; empty for classes whose hardware signs none.</summary>
    public required ImmutableArray<NvidiaEvidence> Gpus { get; init; }
}
