using System.Collections.Immutable;

namespace Ait.Miner.Evidencing;

/// <summary>Bytes as the hardware's collector gave them, not yet looked into: the report and the certificates VCEK, ASK and ARK (DER).</summary>
internal sealed record CollectedEvidence(ImmutableArray<byte> Report, ImmutableArray<byte> Vcek, ImmutableArray<byte> Ask, ImmutableArray<byte> Ark);
