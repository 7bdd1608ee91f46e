using System.Text.Json.Serialization;

namespace Ait.Protocol.Http;

/// <summary>Body of <c>POST /v1/workloads</c>: a buyer asks for a quote.</summary>
/// <param name="Workload">Hex of <see cref="Protocol.Workload.ToBytes"/>.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record WorkloadRequest(string Workload);
