using System.Collections.Immutable;
using Ait.Chain;
using Ait.Miner.Collecting;
using Ait.Protocol;

namespace Ait.Miner.Evidencing;

/// <summary>What <c>registerDevice</c> and <c>refreshDevice</c> take.</summary>
internal sealed record DeviceRegistration(
    Address EnclaveKey,
    ImmutableArray<byte> GpuUuid,
    DeviceClass DeviceClass,
    ulong BlockNumber,
    CollectedEvidence Collected,
    BoundGpuEvidence? Gpu);
