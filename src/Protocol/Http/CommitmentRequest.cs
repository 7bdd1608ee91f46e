using System.Text.Json.Serialization;
using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>Body of <c>POST /v1/commitments</c>.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="GpuId">The device on the seat.</param>
/// <param name="Commitment"><see cref="ResultCommitment"/>.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CommitmentRequest(Hash256 TaskId, Hash256 GpuId, Hash256 Commitment);
