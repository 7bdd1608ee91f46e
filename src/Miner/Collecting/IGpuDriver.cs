using System.Collections.Immutable;

namespace Ait.Miner.Collecting;

/// <summary>A vendor's management library: which GPUs there are, and evidence of those that sign it.</summary>
internal interface IGpuDriver
{
    /// <summary>Every GPU; empty with a problem where the library or the driver is missing or refuses.</summary>
    public ImmutableArray<GpuFacts> List(out string? problem);

    /// <summary>A GPU's temperature in degrees Celsius; null if this driver does not know.</summary>
    public int? ReadTemperature(ImmutableArray<byte> gpuUuid);
}
