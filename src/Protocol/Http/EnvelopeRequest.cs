using System.Text.Json.Serialization;
using Ait.Chain;
using Ait.Protocol.Sealing;

namespace Ait.Protocol.Http;

/// <summary>Body of <c>POST /v1/envelopes</c>, signed by the holder: releases a content key to one seat.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="GpuId">The device on the seat.</param>
/// <param name="Statement">Hex of the <see cref="SeatKeyStatement"/> whose key it was sealed to.</param>
/// <param name="Envelope">Hex of the <see cref="KeyEnvelope"/>.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record EnvelopeRequest(Hash256 TaskId, Hash256 GpuId, string Statement, string Envelope);
