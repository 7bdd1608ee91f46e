namespace Ait.Protocol.Http;

/// <summary>What a single request would have been answered: one of the two is set.</summary>
/// <param name="Seat">Where the seat stands.</param>
/// <param name="Problem">Why it was refused.</param>
public sealed record SeatAnswer(SeatResponse? Seat, Problem? Problem);
