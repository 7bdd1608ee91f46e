using System.Globalization;
using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Enrolling;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Keeping;

/// <summary>GET /v1/checkpoints/{digest}, GET and PUT /v1/checkpoints/{digest}/{part}.</summary>
internal sealed class CheckpointEndpoints
{
    private readonly RequestAdmission _admission;
    private readonly CheckpointStore _store;
    private readonly DeviceGate _devices;

    public CheckpointEndpoints(RequestAdmission admission, CheckpointStore store, DeviceGate devices)
    {
        _admission = admission;
        _store = store;
        _devices = devices;
    }

    internal void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/checkpoints/{digest}", Show);
        routes.MapGet("/v1/checkpoints/{digest}/{part}", ShowPart);
        routes.MapPut("/v1/checkpoints/{digest}/{part}", PutAsync);
    }

    private IResult Show(HttpContext context) =>
        TryRead(context, out Hash256 digest) && _store.Show(digest) is CheckpointResponse found
            ? Answer.Json(found, ProtocolJson.Default.CheckpointResponse)
            : Missing(context);

    private IResult ShowPart(HttpContext context) =>
        TryRead(context, out Hash256 digest) && TryReadPart(context, out int part) && _store.Part(digest, part) is byte[] content
            ? Results.Bytes(content, "application/octet-stream")
            : Missing(context);

    private Task PutAsync(HttpContext context)
    {
        Hash256 taskId = default;
        Hash256 gpuId = default;
        Hash256 digest = default;
        int part = 0;
        return _admission.RunBytesAsync(
            context,
            async signer => TryRead(context, out digest) && TryReadPart(context, out part)
                && Hash256.TryParse(context.Request.Query["taskId"], out taskId) && Hash256.TryParse(context.Request.Query["gpuId"], out gpuId)
                ? await _devices.AuthoriseAsync(gpuId, signer, context.RequestAborted)
                : RequestAdmission.Malformed("/v1/checkpoints/{digest}/{part}?taskId={taskId}&gpuId={gpuId}, 32 bytes in hexadecimal each, and a part from 0", "something else"),
            content =>
            {
                (CheckpointResponse? now, Refusal? refusal) = _store.Put(digest, part, taskId, gpuId, content);
                return Task.FromResult(now is null ? Answer.Problem(refusal!) : Answer.Json(now, ProtocolJson.Default.CheckpointResponse)); // One of the two is set.
            });
    }

    private static bool TryRead(HttpContext context, out Hash256 digest) => Hash256.TryParse(context.GetRouteValue("digest") as string, out digest);

    private static bool TryReadPart(HttpContext context, out int part) =>
        int.TryParse(context.GetRouteValue("part") as string, NumberStyles.None, CultureInfo.InvariantCulture, out part);

    private static IResult Missing(HttpContext context) => Answer.NotFound("checkpoint", context.Request.Path);
}
