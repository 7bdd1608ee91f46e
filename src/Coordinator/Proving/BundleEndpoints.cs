using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Settling;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Proving;

/// <summary>GET /v1/tasks/{taskId}/bundle: a settled task's proof in one file, which nobody has to believe this coordinator about.</summary>
internal static class BundleEndpoints
{
    internal static void MapBundles(this IEndpointRouteBuilder routes) => routes.MapGet("/v1/tasks/{taskId}/bundle", async (
        string taskId, TaskStore tasks, BundleShelf bundles, CancellationToken cancellation) =>
    {
        if (!Hash256.TryParse(taskId, out Hash256 hash))
        {
            return Answer.Problem(RequestAdmission.Malformed("a task id of 32 bytes in hexadecimal", $"{taskId.Length} characters"));
        }

        return tasks.Find(hash) is { Phase: TaskPhase.Settled, BatchId: { } batchId } && await bundles.ReadAsync(batchId, hash, cancellation) is { } bundle
            ? Results.Bytes(bundle, "application/json", $"{hash}.bundle.json")
            : Answer.NotFound("settled task", taskId);
    });
}
