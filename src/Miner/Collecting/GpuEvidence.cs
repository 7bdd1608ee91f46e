using System.Collections.Immutable;

namespace Ait.Miner.Collecting;

/// <summary>A GPU's evidence as it was given, not yet looked into: SPDM request and response one after the other, and its certificates as PEM.</summary>
internal sealed record GpuEvidence(ImmutableArray<byte> Report, ImmutableArray<byte> Certificates);
