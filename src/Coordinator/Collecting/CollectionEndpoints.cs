using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Agreeing;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Enrolling;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Loops;
using Ait.Coordinator.Observing;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Collecting;

/// <summary>POST /v1/commitments, POST /v1/results and GET /v1/seats/{taskId}, and each for several seats of one device.</summary>
internal sealed class CollectionEndpoints
{
    /// <summary>Most seats in one request.</summary>
    internal const int MaxAtOnce = 128;

    private readonly RequestAdmission _admission;
    private readonly CollectionStore _store;
    private readonly AgreementStore _agreements;
    private readonly DispatchStore _dispatch;
    private readonly DeviceGate _devices;
    private readonly PayableDurations _durations;
    private readonly NetworkDomain _domain;
    private readonly CoordinatorOptions _options;
    private readonly Signals _signals;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;

    public CollectionEndpoints(
        RequestAdmission admission, CollectionStore store, AgreementStore agreements, DispatchStore dispatch, DeviceGate devices, PayableDurations durations, NetworkDomain domain,
        CoordinatorOptions options, Signals signals, TimeProvider clock, ILogger<CollectionEndpoints> log)
    {
        _admission = admission;
        _store = store;
        _agreements = agreements;
        _dispatch = dispatch;
        _devices = devices;
        _durations = durations;
        _domain = domain;
        _options = options;
        _signals = signals;
        _clock = clock;
        _log = log;
    }

