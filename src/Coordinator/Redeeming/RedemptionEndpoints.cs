using System.Numerics;
using System.Threading.RateLimiting;
using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Configuration;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Loops;
using Ait.Coordinator.OnChain;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Redeeming;

/// <summary>POST /v1/workloads and GET /v1/workloads/{workloadId}.</summary>
internal sealed class RedemptionEndpoints : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(50);

    private readonly RequestAdmission _admission;
    private readonly RedemptionStore _store;
    private readonly WorkloadReader _workloads;
    private readonly IMiningChain _chain;
    private readonly Signals _signals;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _pollInterval;
    private readonly TokenBucketRateLimiter _openings;

    public RedemptionEndpoints(
        RequestAdmission admission, RedemptionStore store, WorkloadReader workloads, IMiningChain chain, Signals signals, CoordinatorOptions options, TimeProvider clock)
    {
        _admission = admission;
        _store = store;
        _workloads = workloads;
        _chain = chain;
        _signals = signals;
        _clock = clock;
        _pollInterval = options.PollInterval;
        _openings = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = options.OpeningsPerMinute,
            TokensPerPeriod = Math.Max(1, options.OpeningsPerMinute / 60),
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        });
    }

    public void Dispose() => _openings.Dispose();

    internal void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/workloads", QuoteAsync);
        routes.MapGet("/v1/workloads/{workloadId}", async (string workloadId, CancellationToken cancellation) =>
            Hash256.TryParse(workloadId, out Hash256 hash)
                ? await ShowAsync(hash, cancellation)
                : Answer.Problem(RequestAdmission.Malformed("a workload id of 32 bytes in hexadecimal", $"{workloadId.Length} characters")));
    }

    private Task QuoteAsync(HttpContext context) => _admission.RunAsync(
        context,
        ProtocolJson.Default.WorkloadRequest,
        (_, _) => Task.FromResult<Refusal?>(null), // Any account may buy.
        (request, signer) => QuoteAsync(request, signer, context.RequestAborted));

    private async Task<IResult> QuoteAsync(WorkloadRequest request, Address signer, CancellationToken cancellation)
    {
        if (!_workloads.TryRead(request.Workload, out Workload? workload, out ComputeUnits units, out Refusal? refusal))
        {
            return Answer.Problem(refusal);
        }

        Hash256 hash = workload.Hash;
        if (_store.Find(hash)?.OpenedTransaction is null)
        {
            using RateLimitLease lease = _openings.AttemptAcquire();
            if (!lease.IsAcquired)
            {
                return Answer.Problem(new Refusal(
                    ProblemCodes.RateLimited, "Too many workloads are being opened now.", "fewer openings a minute", "the limit of this coordinator", "Try again in a minute."));
            }

            _store.AddQuoted(workload, units);
            _signals.Asked.Set();
            if (await OpenedAsync(hash, cancellation) is Refusal unopened)
            {
                return Answer.Problem(unopened);
            }
        }

        _store.Reconsider(signer, hash);
        _signals.Mined.Set();
        RegistryTotals rates = await _chain.ReadTotalsAsync(cancellation);
        QuotedWorkload quoted = _store.Find(hash)!; // Added above.
        return Answer.Json(
            new QuoteResponse(hash, quoted.ComputeUnits, Wei.Text(rates.RedeemPrice * quoted.ComputeUnits), quoted.OpenedTransaction!.Value), // Opened above.
            ProtocolJson.Default.QuoteResponse);
    }

    /// <summary>Waits until the leading replica has opened the workload; otherwise why it is not open.</summary>
    private async Task<Refusal?> OpenedAsync(Hash256 hash, CancellationToken cancellation)
    {
        DateTimeOffset end = _clock.GetUtcNow() + s_patience;
        while (true)
        {
            Task next = _signals.Opened.Next;
            QuotedWorkload workload = _store.Find(hash)!; // Added before.
            if (workload.OpenedTransaction is not null)
            {
                return null;
            }

            if (workload.Refusal is string refusal)
            {
                return new Refusal(ProblemCodes.Unavailable, "The contract does not open this workload.", "an open workload", refusal, "Tell the coordinator's operator.");
            }

            if (_clock.GetUtcNow() > end)
            {
                return new Refusal(
                    ProblemCodes.Unavailable, "The workload is not open on chain yet.", $"a mined transaction within {s_patience.TotalSeconds:0} s", "none", "Ask again; the transaction stays on its way.");
            }

            await Task.WhenAny(next, Task.Delay(_pollInterval, _clock, cancellation));
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private async Task<IResult> ShowAsync(Hash256 hash, CancellationToken cancellation)
    {
        if (_store.Progress(hash) is not WorkloadProgress progress)
        {
            return Answer.NotFound("workload", hash.ToString());
        }

        BigInteger price = (await _chain.ReadTotalsAsync(cancellation)).RedeemPrice * progress.ComputeUnits;
        return Answer.Json(
            new WorkloadResponse(
                hash, progress.Phase, progress.ComputeUnits, Wei.Text(price), progress.TaskId,
                progress.Transcript is byte[] transcript ? Hex.Encode(transcript) : null, progress.ResultHash),
            ProtocolJson.Default.WorkloadResponse);
    }
}
