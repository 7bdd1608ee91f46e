using Ait.Coordinator.Admitting;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Showing;

/// <summary>GET /v1/status and /v1/live: the network as onlookers see it.</summary>
internal static class ShowingEndpoints
{
    internal static void MapShowing(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/status", async (StatusReader status, CancellationToken cancellation) =>
            Answer.Json(await status.ReadAsync(cancellation), ProtocolJson.Default.StatusResponse));
        routes.MapGet("/v1/live", FollowAsync);
    }

    /// <summary>Server-sent events (WHATWG HTML §9.2): <c>status</c> whenever something changed.</summary>
    private static async Task FollowAsync(HttpContext context, LiveFeed feed, IHostApplicationLifetime lifetime)
    {
        if (!feed.TryEnter())
        {
            await Answer.Problem(new Refusal(
                ProblemCodes.Unavailable, "Too many onlookers follow this coordinator.", $"at most {LiveFeed.MaxListeners}", "more",
                "Poll GET /v1/status, or try again later.")).ExecuteAsync(context);
            return;
        }

        try
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
            await foreach (string status in feed.ListenAsync(ended.Token))
            {
                await context.Response.WriteAsync(status.Length == 0 ? ":\n\n" : $"event: status\ndata: {status}\n\n", ended.Token);
                await context.Response.Body.FlushAsync(ended.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The onlooker left, or the coordinator stops.
        }
        finally
        {
            feed.Leave();
        }
    }
}
