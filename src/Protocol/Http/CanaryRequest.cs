using System.Text.Json.Serialization;
using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>Body of <c>POST /v1/canaries</c>, signed by the coordinator's key: a task that has ended.</summary>
/// <param name="TaskId">The task.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CanaryRequest(Hash256 TaskId);
