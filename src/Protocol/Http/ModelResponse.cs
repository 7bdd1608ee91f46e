using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>A model the coordinator schedules.</summary>
/// <param name="Name">For people.</param>
/// <param name="Digest">The digest that workloads name.</param>
/// <param name="Descriptor">Hex of the engine's model descriptor.</param>
/// <param name="MicroComputeUnitsPerToken">Its entry in the benchmark table.</param>
public sealed record ModelResponse(string Name, Hash256 Digest, string Descriptor, uint MicroComputeUnitsPerToken);
