namespace Ait.Protocol.Http;

/// <summary>Answer of <c>GET /v1/enrolments</c>: every device whose evidence was verified, the newest verdict of each.</summary>
/// <param name="Enrolments">The devices, by GPU.</param>
public sealed record EnrolmentsResponse(IReadOnlyList<EnrolmentResponse> Enrolments);
