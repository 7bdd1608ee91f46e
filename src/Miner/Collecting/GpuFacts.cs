using System.Collections.Immutable;
using Ait.Protocol;

namespace Ait.Miner.Collecting;

/// <summary>What a driver says of one GPU; host-asserted unless the GPU signs evidence.</summary>
/// <param name="Uuid">Sixteen bytes.</param>
/// <param name="Name">As the driver calls the part.</param>
/// <param name="DeviceClass">The class by name or device id; None if this network pays no such part.</param>
/// <param name="MemoryBytes">All of the device's memory.</param>
/// <param name="DriverVersion">Of the driver in this guest.</param>
/// <param name="VbiosVersion">Empty where it is hidden.</param>
/// <param name="Confidential">Whether the GPU protects what it computes, and so can sign evidence.</param>
internal sealed record GpuFacts(
    ImmutableArray<byte> Uuid,
    string Name,
    DeviceClass DeviceClass,
    ulong MemoryBytes,
    string DriverVersion,
    string VbiosVersion,
    ConfidentialMode Confidential)
{
    public string UuidText => new Guid(Uuid.AsSpan(), bigEndian: true).ToString();
}
