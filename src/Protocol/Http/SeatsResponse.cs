namespace Ait.Protocol.Http;

/// <summary>Answer to several questions about seats, in their order.</summary>
/// <param name="Seats">One answer each.</param>
public sealed record SeatsResponse(IReadOnlyList<SeatAnswer> Seats);
