using Ait.Coordinator.Admitting;
using Ait.Coordinator.Configuration;
using Ait.Coordinator.Loops;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Hosting;

/// <summary>GET /healthz, /readyz, /v1/network and /v1/models.</summary>
internal static class NetworkEndpoints
{
    internal static void MapNetwork(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", () => Results.Text("ok"));
        routes.MapGet("/readyz", (LoopHealth health) => health.Faults is { Count: > 0 } faults
            ? Answer.Problem(new Refusal(
                ProblemCodes.Unavailable, "The coordinator is not ready.", "every loop working", string.Join("; ", faults), "See the coordinator's log; docs/operate.md lists failures and remedies."))
            : Results.Text("ready"));
        routes.MapGet("/v1/network", (Deployment deployment, TimeProvider clock) => Answer.Json(
            new NetworkResponse(
                deployment.ChainId, deployment.MiningRegistry, deployment.DeviceRegistry, deployment.Token, deployment.CertificateCache,
                deployment.Coordinator, DeterminismClass.X8v0, deployment.Profile, (ulong)clock.GetUtcNow().ToUnixTimeMilliseconds()),
            ProtocolJson.Default.NetworkResponse));
        routes.MapGet("/v1/models", (ModelTable models) => Answer.Json(
            new ModelsResponse([.. models.Models.Select(model => new ModelResponse(model.Name, model.Digest, model.Descriptor, model.MicroComputeUnitsPerToken))]),
            ProtocolJson.Default.ModelsResponse));
    }
}
