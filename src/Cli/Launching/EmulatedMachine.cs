using System.Collections.Immutable;
using Ait.Chain;
using Ait.Protocol;

namespace Ait.Cli.Launching;

/// <summary>An emulated host: its chip and the UUIDs of its GPUs.</summary>
internal sealed record EmulatedMachine(string Name, ReadOnlyMemory<byte> ChipId, ImmutableArray<byte[]> GpuUuids)
{
    internal Hash256 GpuId(int index) => GpuIdentity.OnMeasuredHost(ChipId.Span, GpuUuids[index]);
}
