using System.Text.Json.Serialization;
using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>Body of <c>POST /v1/seats</c>: a device asks about several of its seats.</summary>
/// <param name="GpuId">The device on the seats.</param>
/// <param name="TaskIds">Their tasks, 1 to 128.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SeatsRequest(Hash256 GpuId, IReadOnlyList<Hash256> TaskIds);
