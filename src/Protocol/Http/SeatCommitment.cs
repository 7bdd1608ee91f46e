using System.Text.Json.Serialization;
using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>One of several commitments of a device.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Commitment"><see cref="ResultCommitment"/>.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SeatCommitment(Hash256 TaskId, Hash256 Commitment);
