using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Buying;
using Ait.Coordinator.Completing;
using Ait.Coordinator.Configuration;
using Ait.Coordinator.Loops;
using Ait.Protocol;

namespace Ait.Coordinator.Tuning;

/// <summary>/v1/fine_tuning/jobs: create, list, retrieve, cancel, events, checkpoints. An account sees its own jobs, by any of its keys.</summary>
internal sealed class TuningEndpoints
{
    private const int MaxPage = 100;
    private const int UsualPage = 20;
    private const string EventPrefix = "ftevent-";
    private const string CheckpointPrefix = "ftckpt-";

    private readonly BuyerGate _gate;
    private readonly TuningReader _reader;
    private readonly TuningStore _store;
    private readonly AnswerStore _answers;
    private readonly ModelTable _models;
    private readonly Signals _signals;
    private readonly CoordinatorOptions _options;

    public TuningEndpoints(BuyerGate gate, TuningReader reader, TuningStore store, AnswerStore answers, ModelTable models, Signals signals, CoordinatorOptions options)
    {
        _gate = gate;
        _reader = reader;
        _store = store;
        _answers = answers;
        _models = models;
        _signals = signals;
        _options = options;
    }

    internal void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/fine_tuning/jobs", CreateAsync);
        routes.MapGet("/v1/fine_tuning/jobs", ListAsync);
        routes.MapGet("/v1/fine_tuning/jobs/{jobId}", context => OfJobAsync(context, (job, _) => Show(job)));
        routes.MapPost("/v1/fine_tuning/jobs/{jobId}/cancel", context => OfJobAsync(context, Cancel));
        routes.MapGet("/v1/fine_tuning/jobs/{jobId}/events", context => OfJobAsync(context, (job, _) => Events(context, job)));
        routes.MapGet("/v1/fine_tuning/jobs/{jobId}/checkpoints", context => OfJobAsync(context, (job, _) => Checkpoints(context, job)));
    }

    private Task CreateAsync(HttpContext context) => _gate.RunAsync(context, key => CreateAsync(context, key));

    private Task ListAsync(HttpContext context) => _gate.RunAsync(context, key => Task.FromResult(List(context, key)));

    private async Task<IResult> CreateAsync(HttpContext context, ApiKey key)
    {
        if (!_reader.TryRead(await JsonBody.ReadBytesAsync(context), out TuningRequest? request, out ApiError? error))
        {
            return error.ToResult();
        }

        (TuningJob? job, Purchase? refused) = _store.Begin(key, request);
        if (job is null)
        {
            return ApiError.NotPaid(refused!, request.Price).ToResult(); // One of the two is there.
        }

        _signals.Queued.Set();
        return Show(job);
    }

    private Task OfJobAsync(HttpContext context, Func<TuningJob, ApiKey, IResult> answer) => _gate.RunAsync(context, key =>
    {
        string jobId = context.GetRouteValue("jobId") as string ?? "";
        return Task.FromResult(_store.Find(key.Account, jobId) is TuningJob job ? answer(job, key) : Missing("fine_tuning_job_id").ToResult());
    });

    private IResult Show(TuningJob job) => Results.Json(ToBody(job), TuningJson.Default.TuningJobBody);

    private IResult Cancel(TuningJob job, ApiKey key)
    {
        if (!_store.End(job, TuningState.Cancelled, "info", "Cancelled; a chunk under way runs to its end.")
            && _store.Find(key.Account, job.JobId) is not { State: TuningState.Cancelled })
        {
            return new ApiError(400, "invalid_request_error", "job_ended", "The job has ended; only one that is queued or running can be cancelled.", "fine_tuning_job_id").ToResult();
        }

        return Show(_store.Find(key.Account, job.JobId)!); // It was there.
    }

    private IResult List(HttpContext context, ApiKey key)
    {
        if (!TryReadPage(context, out string? after, out int limit, out ApiError? error))
        {
            return error.ToResult();
        }

        return _store.List(key.Account, after, limit + 1) is { } jobs
            ? Page(jobs, limit, ToBody, body => body.Id, TuningJson.Default.TuningPageTuningJobBody)
            : Missing("after").ToResult();
    }

    private IResult Events(HttpContext context, TuningJob job)
    {
        if (!TryReadPage(context, out string? after, out int limit, out ApiError? error))
        {
            return error.ToResult();
        }

        long before = long.MaxValue;
        if (after is not null
            && !(after.StartsWith(EventPrefix, StringComparison.Ordinal) && long.TryParse(after.AsSpan(EventPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out before)))
        {
            return Missing("after").ToResult();
        }

        return Page(_store.Events(job, before, limit + 1), limit, ToBody, body => body.Id, TuningJson.Default.TuningPageTuningEventBody);
    }

    private IResult Checkpoints(HttpContext context, TuningJob job)
    {
        if (!TryReadPage(context, out string? after, out int limit, out ApiError? error))
        {
            return error.ToResult();
        }

        List<TuningChunk> agreed = [.. _store.Chunks(job).Where(chunk => chunk.State is not null).Reverse()];
        int first = after is null ? 0 : agreed.FindIndex(chunk => IdOf(job, chunk) == after) + 1;
        return after is not null && first == 0
            ? Missing("after").ToResult()
            : Page([.. agreed.Skip(first).Take(limit + 1)], limit, chunk => ToBody(job, chunk), body => body.Id, TuningJson.Default.TuningPageTuningCheckpointBody);
    }

    private static IResult Page<TRow, TBody>(IReadOnlyList<TRow> rows, int limit, Func<TRow, TBody> body, Func<TBody, string> id, JsonTypeInfo<TuningPage<TBody>> type)
    {
        TBody[] bodies = [.. rows.Take(limit).Select(body)];
        return Results.Json(
            new TuningPage<TBody>("list", bodies, rows.Count > limit, bodies.Length == 0 ? null : id(bodies[0]), bodies.Length == 0 ? null : id(bodies[^1])), type);
    }

    private static bool TryReadPage(HttpContext context, out string? after, out int limit, [NotNullWhen(false)] out ApiError? error)
    {
        after = context.Request.Query["after"] is { Count: > 0 } named ? named[0] : null;
        limit = UsualPage;
        error = context.Request.Query.Keys.FirstOrDefault(name => name is not ("after" or "limit")) is not null
            ? new ApiError(400, "invalid_request_error", "unknown_parameter", "A list is asked for with after and limit.")
            : context.Request.Query["limit"] is { Count: > 0 } asked
                && !(int.TryParse(asked[0], NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= MaxPage)
                ? ApiError.Invalid("limit", $"a whole number from 1 to {MaxPage}", asked[0] is { Length: <= 20 } text ? text : "another text")
                : null;
        return error is null;
    }

    private static ApiError Missing(string parameter) =>
        new(404, "invalid_request_error", "not_found", "This account has no such job, or the job nothing of that name. GET /v1/fine_tuning/jobs lists the jobs.", parameter);

    private TuningJobBody ToBody(TuningJob job)
    {
        IReadOnlyList<TuningChunk> chunks = _store.Chunks(job);
        TuningChunk? last = chunks.LastOrDefault(chunk => chunk.State is not null);
        Engine.TrainingRecipe recipe = job.Recipe;
        var numbers = new TuningNumbers(
            "auto", recipe.Batch, Math.Round((double)recipe.LearningRate / TuningReader.UsualRate, 6), recipe.Steps, recipe.WarmupSteps, recipe.SequenceLength, recipe.Rank, recipe.AdapterScale, job.ChunkSteps);
        bool isQueued = job.State == TuningState.Running && last is null && chunks.Count > 0 && _answers.Read(chunks[0].EntryKey).Stage is "queued" or "batched" or "committed";
        ulong perToken = _models.Find(new Hash256(recipe.Base!.Value.ToBytes()))?.MicroComputeUnitsPerToken ?? 0; // Adapters have a base.
        return new TuningJobBody(
            "fine_tuning.job",
            job.JobId,
            job.Model,
            job.CreatedAt / 1000,
            job.FinishedAt / 1000,
            isQueued ? "queued" : job.State.ToString().ToLowerInvariant(),
            null,
            job.Account,
            [],
            TuningReader.FileOf(recipe.Data),
            null,
            (long)(last?.End ?? 0) * job.TokensPerStep,
            recipe.Seed,
            null,
            job.ErrorCode is string code ? new ErrorBody(job.ErrorMessage ?? code, "server_error", null, code) : null,
            numbers,
            new TuningMethod("supervised", new SupervisedMethod(numbers)),
            [],
            JsonElement.Parse(job.Metadata),
            job.Suffix,
            new TuningProof(
                recipe.Digest.ToString(), last?.End ?? 0, last?.State, last?.State is Hash256 state ? new Uri(_options.PublicUrl, $"/v1/checkpoints/{state}").AbsoluteUri : null,
                (ulong)recipe.Steps * (ulong)job.TokensPerStep * perToken, chunks.Aggregate(0ul, (sum, chunk) => sum + chunk.Charged)));
    }

    private static TuningEventBody ToBody(TuningEvent told) => new(
        "fine_tuning.job.event",
        string.Create(CultureInfo.InvariantCulture, $"{EventPrefix}{told.EventKey}"),
        told.At / 1000,
        told.Level,
        told.Message,
        told.Loss is null ? "message" : "metrics",
        told is { Step: int step, Loss: double loss } ? new TuningMetrics(step, loss) : null);

    private TuningCheckpointBody ToBody(TuningJob job, TuningChunk chunk)
    {
        // It is agreed on, so it has all three, and its run a task.
        AnswerState state = _answers.Read(chunk.EntryKey);
        Hash256 parent = chunk.FirstStep == 0 ? default : _store.Chunks(job).Single(other => other.End == chunk.FirstStep).State!.Value;
        Workload workload = TuningJob.Chunk(job.Recipe, job.ChunkSteps, chunk.FirstStep, parent);
        return new TuningCheckpointBody(
            "fine_tuning.job.checkpoint",
            IdOf(job, chunk),
            chunk.AgreedAt!.Value / 1000,
            chunk.State!.Value,
            job.JobId,
            new TuningMetrics(chunk.End, chunk.LossPerToken(job.TokensPerStep)!.Value),
            chunk.End,
            state.Transcript is null ? null : ProofBody.Of(workload, state, chunk.Charged, _options.PublicUrl)); // A reorganisation may take the task back for a while.
    }

    private static string IdOf(TuningJob job, TuningChunk chunk) => string.Create(CultureInfo.InvariantCulture, $"{CheckpointPrefix}{job.JobKey}-{chunk.End}");
}
