namespace Ait.Protocol.Http;

/// <summary>Answer of <c>GET /v1/devices</c>, by slot.</summary>
/// <param name="Devices">The devices.</param>
public sealed record DevicesResponse(IReadOnlyList<DeviceResponse> Devices);
