using System.Text.Json.Serialization;
using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>Body of <c>POST /v1/commitments/batch</c>: commitments of one device, each judged by itself.</summary>
/// <param name="GpuId">The device on the seats.</param>
/// <param name="Commitments">1 to 128.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CommitmentsRequest(Hash256 GpuId, IReadOnlyList<SeatCommitment> Commitments);
