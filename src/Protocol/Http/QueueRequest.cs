using System.Text.Json.Serialization;
using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>Body of <c>POST /v1/queue</c>, signed by the coordinator's key: subsidised work.</summary>
/// <param name="Workloads">Hex of each <see cref="Protocol.Workload.ToBytes"/>, 1 to 256 of them.</param>
/// <param name="Answers">For each workload its known result, which makes it a canary, or null; null for none of them.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record QueueRequest(IReadOnlyList<string> Workloads, IReadOnlyList<Hash256?>? Answers = null);
