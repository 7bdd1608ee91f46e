using System.Text;
using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Buying;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Enrolling;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Loops;
using Ait.Coordinator.OnChain;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Completing;

/// <summary>What OpenAI's clients call: /v1/chat/completions and /v1/completions; and /v1/quotes beside them.</summary>
internal sealed class CompletionEndpoints
{
    private readonly BuyerGate _gate;
    private readonly CompletionReader _reader;
    private readonly EmbeddingReader _embeddings;
    private readonly PurchaseStore _purchases;
    private readonly AnswerStore _answers;
    private readonly AnswerWait _wait;
    private readonly DispatchStore _queue;
    private readonly EnrolmentStore _devices;
    private readonly IMiningChain _chain;
    private readonly Signals _signals;
    private readonly CoordinatorOptions _options;
    private readonly TimeProvider _clock;
    private readonly CancellationToken _stopping;

    public CompletionEndpoints(
        BuyerGate gate, CompletionReader reader, EmbeddingReader embeddings, PurchaseStore purchases, AnswerStore answers, AnswerWait wait, DispatchStore queue, EnrolmentStore devices,
        IMiningChain chain, Signals signals, CoordinatorOptions options, TimeProvider clock, IHostApplicationLifetime lifetime)
    {
        _gate = gate;
        _reader = reader;
        _embeddings = embeddings;
        _purchases = purchases;
        _answers = answers;
        _wait = wait;
        _queue = queue;
        _devices = devices;
        _chain = chain;
        _signals = signals;
        _options = options;
        _clock = clock;
        _stopping = lifetime.ApplicationStopping;
    }

    internal void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/chat/completions", ChatAsync);
        routes.MapPost("/v1/completions", ContinueAsync);
        routes.MapPost("/v1/quotes", QuoteAsync);
    }

    private Task ChatAsync(HttpContext context) => _gate.RunAsync(context, key => CompleteAsync(context, key, isChat: true));

    private Task ContinueAsync(HttpContext context) => _gate.RunAsync(context, key => CompleteAsync(context, key, isChat: false));

    private Task QuoteAsync(HttpContext context) => _gate.RunAsync(context, key => QuoteAsync(context, key));

    private async Task<IResult> CompleteAsync(HttpContext context, ApiKey key, bool isChat)
    {
        if (!_reader.TryRead(await JsonBody.ReadBytesAsync(context), isChat, out CompletionRequest? request, out ApiError? error))
        {
            return error.ToResult();
        }

        ComputeUnits price = request.Workload.Price(request.Model.Entry.MicroComputeUnitsPerToken);
        context.Response.Headers["x-request-id"] = request.Workload.Hash.ToString();
        if (_purchases.Buy(key, request.Workload, price) is not Purchase.Bought bought)
        {
            return ApiError.NotPaid(_purchases.Weigh(key, request.Workload.Hash, price), price).ToResult();
        }

        _signals.Queued.Set();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping);
        if (request.IsStream)
        {
            try
            {
                await StreamAsync(context, request, bought, ended.Token);
            }
            catch (OperationCanceledException)
            {
                // The buyer left, or the coordinator stops; the task goes on.
            }

            return Results.Empty;
        }

        AnswerState state = await _wait.FollowAsync(bought.EntryKey, ended.Token).LastAsync(CancellationToken.None);
        (Completion? completion, error) = Completion.Of(request, state, bought, _options);
        return completion?.ToResult() ?? (_stopping.IsCancellationRequested ? BuyerGate.Unavailable() : error!).ToResult(); // One of the two is there.
    }

    /// <summary>
    /// Server-sent events. Until the seats agree there are only comments with the stage: a token is said once two of three devices stand by it,
    /// never before. A fault after the beginning is an event of OpenAI's error shape.
    /// </summary>
    private async Task StreamAsync(HttpContext context, CompletionRequest request, Purchase.Bought bought, CancellationToken cancellation)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        AnswerState? last = null;
        await foreach (AnswerState state in _wait.FollowAsync(bought.EntryKey, cancellation))
        {
            last = state;
            await context.Response.WriteAsync($": {state.Stage}\n\n", cancellation);
            await context.Response.Body.FlushAsync(cancellation);
        }

        (Completion? completion, ApiError? error) = Completion.Of(request, last!, bought, _options); // There is at least one state.
        if (completion is null)
        {
            await WriteAsync(context, error!.ToEvent(), cancellation); // One of the two is there.
            return;
        }

        foreach (byte[] data in completion.Events())
        {
            await WriteAsync(context, data, cancellation);
        }

        await WriteAsync(context, "[DONE]"u8.ToArray(), cancellation);
    }

    private static async Task WriteAsync(HttpContext context, byte[] data, CancellationToken cancellation)
    {
        await context.Response.Body.WriteAsync(s_data, cancellation);
        await context.Response.Body.WriteAsync(data, cancellation);
        await context.Response.Body.WriteAsync(s_end, cancellation);
        await context.Response.Body.FlushAsync(cancellation);
    }

    private static readonly byte[] s_data = Encoding.ASCII.GetBytes("data: ");
    private static readonly byte[] s_end = Encoding.ASCII.GetBytes("\n\n");

    private async Task<IResult> QuoteAsync(HttpContext context, ApiKey key)
    {
        if (Read(await JsonBody.ReadBytesAsync(context), out ApiError? error) is not (ModelText model, Workload workload))
        {
            return error!.ToResult(); // One of the two is there.
        }

        ComputeUnits price = workload.Price(model.Entry.MicroComputeUnitsPerToken);
        Purchase weighed = _purchases.Weigh(key, workload.Hash, price);
        ulong now = (ulong)_clock.GetUtcNow().ToUnixTimeSeconds();
        bool canSeat = Dispatch.CanSeat(_devices.All(), now + (ulong)_options.TaskLifetime.TotalSeconds);
        var bought = weighed as Purchase.Bought;
        string? whyNot = bought is { Charged: 0 } ? null
            : bought is null ? ApiError.NotPaid(weighed, price).Message
            : canSeat ? null
            : "No three registered devices of three operators on three hosts are live for the length of a task. It waits until there are.";
        RegistryTotals rates = await _chain.ReadTotalsAsync(context.RequestAborted);
        CreditResponse credit = _purchases.Credit(key.Account, isOpen: true);
        return Results.Json(
            new QuoteBody(
                workload.Hash, Hex.Encode(workload.ToBytes()), workload.Seed, whyNot is null, whyNot, workload.Prompt.Length, workload.MaxNewTokens, price.Micro,
                bought?.Charged ?? price.Micro, Wei.Text(rates.RedeemPrice * price.Micro), credit.Available, _queue.CountWaiting(), _devices.CountLive(now),
                _answers.MedianSeconds(), _options.AnswerTimeout.TotalSeconds),
            OpenAiJson.Default.QuoteBody);
    }

    /// <summary>The workload that a body asks for, of whatever endpoint.</summary>
    private (ModelText Model, Workload Workload)? Read(byte[]? body, out ApiError? error)
    {
        if (!EmbeddingReader.IsMeant(body))
        {
            return _reader.TryRead(body, null, out CompletionRequest? request, out error) ? (request.Model, request.Workload) : null;
        }

        if (!_embeddings.TryRead(body, out EmbeddingsRequest? embeddings, out error))
        {
            return null;
        }

        error = embeddings.Workloads.Length == 1 ? null : ApiError.Unsupported("input", "input: a quote is for one input. Ask for one quote for each.");
        return error is null ? (embeddings.Model, embeddings.Workloads[0]) : null;
    }
}
