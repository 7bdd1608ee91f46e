namespace Ait.Protocol.Http;

/// <summary>Answer of <c>POST /v1/leases</c>.</summary>
/// <param name="Letters">The seats to execute, none if none is open.</param>
public sealed record LeaseResponse(IReadOnlyList<SeatLetterDto> Letters);
