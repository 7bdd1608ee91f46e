namespace Ait.Protocol.Http;

/// <summary>Answer of <c>GET /v1/keys</c>, newest first.</summary>
/// <param name="Keys">The keys, the revoked ones too.</param>
public sealed record KeysResponse(IReadOnlyList<KeyResponse> Keys);
