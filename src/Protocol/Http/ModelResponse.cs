using System.Text.Json.Serialization;
using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>A model the coordinator schedules, as an entry of OpenAI's list of models with what a workload needs beside it.</summary>
/// <param name="Name">Its id in requests; for people.</param>
/// <param name="Digest">The digest that workloads name.</param>
/// <param name="Descriptor">Hex of the engine's model descriptor.</param>
/// <param name="MicroComputeUnitsPerToken">Its entry in the benchmark table.</param>
public sealed record ModelResponse(
    [property: JsonPropertyName("id")] string Name, Hash256 Digest, string Descriptor, uint MicroComputeUnitsPerToken)
{
    /// <summary>What OpenAI's list calls an entry.</summary>
    public string Object { get; } = "model";

    /// <summary>Unix seconds in OpenAI's list; a model here is its digest and has no date.</summary>
    public long Created { get; }

    /// <summary>Who offers it, in OpenAI's list.</summary>
    [JsonPropertyName("owned_by")]
    public string OwnedBy { get; } = "ait";
}
