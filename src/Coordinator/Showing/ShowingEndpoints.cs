using Ait.Coordinator.Admitting;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Showing;

/// <summary>GET /v1/status, /v1/economics and /v1/live: the network as onlookers see it.</summary>
internal static class ShowingEndpoints
{
    private const int MicroPerUnit = 1_000_000;

    /// <summary>Three seats, escalated to five and seven.</summary>
    private const int MostPaidSeats = 7;

    internal static void MapShowing(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/status", async (StatusReader status, CancellationToken cancellation) =>
            Answer.Json(await status.ReadAsync(cancellation), ProtocolJson.Default.StatusResponse));
        routes.MapGet("/v1/economics", async (IMiningChain chain, CancellationToken cancellation) =>
            Answer.Json(ToResponse(await chain.ReadTotalsAsync(cancellation), await chain.ReadRulesAsync(cancellation)), ProtocolJson.Default.EconomicsResponse));
        routes.MapGet("/v1/live", FollowAsync);
    }

    private static EconomicsResponse ToResponse(RegistryTotals totals, RegistryRules rules) => new(
        Wei.Text(totals.MintRate * MicroPerUnit),
        Wei.Text(totals.RedeemPrice * MicroPerUnit),
        Wei.Text(rules.LowestRedeemPrice * MicroPerUnit),
        MostPaidSeats,
        Wei.Text(totals.Minted),
        Wei.Text(totals.Burned),
        Wei.Text(totals.Supply),
        rules.Governor,
        rules.ProposedGovernor,
        [.. rules.Classes.Select(one => new EconomicsClass(
            one.DeviceClass, one.ComputeUnitsPerHour, Wei.Text(totals.MintRate * MicroPerUnit * one.ComputeUnitsPerHour),
            one.LeastMillisPerUnit, one.MostMillisPerUnit, one.SlackMillis))]);

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
