using System.Text.Json.Serialization;

namespace Ait.Protocol.Http;

/// <summary>Answer of <c>GET /v1/models</c>: OpenAI's list.</summary>
/// <param name="Models">The models.</param>
public sealed record ModelsResponse([property: JsonPropertyName("data")] IReadOnlyList<ModelResponse> Models)
{
    /// <summary>What OpenAI calls it.</summary>
    public string Object { get; } = "list";
}
