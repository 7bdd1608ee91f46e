using Ait.Chain;
using Ait.Engine;
using Ait.Protocol;

namespace Ait.Miner.Execution;

/// <summary>Runs one workload at a time on the device and measures how long it took.</summary>
internal sealed class WorkloadExecutor : IDisposable
{
    /// <summary>Of one timer; longer waits are made of several.</summary>
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromHours(1);
    private readonly SemaphoreSlim _device = new(1, 1);
    private readonly EngineOptions _options;
    private readonly TimeProvider _clock;

    public WorkloadExecutor(EngineOptions options, TimeProvider clock)
    {
        _options = options;
        _clock = clock;
    }

    /// <summary>
    /// Waits for the device, then runs. A request that does not fit the model, or whose arithmetic leaves its range, still yields
    /// the engine's canonical transcript or embedding: it is the same on every device.
    /// </summary>
    /// <param name="model">The workload's model.</param>
    /// <param name="workload">What to run.</param>
    /// <param name="payable">The durations that the registry takes: a device that is done sooner than the least stays this workload's until then.</param>
    /// <param name="waiting">Gives up only while the device is not yet this workload's.</param>
    /// <param name="cancellation">Gives up at any time.</param>
    /// <exception cref="OperationCanceledException">Given up; nothing was made.</exception>
    public Task<ExecutedWorkload> RunAsync(Model model, Workload workload, DurationRange payable, CancellationToken waiting, CancellationToken cancellation) =>
        OnDeviceAsync(start => Run(model, workload, start, cancellation), payable, waiting, cancellation);

    /// <summary>Waits for the device, then trains a chunk. What does not fit and what diverges yields an outcome too, the same on every device.</summary>
    /// <param name="model">The model to begin from.</param>
    /// <param name="parts">Recipe, chunk and data.</param>
    /// <param name="store">Where the chunk's parent lies, and where what it leaves is kept.</param>
    /// <param name="gpuId">This device.</param>
    /// <param name="payable">As of <see cref="RunAsync"/>.</param>
    /// <param name="waiting">Gives up only while the device is not yet this workload's.</param>
    /// <param name="cancellation">Gives up at any time.</param>
    /// <exception cref="OperationCanceledException">Given up; nothing was made.</exception>
    public Task<ExecutedWorkload> TrainAsync(
        Model model, TrainingParts parts, TrainingStore store, Hash256 gpuId, DurationRange payable, CancellationToken waiting, CancellationToken cancellation) =>
        OnDeviceAsync(start => Train(model, parts, store, gpuId, start, cancellation), payable, waiting, cancellation);

    /// <summary>The result of a chunk of training that contradicts itself.</summary>
    /// <param name="outcome">The engine's refusal.</param>
    /// <param name="gpuId">This device.</param>
    /// <param name="payable">As of <see cref="RunAsync"/>.</param>
    /// <param name="waiting">Gives up only while the device is not yet this workload's.</param>
    /// <param name="cancellation">Gives up at any time.</param>
    /// <exception cref="OperationCanceledException">Given up; nothing was made.</exception>
    public Task<ExecutedWorkload> RefuseAsync(TrainingOutcome outcome, Hash256 gpuId, DurationRange payable, CancellationToken waiting, CancellationToken cancellation) =>
        OnDeviceAsync(start => ExecutedWorkload.Of(outcome, gpuId, MillisSince(start)), payable, waiting, cancellation);

