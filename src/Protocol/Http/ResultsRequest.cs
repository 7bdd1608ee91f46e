using System.Text.Json.Serialization;
using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>Body of <c>POST /v1/results/batch</c>: reveals of one device, each judged by itself.</summary>
/// <param name="GpuId">The device on the seats.</param>
/// <param name="Results">1 to 128.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ResultsRequest(Hash256 GpuId, IReadOnlyList<ResultRequest> Results);
