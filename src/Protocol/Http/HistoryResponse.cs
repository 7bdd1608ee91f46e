namespace Ait.Protocol.Http;

/// <summary>Answer of <c>GET /v1/history</c>: what settled in equal steps of time, oldest first, by this coordinator's clock.</summary>
/// <param name="From">Unix seconds at which the first step begins.</param>
/// <param name="StepSeconds">Length of a step.</param>
/// <param name="Steps">One entry a step, also where nothing happened.</param>
public sealed record HistoryResponse(ulong From, uint StepSeconds, IReadOnlyList<HistoryStep> Steps);
