using Ait.Protocol.Sealing;

namespace Ait.Protocol.Http;

/// <summary>Answer of <c>POST /v1/seat-keys</c>.</summary>
/// <param name="Envelope">Hex of the <see cref="KeyEnvelope"/> to this key; null until the holder has released the content key to it.</param>
public sealed record SeatKeyResponse(string? Envelope);
