using System.Numerics;
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
internal sealed class RedemptionEndpoints
{
    private readonly RequestAdmission _admission;
    private readonly RedemptionStore _store;
    private readonly WorkloadReader _workloads;
    private readonly WorkloadOpening _opening;
    private readonly IMiningChain _chain;
    private readonly Signals _signals;

    public RedemptionEndpoints(
        RequestAdmission admission, RedemptionStore store, WorkloadReader workloads, WorkloadOpening opening, IMiningChain chain, Signals signals)
    {
        _admission = admission;
        _store = store;
        _workloads = workloads;
        _opening = opening;
        _chain = chain;
        _signals = signals;
    }

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
            if (_opening.Admit() is Refusal busy)
            {
                return Answer.Problem(busy);
            }

            _store.AddQuoted(workload, units);
            if (await _opening.WaitAsync(hash, cancellation) is Refusal unopened)
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
