namespace Ait.Protocol.Http;

/// <summary>Answer of <c>GET /v1/workloads/{workloadId}/seats</c>, signed by the holder: the seats of the task under way that have said their key.</summary>
/// <param name="Seats">By seat number; none while no task is seated.</param>
public sealed record ConfidentialSeatsResponse(IReadOnlyList<ConfidentialSeat> Seats);
