using System.Text.Json.Serialization;

namespace Ait.Protocol.Http;

/// <summary>Body of <c>POST /v1/keys</c>.</summary>
/// <param name="Name">For people, 1 to 64 characters.</param>
/// <param name="DailyComputeUnits">Most micro-CU the key may spend in any 24 hours; null for no such limit.</param>
/// <param name="TotalComputeUnits">Most micro-CU it may ever spend; null for no such limit.</param>
/// <param name="ExpiresAt">Unix seconds after which it is refused; null for never.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record KeyRequest(string Name, ulong? DailyComputeUnits = null, ulong? TotalComputeUnits = null, ulong? ExpiresAt = null);
