using System.Collections.Immutable;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Collecting;
using Ait.Coordinator.Configuration;
using Ait.Coordinator.Enrolling;
using Ait.Coordinator.Loops;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Dispatching;

/// <summary>POST /v1/queue and POST /v1/leases.</summary>
internal sealed class DispatchEndpoints
{
    private const int MaxWorkloads = 256;
    private const int MaxLetters = CollectionEndpoints.MaxAtOnce;
    private const int MaxWaitMillis = 30_000;

    private readonly RequestAdmission _admission;
    private readonly DispatchStore _store;
    private readonly SeatWaiters _waiters;
    private readonly DeviceGate _devices;
    private readonly WorkloadReader _workloads;
    private readonly NetworkDomain _domain;
    private readonly Secp256k1PrivateKey _key;
    private readonly CoordinatorOptions _options;
    private readonly Signals _signals;
    private readonly TimeProvider _clock;
    private readonly CancellationToken _stopping;

    public DispatchEndpoints(
        RequestAdmission admission, DispatchStore store, SeatWaiters waiters, DeviceGate devices, WorkloadReader workloads, NetworkDomain domain, Secp256k1PrivateKey key,
        CoordinatorOptions options, Signals signals, TimeProvider clock, IHostApplicationLifetime lifetime)
    {
        _admission = admission;
        _store = store;
        _waiters = waiters;
        _devices = devices;
        _workloads = workloads;
        _domain = domain;
        _key = key;
        _options = options;
        _signals = signals;
        _clock = clock;
        _stopping = lifetime.ApplicationStopping;
    }

    internal void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/queue", QueueAsync);
        routes.MapPost("/v1/leases", LeaseAsync);
    }

    private Task QueueAsync(HttpContext context) => _admission.RunAsync(
        context,
        ProtocolJson.Default.QueueRequest,
        (_, signer) => Task.FromResult(AuthoriseQueue(signer)),
        (request, _) => Task.FromResult(Queue(request)));

    private Task LeaseAsync(HttpContext context) => _admission.RunAsync(
        context,
        ProtocolJson.Default.LeaseRequest,
        (request, signer) => AuthoriseLeaseAsync(request, signer, context.RequestAborted),
        (request, signer) => LeaseAsync(request, signer, context.RequestAborted));

    private Refusal? AuthoriseQueue(Address signer) => signer == _key.Address
        ? null
        : new Refusal(
            ProblemCodes.NotAuthorized, "Subsidised work is queued by the coordinator's own key only.", _key.Address.ToString(), signer.ToString(),
            "Buy the work with POST /v1/workloads and redeem, or sign with the coordinator's key.");

    private IResult Queue(QueueRequest request)
    {
        if (request.Workloads.Count is < 1 or > MaxWorkloads)
        {
            return Answer.Problem(RequestAdmission.Malformed($"1 to {MaxWorkloads} workloads", $"{request.Workloads.Count}"));
        }

        if (request.Answers is { } answers && answers.Count != request.Workloads.Count)
        {
            return Answer.Problem(RequestAdmission.Malformed($"an answer or null for each of {request.Workloads.Count} workloads", $"{answers.Count}"));
        }

        List<(Workload Workload, ComputeUnits ComputeUnits)> priced = [];
        foreach (string hex in request.Workloads)
        {
            if (!_workloads.TryRead(hex, out Workload? workload, out ComputeUnits units, out Refusal? refusal))
            {
                return Answer.Problem(refusal);
            }

            priced.Add((workload, units));
        }

        _store.Enqueue(priced, request.Answers);
        _signals.Queued.Set();
        return Answer.Json(new QueueResponse([.. priced.Select(item => item.Workload.Hash)]), ProtocolJson.Default.QueueResponse);
    }

    private async Task<Refusal?> AuthoriseLeaseAsync(LeaseRequest request, Address signer, CancellationToken cancellation) => request switch
    {
        { Max: < 1 or > MaxLetters } => RequestAdmission.Malformed($"max from 1 to {MaxLetters}", $"{request.Max}"),
        { WaitMillis: < 0 or > MaxWaitMillis } => RequestAdmission.Malformed($"waitMillis from 0 to {MaxWaitMillis}", $"{request.WaitMillis}"),
        _ => await _devices.AuthoriseAsync(request.GpuId, signer, cancellation),
    };

    private async Task<IResult> LeaseAsync(LeaseRequest request, Address signer, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stopping);
        long giveUpAt = _clock.GetTimestamp() + (long)(request.WaitMillis / 1000.0 * _clock.TimestampFrequency);
        IReadOnlyList<LeasedSeat> leased = [];
        while (!stop.IsCancellationRequested)
        {
            if (_store.MayHaveMore(request.GpuId) || _store.HasSeat(request.GpuId, signer))
            {
                leased = _store.Lease(request.GpuId, signer, request.Max, _options.LeaseLength);
            }

            TimeSpan left = TimeSpan.FromSeconds((giveUpAt - _clock.GetTimestamp()) / (double)_clock.TimestampFrequency);
            if (leased.Count > 0 || left <= TimeSpan.Zero)
            {
                break;
            }

            await _waiters.WaitAsync(request.GpuId, signer, left, stop.Token);
        }

        ImmutableArray<SeatLetter> letters = SeatLetter.Sign([.. leased.Select(seat => seat.Assignment)], _domain, _key);
        return Answer.Json(
            new LeaseResponse([.. letters.Zip(leased, (letter, seat) => new SeatLetterDto(Hex.Encode(letter.ToBytes()), Hex.Encode(seat.Workload), (ulong)(seat.Until / 1000)))]),
            ProtocolJson.Default.LeaseResponse);
    }
}
