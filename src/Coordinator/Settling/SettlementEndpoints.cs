using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Settling;

/// <summary>GET /v1/tasks, GET /v1/tasks/{taskId} and GET /v1/history: what anyone may see.</summary>
internal static class SettlementEndpoints
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;
    private const int DefaultSteps = 60;
    private const int MaxSteps = 240;

    internal static void MapTasks(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/tasks", List);
        routes.MapGet("/v1/tasks/{taskId}", (string taskId, TaskStore store) =>
            Hash256.TryParse(taskId, out Hash256 hash)
                ? store.Find(hash) is TaskResponse task ? Answer.Json(task, ProtocolJson.Default.TaskResponse) : Answer.NotFound("task", taskId)
                : Answer.Problem(RequestAdmission.Malformed("a task id of 32 bytes in hexadecimal", $"{taskId.Length} characters")));
        routes.MapGet("/v1/history", (HttpContext context, HistoryStore store) =>
            QueryNumber.TryRead(context, "step", 60, 1, 86_400, out long step, out Refusal? refusal)
            && QueryNumber.TryRead(context, "steps", DefaultSteps, 1, MaxSteps, out long steps, out refusal)
                ? Answer.Json(store.Read((uint)step, (int)steps), ProtocolJson.Default.HistoryResponse)
                : Answer.Problem(refusal));
    }

    private static IResult List(HttpContext context, TaskStore store)
    {
        string? state = context.Request.Query["state"];
        string? before = context.Request.Query["before"];
        string? unpaid = context.Request.Query["unpaid"];
        TaskPhase phase = default;
        Hash256 last = default;
        Hash256 gpuId = default;
        if (!QueryNumber.TryRead(context, "limit", DefaultLimit, 1, MaxLimit, out long limit, out Refusal? refusal))
        {
            return Answer.Problem(refusal);
        }

        if (state is not null && (!Enum.TryParse(state, ignoreCase: true, out phase) || !Enum.IsDefined(phase) || char.IsAsciiDigit(state[0])))
        {
            return Answer.Problem(RequestAdmission.Malformed($"state one of {string.Join(", ", Enum.GetNames<TaskPhase>())}", state));
        }

        if (before is not null && !Hash256.TryParse(before, out last))
        {
            return Answer.Problem(RequestAdmission.Malformed("before as a task id of 32 bytes in hexadecimal", $"{before.Length} characters"));
        }

        if (unpaid is not null && (state is not null || !Hash256.TryParse(unpaid, out gpuId)))
        {
            return Answer.Problem(RequestAdmission.Malformed(
                "unpaid as a GPU's id of 32 bytes in hexadecimal, without state", state is null ? $"{unpaid.Length} characters" : "both"));
        }

        if (unpaid is not null)
        {
            return Answer.Json(new TasksResponse(store.ListUnpaid(gpuId, before is null ? null : last, (int)limit)), ProtocolJson.Default.TasksResponse);
        }

        return Answer.Json(
            new TasksResponse(store.List(state is null ? null : phase, before is null ? null : last, (int)limit)), ProtocolJson.Default.TasksResponse);
    }
}
