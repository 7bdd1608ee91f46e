using Ait.Protocol.Sealing;

namespace Ait.Protocol.Http;

/// <summary>A seat that waits for its content key. Both members are claims that the holder verifies against the chain.</summary>
/// <param name="Letter">Hex of the seat's <see cref="SeatLetter"/>: the coordinator's signed word that this device was drawn.</param>
/// <param name="Statement">Hex of its <see cref="SeatKeyStatement"/>.</param>
/// <param name="Released">Whether an envelope to this key is in.</param>
public sealed record ConfidentialSeat(string Letter, string Statement, bool Released);
