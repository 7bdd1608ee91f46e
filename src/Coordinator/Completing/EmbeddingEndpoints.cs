using System.Buffers.Binary;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Buying;
using Ait.Coordinator.Loops;
using Ait.Engine;
using Ait.Protocol;

namespace Ait.Coordinator.Completing;

/// <summary>/v1/embeddings: every input is a task, and its answer what the seats agree on, value for value.</summary>
internal sealed class EmbeddingEndpoints
{
    private readonly BuyerGate _gate;
    private readonly EmbeddingReader _reader;
    private readonly PurchaseStore _purchases;
    private readonly AnswerWait _wait;
    private readonly Signals _signals;
    private readonly CoordinatorOptions _options;
    private readonly CancellationToken _stopping;

    public EmbeddingEndpoints(
        BuyerGate gate, EmbeddingReader reader, PurchaseStore purchases, AnswerWait wait, Signals signals, CoordinatorOptions options, IHostApplicationLifetime lifetime)
    {
        _gate = gate;
        _reader = reader;
        _purchases = purchases;
        _wait = wait;
        _signals = signals;
        _options = options;
        _stopping = lifetime.ApplicationStopping;
    }

    internal void Map(IEndpointRouteBuilder routes) => routes.MapPost("/v1/embeddings", EmbedAsync);

    private Task EmbedAsync(HttpContext context) => _gate.RunAsync(context, key => EmbedAsync(context, key));

    private async Task<IResult> EmbedAsync(HttpContext context, ApiKey key)
    {
        if (!_reader.TryRead(await JsonBody.ReadBytesAsync(context), out EmbeddingsRequest? request, out ApiError? error))
        {
            return error.ToResult();
        }

        // Equal inputs are one workload, which is bought once.
        Workload[] distinct = [.. request.Workloads.Distinct()];
        if (!_purchases.TryBuy(key, [.. distinct.Select(workload => (workload, request.Price(workload)))], out IReadOnlyList<Purchase.Bought> bought, out ComputeUnits cost, out Purchase? refused))
        {
            return ApiError.NotPaid(refused, cost).ToResult();
        }

        context.Response.Headers["x-request-id"] = distinct[0].Hash.ToString();
        _signals.Queued.Set();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping);
        AnswerState[] states = await Task.WhenAll(bought.Select(one => _wait.FollowAsync(one.EntryKey, ended.Token).LastAsync(CancellationToken.None).AsTask()));
        var answers = new Dictionary<Workload, (float[] Values, ProofBody Proof)>();
        for (int i = 0; i < distinct.Length; i++)
        {
            error = TryAnswer(distinct[i], states[i], bought[i], out (float[] Values, ProofBody Proof) answer);
            if (error is not null)
            {
                return (_stopping.IsCancellationRequested ? BuyerGate.Unavailable() : error).ToResult();
            }

            answers[distinct[i]] = answer;
        }

        int tokens = request.Workloads.Sum(workload => workload.Prompt.Length);
        return Results.Json(
            new EmbeddingList(
                "list",
                [.. request.Workloads.Select((workload, index) => Item(index, answers[workload], request.IsBase64))],
                request.Model.Entry.Name,
                new EmbeddingUsage(tokens, tokens)),
            OpenAiJson.Default.EmbeddingList);
    }

    private ApiError? TryAnswer(Workload workload, AnswerState state, Purchase.Bought bought, out (float[] Values, ProofBody Proof) answer)
    {
        answer = default;
        if (ApiError.Unanswered(workload, state, _options) is ApiError unanswered)
        {
            return unanswered;
        }

        // An answered state has both.
        if (!Embedding.TryParse(state.Transcript, out Embedding? embedding, out EngineRefusal? refusal))
        {
            return ApiError.Unreadable(state.Task!, refusal);
        }

        if (embedding.FinishReason != FinishReason.Length)
        {
            return ApiError.Faulted(state.Task!, embedding.RefusalCode);
        }

        answer = ([.. embedding.Values], ProofBody.Of(workload, state, bought.Charged, _options.PublicUrl));
        return null;
    }

    private static EmbeddingItem Item(int index, (float[] Values, ProofBody Proof) answer, bool isBase64)
    {
        if (!isBase64)
        {
            return new EmbeddingItem("embedding", index, answer.Values, answer.Proof);
        }

        byte[] bytes = new byte[answer.Values.Length * sizeof(float)];
        for (int i = 0; i < answer.Values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), answer.Values[i]);
        }

        return new EmbeddingItem("embedding", index, Convert.ToBase64String(bytes), answer.Proof);
    }
}
