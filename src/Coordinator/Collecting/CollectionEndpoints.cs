using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Enrolling;
using Ait.Coordinator.Loops;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Collecting;

/// <summary>POST /v1/commitments, POST /v1/results and GET /v1/seats/{taskId}.</summary>
internal sealed class CollectionEndpoints
{
    private readonly RequestAdmission _admission;
    private readonly CollectionStore _store;
    private readonly DispatchStore _dispatch;
    private readonly DeviceGate _devices;
    private readonly PayableDurations _durations;
    private readonly NetworkDomain _domain;
    private readonly CoordinatorOptions _options;
    private readonly Signals _signals;
    private readonly TimeProvider _clock;

    public CollectionEndpoints(
        RequestAdmission admission, CollectionStore store, DispatchStore dispatch, DeviceGate devices, PayableDurations durations, NetworkDomain domain,
        CoordinatorOptions options, Signals signals, TimeProvider clock)
    {
        _admission = admission;
        _store = store;
        _dispatch = dispatch;
        _devices = devices;
        _durations = durations;
        _domain = domain;
        _options = options;
        _signals = signals;
        _clock = clock;
    }

    internal void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/commitments", CommitAsync);
        routes.MapPost("/v1/results", RevealAsync);
        routes.MapGet("/v1/seats/{taskId}", ShowSeatAsync);
    }

    private Task CommitAsync(HttpContext context) => _admission.RunAsync(
        context,
        ProtocolJson.Default.CommitmentRequest,
        (request, signer) => _devices.AuthoriseAsync(request.GpuId, signer, context.RequestAborted),
        (request, signer) => Task.FromResult(Commit(request, signer)));

    private Task RevealAsync(HttpContext context) => _admission.RunAsync(
        context,
        ProtocolJson.Default.ResultRequest,
        (request, signer) => AuthoriseResultAsync(request, signer, context.RequestAborted),
        (request, signer) => RevealAsync(request, signer, context.RequestAborted));

    private Task ShowSeatAsync(HttpContext context)
    {
        Hash256 taskId = default;
        Hash256 gpuId = default;
        return _admission.RunAsync(
            context,
            async signer => Hash256.TryParse(context.GetRouteValue("taskId") as string, out taskId) && Hash256.TryParse(context.Request.Query["gpuId"], out gpuId)
                ? await _devices.AuthoriseAsync(gpuId, signer, context.RequestAborted)
                : RequestAdmission.Malformed("/v1/seats/{taskId}?gpuId={gpuId}, both 32 bytes in hexadecimal", "something else"),
            signer => Task.FromResult(ShowSeat(taskId, gpuId, signer)));
    }

    private IResult Commit(CommitmentRequest request, Address signer)
    {
        Refusal? refusal = _store.Commit(request.TaskId, request.GpuId, request.Commitment, signer);
        _signals.Collected.Set();
        return refusal is null ? Show(request.TaskId, request.GpuId) : Answer.Problem(refusal);
    }

    /// <summary>The attestation is read before anything is written: its own signature must be the signer's too.</summary>
    private async Task<Refusal?> AuthoriseResultAsync(ResultRequest request, Address signer, CancellationToken cancellation) =>
        TryReadAttestation(request, signer, out WorkAttestation? attestation, out Refusal? refusal)
            ? await _devices.AuthoriseAsync(attestation.Statement.GpuId, signer, cancellation)
            : refusal;

    private async Task<IResult> RevealAsync(ResultRequest request, Address signer, CancellationToken cancellation)
    {
        if (!TryReadAttestation(request, signer, out WorkAttestation? attestation, out Refusal? refusal))
        {
            return Answer.Problem(refusal);
        }

        if (!Hex.TryDecode(request.Transcript, out byte[]? transcript))
        {
            return Answer.Problem(RequestAdmission.Malformed("a transcript in hexadecimal", $"{request.Transcript.Length} characters"));
        }

        WorkStatement statement = attestation.Statement;
        DurationRange payable = _store.Find(statement.TaskId, statement.GpuId) is SeatView seat
            ? await _durations.OfAsync(seat, statement.DurationMillis, cancellation)
            : DurationRange.Any;
        refusal = _store.Reveal(_domain, attestation, request.Salt, transcript, payable);
        _signals.Collected.Set();
        return refusal is null ? Show(statement.TaskId, statement.GpuId) : Answer.Problem(refusal);
    }

    private bool TryReadAttestation(
        ResultRequest request,
        Address signer,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out WorkAttestation? attestation,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out Refusal? refusal)
    {
        attestation = null;
        byte[] bytes = new byte[WorkAttestation.EncodedSize];
        if (!Hex.TryDecode(request.WorkAttestation, bytes))
        {
            refusal = RequestAdmission.Malformed($"a work attestation of {bytes.Length} bytes in hexadecimal", $"{request.WorkAttestation.Length} characters");
            return false;
        }

        if (!WorkAttestation.TryVerify(bytes, _domain, signer, out attestation, out ProtocolRefusal? fault))
        {
            refusal = new Refusal(
                ProblemCodes.ResultInvalid, "The work attestation is not signed by the device's enclave key.", fault.Expected, fault.Found,
                "Sign the work attestation with the registered enclave key in the domain of GET /v1/network.");
            return false;
        }

        refusal = null;
        return true;
    }

    private IResult ShowSeat(Hash256 taskId, Hash256 gpuId, Address signer)
    {
        if (_store.Find(taskId, gpuId) is not SeatView seat)
        {
            return Answer.Problem(CollectionStore.NoSeat(taskId, gpuId));
        }

        if (seat.Commitment is null && seat.LeaseHolder == signer)
        {
            _dispatch.Acknowledge(seat.Task.TaskKey, seat.Seat, signer, _options.LeaseLength);
        }

        return Show(seat);
    }

    private IResult Show(Hash256 taskId, Hash256 gpuId) =>
        _store.Find(taskId, gpuId) is SeatView seat ? Show(seat) : Answer.Problem(CollectionStore.NoSeat(taskId, gpuId));

    private IResult Show(SeatView seat) => Answer.Json(
        new SeatResponse(
            seat.TaskId,
            seat.GpuId,
            Collection.PhaseOf(seat, _clock.GetUtcNow().ToUnixTimeMilliseconds()),
            seat.Task.Phase == TaskPhase.Seated && seat.Task.RevealOpenedAt is not null,
            seat.Reason,
            UnpaidReasons.RemedyFor(seat.Reason, seat.Detail),
            seat.PaidWei,
            seat.Task.SettledTransaction),
        ProtocolJson.Default.SeatResponse);
}
