using System.Text.Json.Serialization;
using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>Body of <c>POST /v1/leases</c>: a miner asks for seats of its GPU, waiting for one if there is none.</summary>
/// <param name="GpuId">The device; its registered enclave key signs the request.</param>
/// <param name="Max">Most letters wanted, 1 to 128.</param>
/// <param name="WaitMillis">How long to wait for a seat, 0 to 30,000.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LeaseRequest(Hash256 GpuId, int Max, int WaitMillis);
