namespace Ait.Protocol.Http;

/// <summary>Answer of <c>GET /v1/devices</c>, by slot.</summary>
/// <param name="Devices">The devices of the page asked for.</param>
/// <param name="Total">How many there are, all pages together.</param>
public sealed record DevicesResponse(IReadOnlyList<DeviceResponse> Devices, int Total);
