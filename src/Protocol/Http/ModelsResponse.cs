namespace Ait.Protocol.Http;

/// <summary>Answer of <c>GET /v1/models</c>.</summary>
/// <param name="Models">The models.</param>
public sealed record ModelsResponse(IReadOnlyList<ModelResponse> Models);
