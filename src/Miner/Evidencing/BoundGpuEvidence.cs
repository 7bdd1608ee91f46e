using System.Collections.Immutable;
using Ait.Attestation.Nvidia;
using Ait.Chain;
using Ait.Chain.Contracts;

namespace Ait.Miner.Evidencing;

/// <summary>A GPU's evidence whose report was read and answers what was asked; made by <see cref="GpuEvidenceReader"/> only.</summary>
/// <param name="Report">Request and response, one after the other.</param>
/// <param name="Certificates">Five, DER, the attestation key's first and the root last.</param>
/// <param name="Read">What the report says.</param>
/// <param name="GpuId">The GPU, by its device key.</param>
/// <param name="Driver">What this driver's measurements may be.</param>
/// <param name="Vbios">What this VBIOS's measurements may be.</param>
internal sealed record BoundGpuEvidence(
    ReadOnlyMemory<byte> Report,
    ImmutableArray<ReadOnlyMemory<byte>> Certificates,
    NvidiaReport Read,
    Hash256 GpuId,
    GpuReferenceRecord Driver,
    GpuReferenceRecord Vbios);