    /// <summary>Waits for the device, then has all of its memory for one thing that is no workload.</summary>
    /// <param name="run">What, with the options of this device.</param>
    /// <param name="cancellation">Gives up waiting; <paramref name="run"/> gives up by itself.</param>
    public async Task<T> RunAloneAsync<T>(Func<EngineOptions, Task<T>> run, CancellationToken cancellation)
    {
        await _device.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            Backends.FreeGpu();
            return await run(_options).ConfigureAwait(false);
        }
        finally
        {
            _device.Release();
        }
    }

    public void Dispose() => _device.Dispose();

    /// <summary>Reads the terms of training and finds what they name.</summary>
    public static TrainingPlan PlanOf(Workload workload, TrainingTerms terms, TrainingStore store)
    {
        var chunk = new TrainingChunk(terms.FirstStep, terms.Steps, new Digest(terms.Parent.ToArray()));
        if (!TrainingRecipe.TryParse(terms.Recipe.AsSpan(), out TrainingRecipe? recipe, out EngineRefusal? refusal))
        {
            return new TrainingPlan.Refused(Trainer.Refuse(terms.Recipe.AsSpan(), chunk, refusal.Code));
        }

        if (recipe.Base != new Digest(workload.ModelDigest.ToArray()))
        {
            return new TrainingPlan.Refused(Trainer.Refuse(terms.Recipe.AsSpan(), chunk, EngineRefusalCode.BaseModelUnfit));
        }

        if ((long)recipe.Batch * recipe.SequenceLength != terms.TokensPerStep)
        {
            return new TrainingPlan.Refused(Trainer.Refuse(terms.Recipe.AsSpan(), chunk, EngineRefusalCode.RecipeOutOfRange));
        }

        (TrainingData? data, string problem) = store.Data(recipe.Data);
        return data is null
            ? new TrainingPlan.Unavailable($"The data of the recipe is not at hand: {problem}.", "Put it into the models folder, named by its digest.")
            : new TrainingPlan.Ready(new TrainingParts(recipe, chunk, data));
    }

    /// <summary>The engine's words for a workload of embedding.</summary>
    public static EmbeddingRequest EmbeddingOf(Workload workload, Protocol.EmbeddingPooling pooling) =>
        new(workload.Prompt.AsSpan(), pooling == Protocol.EmbeddingPooling.Last ? Engine.EmbeddingPooling.Last : Engine.EmbeddingPooling.Mean);

    /// <summary>The engine's words for a workload of inference.</summary>
    public static GenerationRequest RequestOf(Workload workload) => new(
        workload.Prompt.AsSpan(),
        workload.MaxNewTokens,
        new Engine.SamplingParameters
        {
            TemperatureMilli = (int)workload.Sampling.TemperatureMilli,
            // Beyond any vocabulary either way: the engine refuses both with the same transcript.
            TopK = (int)Math.Min(workload.Sampling.TopK, int.MaxValue),
            TopPMillionths = workload.Sampling.TopPPpm == 0 ? Engine.SamplingParameters.AllOfProbability : (int)workload.Sampling.TopPPpm,
        },
        workload.Seed,
        workload.StopTokens.AsSpan());

    private async Task<ExecutedWorkload> OnDeviceAsync(Func<long, ExecutedWorkload> run, DurationRange payable, CancellationToken waiting, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(waiting, cancellation);
        await _device.WaitAsync(either.Token).ConfigureAwait(false);
        try
        {
            either.Token.ThrowIfCancellationRequested();
            return await Task.Run(
                () =>
                {
                    long start = _clock.GetTimestamp();
                    return HoldAsync(run(start), start, payable.LeastMillis, cancellation);
                },
                cancellation).ConfigureAwait(false);
        }
        finally
        {
            _device.Release();
        }
    }

    /// <summary>
    /// Keeps the device until the least duration has passed, so that what is signed is both true and payable. It costs no pay: the
    /// registry's clock allows a device far less than the work it could do in that time.
    /// </summary>
    private async Task<ExecutedWorkload> HoldAsync(ExecutedWorkload executed, long start, ulong leastMillis, CancellationToken cancellation)
    {
        // The duration is rounded up, so an equal one may be a little less.
        if (executed.DurationMillis > leastMillis)
        {
            return executed;
        }

        double left;
        while ((left = leastMillis - _clock.GetElapsedTime(start).TotalMilliseconds) > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(Math.Ceiling(left), s_longestDelay.TotalMilliseconds)), _clock, cancellation).ConfigureAwait(false);
        }

        ulong held = MillisSince(start);
        return executed with { DurationMillis = held, HeldMillis = held - executed.DurationMillis };
    }

    private ExecutedWorkload Run(Model model, Workload workload, long start, CancellationToken cancellation)
    {
        if (workload.Pooling is { } pooling)
        {
            using var session = new Session(model, _options);
            Embedding embedding = session.Embed([EmbeddingOf(workload, pooling)], cancellation)[0];
            return ExecutedWorkload.Of(embedding, MillisSince(start));
        }

        Transcript transcript = Generator.Run(model, RequestOf(workload), _options, cancellation);
        return ExecutedWorkload.Of(transcript, MillisSince(start));
    }

    private ExecutedWorkload Train(Model model, TrainingParts parts, TrainingStore store, Hash256 gpuId, long start, CancellationToken cancellation)
    {
        using FileStream? parent = parts.Chunk.FirstStep == 0 ? null : store.Checkpoint(new Hash256(parts.Chunk.Parent.ToBytes()));
        if (parts.Chunk.FirstStep > 0 && parent is null)
        {
            // This machine's own lack, not the task's: other seats may well hold it.
            throw new EngineRefusedException(new EngineRefusal(EngineRefusalCode.CheckpointUnfit, "checkpoint", $"a file {parts.Chunk.Parent}.axs", "none"));
        }

        // Keeping the state is not device time, and one that is not kept makes no result: the next chunk could not begin.
        ulong duration = 0;
        TrainingOutcome outcome = Trainer.RunChunk(parts.Recipe, parts.Chunk, model, parts.Data, parent, _options, null, Keep, cancellation);
        return ExecutedWorkload.Of(outcome, gpuId, duration == 0 ? MillisSince(start) : duration);

        void Keep(Trainer trainer)
        {
            duration = MillisSince(start);
            store.Keep(trainer);
        }
    }

    private ulong MillisSince(long start) => Math.Max(1, (ulong)Math.Ceiling(_clock.GetElapsedTime(start).TotalMilliseconds));
}
