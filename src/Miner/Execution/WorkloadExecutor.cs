using Ait.Chain;
using Ait.Engine;
using Ait.Protocol;

namespace Ait.Miner.Execution;

/// <summary>Runs one workload at a time on the device and measures how long it took.</summary>
internal sealed class WorkloadExecutor : IDisposable
{
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
    /// the engine's canonical transcript: it is the same on every device.
    /// </summary>
    /// <param name="model">The workload's model.</param>
    /// <param name="workload">What to run.</param>
    /// <param name="waiting">Gives up only while the device is not yet this workload's.</param>
    /// <param name="cancellation">Gives up at any time.</param>
    /// <exception cref="OperationCanceledException">Given up; nothing was made.</exception>
    public async Task<ExecutedWorkload> RunAsync(Model model, Workload workload, CancellationToken waiting, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(waiting, cancellation);
        await _device.WaitAsync(either.Token).ConfigureAwait(false);
        try
        {
            either.Token.ThrowIfCancellationRequested();
            return await Task.Run(() => Run(model, workload, cancellation), cancellation).ConfigureAwait(false);
        }
        finally
        {
            _device.Release();
        }
    }

    /// <summary>Waits for the device, then trains a chunk. What does not fit and what diverges yields an outcome too, the same on every device.</summary>
    /// <param name="model">The model to begin from.</param>
    /// <param name="parts">Recipe, chunk and data.</param>
    /// <param name="store">Where the chunk's parent lies, and where what it leaves is kept.</param>
    /// <param name="gpuId">This device.</param>
    /// <param name="waiting">Gives up only while the device is not yet this workload's.</param>
    /// <param name="cancellation">Gives up at any time.</param>
    /// <exception cref="OperationCanceledException">Given up; nothing was made.</exception>
    public async Task<ExecutedWorkload> TrainAsync(
        Model model, TrainingParts parts, TrainingStore store, Hash256 gpuId, CancellationToken waiting, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(waiting, cancellation);
        await _device.WaitAsync(either.Token).ConfigureAwait(false);
        try
        {
            either.Token.ThrowIfCancellationRequested();
            return await Task.Run(() => Train(model, parts, store, gpuId, cancellation), cancellation).ConfigureAwait(false);
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

    /// <summary>The engine's words for what the workload asks.</summary>
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

    private ExecutedWorkload Run(Model model, Workload workload, CancellationToken cancellation)
    {
        GenerationRequest request = RequestOf(workload);
        long start = _clock.GetTimestamp();
        Transcript transcript = Generator.Run(model, request, _options, cancellation);
        return ExecutedWorkload.Of(transcript, MillisSince(start));
    }

    private ExecutedWorkload Train(Model model, TrainingParts parts, TrainingStore store, Hash256 gpuId, CancellationToken cancellation)
    {
        using FileStream? parent = parts.Chunk.FirstStep == 0 ? null : store.Checkpoint(new Hash256(parts.Chunk.Parent.ToBytes()));
        if (parts.Chunk.FirstStep > 0 && parent is null)
        {
            // This machine's own lack, not the task's: other seats may well hold it.
            throw new EngineRefusedException(new EngineRefusal(EngineRefusalCode.CheckpointUnfit, "checkpoint", $"a file {parts.Chunk.Parent}.axs", "none"));
        }

        // Keeping the state is not device time, and one that is not kept makes no result: the next chunk could not begin.
        long start = _clock.GetTimestamp();
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
