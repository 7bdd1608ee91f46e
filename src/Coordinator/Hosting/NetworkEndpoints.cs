using Ait.Coordinator.Admitting;
using Ait.Coordinator.Completing;
using Ait.Coordinator.Configuration;
using Ait.Coordinator.Loops;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Hosting;

/// <summary>GET /healthz, /readyz, /v1/network, /v1/models and /v1/models/{model}.</summary>
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
        routes.MapGet("/v1/models", (HttpContext context, ModelTable models, BuyerGate gate) => gate.Wrong(context) is ApiError wrong
            ? wrong.ToResult() // OpenAI's clients list models to see whether their key is good.
            : Answer.Json(new ModelsResponse([.. models.Models.Select(ToResponse)]), ProtocolJson.Default.ModelsResponse));
        routes.MapGet("/v1/models/{model}", (HttpContext context, string model, ModelTable models, BuyerGate gate) =>
            gate.Wrong(context)?.ToResult()
            ?? (models.Models.FirstOrDefault(entry => entry.Name == model) is ModelEntry found
                ? Answer.Json(ToResponse(found), ProtocolJson.Default.ModelResponse)
                : new ApiError(404, "invalid_request_error", "model_not_found", "The model does not exist here. GET /v1/models lists those that do.", "model").ToResult()));
    }

    private static ModelResponse ToResponse(ModelEntry model) => new(model.Name, model.Digest, model.Descriptor, model.MicroComputeUnitsPerToken);
}