    internal void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/commitments", CommitAsync);
        routes.MapPost("/v1/results", RevealAsync);
        routes.MapGet("/v1/seats/{taskId}", ShowSeatAsync);
        routes.MapPost("/v1/commitments/batch", CommitSeveralAsync);
        routes.MapPost("/v1/results/batch", RevealSeveralAsync);
        routes.MapPost("/v1/seats", ShowSeatsAsync);
    }

    private Task CommitAsync(HttpContext context) => _admission.RunAsync(
        context,
        ProtocolJson.Default.CommitmentRequest,
        (request, signer) => _devices.AuthoriseAsync(request.GpuId, signer, context.RequestAborted),
        CommitAsync);

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

    private Task CommitSeveralAsync(HttpContext context) => _admission.RunAsync(
        context,
        ProtocolJson.Default.CommitmentsRequest,
        (request, signer) => AuthoriseAsync(request.GpuId, request.Commitments.Count, signer, context.RequestAborted),
        async (request, signer) =>
        {
            ImmutableArray<SeatOutcome> outcomes = await _store.CommitAsync(new DeviceCommitments(
                request.GpuId, signer, [.. request.Commitments.Select(item => (item.TaskId, item.Commitment))]));
            return Show(outcomes.Select(outcome => ToAnswer(outcome.Seat, outcome.Refusal)));
        });

    private Task RevealSeveralAsync(HttpContext context) => _admission.RunAsync(
        context,
        ProtocolJson.Default.ResultsRequest,
        (request, signer) => AuthoriseAsync(request.GpuId, request.Results.Count, signer, context.RequestAborted),
        (request, signer) => RevealAsync(request, signer, context.RequestAborted));

    private Task ShowSeatsAsync(HttpContext context) => _admission.RunAsync(
        context,
        ProtocolJson.Default.SeatsRequest,
        (request, signer) => AuthoriseAsync(request.GpuId, request.TaskIds.Count, signer, context.RequestAborted),
        (request, signer) =>
        {
            IReadOnlyDictionary<Hash256, SeatView> seats = _store.Find(request.TaskIds, request.GpuId);
            Acknowledge(request.GpuId, seats.Values, signer);
            return Task.FromResult(Show(request.TaskIds.Select(taskId => seats.GetValueOrDefault(taskId) is SeatView seat
                ? ToAnswer(seat, null)
                : ToAnswer(null, CollectionStore.NoSeat(taskId, request.GpuId)))));
        });

    /// <summary>The number first, then who asks: what costs more comes after both.</summary>
    private async Task<Refusal?> AuthoriseAsync(Hash256 gpuId, int count, Address signer, CancellationToken cancellation) =>
        count is < 1 or > MaxAtOnce ? RequestAdmission.Malformed($"1 to {MaxAtOnce} seats", $"{count}") : await _devices.AuthoriseAsync(gpuId, signer, cancellation);

    private async Task<IResult> CommitAsync(CommitmentRequest request, Address signer) =>
        Show((await _store.CommitAsync(new DeviceCommitments(request.GpuId, signer, [(request.TaskId, request.Commitment)])))[0]);

    /// <summary>Each result by itself: one that is not of this device or no result is refused in its place.</summary>
    private async Task<IResult> RevealAsync(ResultsRequest request, Address signer, CancellationToken cancellation)
    {
        var answers = new SeatAnswer[request.Results.Count];
        List<(int Place, RevealedResult Result)> sound = [];
        for (int i = 0; i < answers.Length; i++)
        {
            if (TryReadResult(request.Results[i], signer, out RevealedResult? result, out Refusal? refusal)
                && (refusal = JudgeDevice(result.Attestation, request.GpuId)) is null)
            {
                sound.Add((i, result));
            }
            else
            {
                answers[i] = ToAnswer(null, refusal);
            }
        }

        if (sound.Count > 0)
        {
            ImmutableArray<SeatOutcome> outcomes = await _store.RevealAsync(new DeviceResults(
                request.GpuId, await PayableAsync(request.GpuId, [.. sound.Select(item => item.Result)], cancellation)));
            Agree();
            foreach (((int place, _), SeatOutcome outcome) in sound.Zip(outcomes))
            {
                answers[place] = ToAnswer(outcome.Seat, outcome.Refusal);
            }
        }

        return Show(answers);
    }

    private static Refusal? JudgeDevice(WorkAttestation attestation, Hash256 gpuId) => attestation.Statement.GpuId == gpuId
        ? null
        : new Refusal(
            ProblemCodes.ResultInvalid, "The work attestation speaks of another device.", gpuId.ToString(), attestation.Statement.GpuId.ToString(),
            "Send the results of one device in one request.");

    /// <summary>The attestation is read before anything is written: its own signature must be the signer's too.</summary>
    private async Task<Refusal?> AuthoriseResultAsync(ResultRequest request, Address signer, CancellationToken cancellation) =>
        TryReadAttestation(request, signer, out WorkAttestation? attestation, out Refusal? refusal)
            ? await _devices.AuthoriseAsync(attestation.Statement.GpuId, signer, cancellation)
            : refusal;

    private async Task<IResult> RevealAsync(ResultRequest request, Address signer, CancellationToken cancellation)
    {
        if (!TryReadResult(request, signer, out RevealedResult? result, out Refusal? refusal))
        {
            return Answer.Problem(refusal);
        }

        Hash256 gpuId = result.Attestation.Statement.GpuId;
        SeatOutcome outcome = (await _store.RevealAsync(new DeviceResults(gpuId, await PayableAsync(gpuId, [result], cancellation))))[0];
        Agree();
        return Show(outcome);
    }

    /// <summary>The results with the durations that the registry takes of them.</summary>
    private async Task<IReadOnlyList<RevealedResult>> PayableAsync(Hash256 gpuId, IReadOnlyList<RevealedResult> results, CancellationToken cancellation)
    {
        IReadOnlyDictionary<Hash256, PricedWork> work = _store.FindWork(results.Select(result => (result.TaskId, result.Attestation.Statement.WorkloadHash)));
        IReadOnlyList<DurationRange> ranges = await _durations.OfAsync(
            gpuId, [.. results.Select(result => (work.GetValueOrDefault(result.TaskId), result.Attestation.Statement.DurationMillis))], cancellation);
        return [.. results.Zip(ranges, (result, range) => result with { Payable = range })];
    }

    /// <summary>What came in last may have completed tasks. It is on disk: if their decision fails here, the loop makes it.</summary>
    private void Agree()
    {
        try
        {
            int agreed = _agreements.DecideCompleted();
            if (agreed > 0)
            {
                LoopLog.Agreed(_log, agreed);
                _signals.Agreed.Set();
            }
        }
        catch (LedgerException fault)
        {
            LoopLog.RoundFailed(_log, nameof(AgreementStore), fault.Message, fault);
        }
    }

    private bool TryReadResult(ResultRequest request, Address signer, [NotNullWhen(true)] out RevealedResult? result, [NotNullWhen(false)] out Refusal? refusal)
    {
        result = null;
        if (!TryReadAttestation(request, signer, out WorkAttestation? attestation, out refusal))
        {
            return false;
        }

        if (!Hex.TryDecode(request.Transcript, out byte[]? transcript))
        {
            refusal = RequestAdmission.Malformed("a transcript in hexadecimal", $"{request.Transcript.Length} characters");
            return false;
        }

        result = new RevealedResult(attestation, request.Salt, transcript, DurationRange.Any);
        return true;
    }

    private bool TryReadAttestation(
        ResultRequest request,
        Address signer,
        [NotNullWhen(true)] out WorkAttestation? attestation,
        [NotNullWhen(false)] out Refusal? refusal)
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

        Acknowledge(gpuId, [seat], signer);
        return Answer.Json(ToResponse(seat), ProtocolJson.Default.SeatResponse);
    }

    /// <summary>Who asks after a seat has its letter.</summary>
    private void Acknowledge(Hash256 gpuId, IEnumerable<SeatView> seats, Address signer) => _dispatch.Acknowledge(
        gpuId, seats.Where(seat => seat.Commitment is null && seat.LeaseHolder == signer).Select(seat => seat.Task.TaskKey), signer, _options.LeaseLength);

    private static IResult Show(IEnumerable<SeatAnswer> answers) => Answer.Json(new SeatsResponse([.. answers]), ProtocolJson.Default.SeatsResponse);

    private IResult Show(SeatOutcome outcome) => outcome.Seat is SeatView seat
        ? Answer.Json(ToResponse(seat), ProtocolJson.Default.SeatResponse)
        : Answer.Problem(outcome.Refusal!); // One of the two is set.

    private SeatAnswer ToAnswer(SeatView? seat, Refusal? refusal)
    {
        if (refusal is not null)
        {
            Telemetry.Refused(refusal.Code);
        }

        return new SeatAnswer(seat is null ? null : ToResponse(seat), refusal?.ToProblem());
    }

    private SeatResponse ToResponse(SeatView seat) => new(
        seat.TaskId,
        seat.GpuId,
        Collection.PhaseOf(seat, _clock.GetUtcNow().ToUnixTimeMilliseconds()),
        seat.Task.Phase == TaskPhase.Seated && (seat.Task.RevealOpenedAt is not null || (seat.IsOfEarlierRound && seat.Commitment is not null)),
        seat.Reason,
        UnpaidReasons.RemedyFor(seat.Reason, seat.Detail),
        seat.PaidWei,
        seat.Task.SettledTransaction);
}
