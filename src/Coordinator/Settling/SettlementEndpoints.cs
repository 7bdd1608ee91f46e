using System.Globalization;
using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Settling;

/// <summary>GET /v1/tasks and GET /v1/tasks/{taskId}: what anyone may see.</summary>
internal static class SettlementEndpoints
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    internal static void MapTasks(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/tasks", (HttpContext context, TaskStore store) =>
        {
            string? state = context.Request.Query["state"];
            string? limitText = context.Request.Query["limit"];
            int limit = DefaultLimit;
            TaskPhase phase = default;
            if (limitText is not null && (!int.TryParse(limitText, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit))
            {
                return Answer.Problem(RequestAdmission.Malformed($"limit from 1 to {MaxLimit}", limitText));
            }

            if (state is not null && (!Enum.TryParse(state, ignoreCase: true, out phase) || !Enum.IsDefined(phase) || char.IsAsciiDigit(state[0])))
            {
                return Answer.Problem(RequestAdmission.Malformed($"state one of {string.Join(", ", Enum.GetNames<TaskPhase>())}", state));
            }

            return Answer.Json(new TasksResponse(store.List(state is null ? null : phase, limit)), ProtocolJson.Default.TasksResponse);
        });
        routes.MapGet("/v1/tasks/{taskId}", (string taskId, TaskStore store) =>
            Hash256.TryParse(taskId, out Hash256 hash)
                ? store.Find(hash) is TaskResponse task ? Answer.Json(task, ProtocolJson.Default.TaskResponse) : Answer.NotFound("task", taskId)
                : Answer.Problem(RequestAdmission.Malformed("a task id of 32 bytes in hexadecimal", $"{taskId.Length} characters")));
    }
}
