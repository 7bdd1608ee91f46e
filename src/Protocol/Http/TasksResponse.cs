namespace Ait.Protocol.Http;

/// <summary>Answer of <c>GET /v1/tasks</c>, newest first.</summary>
/// <param name="Tasks">The tasks.</param>
public sealed record TasksResponse(IReadOnlyList<TaskResponse> Tasks);
