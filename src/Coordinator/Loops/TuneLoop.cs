using Ait.Chain;
using Ait.Coordinator.Buying;
using Ait.Coordinator.Completing;
using Ait.Coordinator.Configuration;
using Ait.Coordinator.Keeping;
using Ait.Coordinator.Tuning;
using Ait.Engine;
using Ait.Protocol;

namespace Ait.Coordinator.Loops;

/// <summary>An agreed chunk of fine-tuning whose checkpoint is kept → the next is bought, until the run is whole.</summary>
internal sealed class TuneLoop : CoordinatorLoop
{
    /// <summary>How long the seats of an agreed chunk have to hand in its checkpoint.</summary>
    internal static readonly TimeSpan CheckpointPatience = TimeSpan.FromHours(1);

    private readonly TuningStore _store;
    private readonly AnswerStore _answers;
    private readonly CheckpointStore _checkpoints;
    private readonly ApiKeyStore _keys;
    private readonly ModelTable _models;
    private readonly Signals _signals;
    private readonly TimeProvider _clock;

    public TuneLoop(
        TuningStore store, AnswerStore answers, CheckpointStore checkpoints, ApiKeyStore keys, ModelTable models, CoordinatorOptions options, Signals signals, LoopHealth health,
        Ledger.Leadership leadership, TimeProvider clock, ILogger<TuneLoop> log)
        : base(options.PollInterval, signals.Agreed, health, leadership, clock, log)
    {
        _store = store;
        _answers = answers;
        _checkpoints = checkpoints;
        _keys = keys;
        _models = models;
        _signals = signals;
        _clock = clock;
    }

    internal override Task RoundAsync(CancellationToken cancellation)
    {
        foreach (TuningJob job in _store.Running())
        {
            GoOn(job, _store.Chunks(job)[^1]); // A job begins with its first.
        }

        return Task.CompletedTask;
    }

    private void GoOn(TuningJob job, TuningChunk chunk)
    {
        if (chunk.State is null && !TryNote(job, chunk))
        {
            return;
        }

        TuningChunk last = _store.Chunks(job)[^1];
        if (last is not { State: Hash256 state, AgreedAt: long agreedAt })
        {
            return;
        }

        if (last.End == job.Recipe.Steps)
        {
            _store.End(job, TuningState.Succeeded, "info", $"All {job.Recipe.Steps} steps are agreed on; the last checkpoint is {state}.");
        }
        else if (_checkpoints.Find(state) is not null)
        {
            Continue(job, last.End, state);
        }
        else if (_clock.GetUtcNow().ToUnixTimeMilliseconds() - agreedAt > (long)CheckpointPatience.TotalMilliseconds)
        {
            Fail(job, "checkpoint_missing", $"No device handed in the checkpoint {state} that step {last.End} left. Create the job again with seed {job.Recipe.Seed}; what is agreed on costs nothing again.");
        }
    }

    /// <summary>Reads what the seats agree on; false while they do not, or if that is the job's end.</summary>
    private bool TryNote(TuningJob job, TuningChunk chunk)
    {
        AnswerState answer = _answers.Read(chunk.EntryKey);
        if (answer.IsVoid)
        {
            Fail(job, "no_agreement", $"The task of the steps from {chunk.FirstStep} ended without agreement; it cost nothing. Do the devices have the training file? Create the job again with seed {job.Recipe.Seed}; what is agreed on costs nothing again.");
            return false;
        }

        if (answer.Transcript is null)
        {
            return false;
        }

        if (!TrainingOutcome.TryParse(answer.Transcript, out TrainingOutcome? outcome, out EngineRefusal? refusal))
        {
            Fail(job, "result_not_readable", $"The agreed result is not one of this engine ({refusal.Code}).");
            return false;
        }

        if (outcome is not { Finish: TrainingFinish.Done, State: Digest state })
        {
            Fail(job, "training_fault", $"The seats agree that the run ended in a fault ({outcome.RefusalCode}). Another learning rate or seed may not.");
            return false;
        }

        _store.Note(job, chunk, new Hash256(state.ToBytes()), outcome.Steps[^1].Loss);
        return true;
    }

    private void Continue(TuningJob job, int firstStep, Hash256 parent)
    {
        if (_keys.Find(job.KeyId) is not ApiKey key || !key.IsLive(_clock.GetUtcNow().ToUnixTimeMilliseconds()))
        {
            Fail(job, "invalid_api_key", "The key that pays for this job was revoked or has expired.");
            return;
        }

        Workload workload = TuningJob.Chunk(job.Recipe, job.ChunkSteps, firstStep, parent);
        if (_models.Find(workload.ModelDigest) is not ModelEntry model)
        {
            Fail(job, "model_not_found", "The model is not scheduled here any more.");
            return;
        }

        ComputeUnits price = workload.Price(model.MicroComputeUnitsPerToken);
        if (_store.Continue(job, key, workload, price) is Purchase unpaid)
        {
            Fail(job, "insufficient_quota", ApiError.NotPaid(unpaid, price).Message + $" Then create the job again with seed {job.Recipe.Seed}; what is agreed on costs nothing again.");
            return;
        }

        _signals.Queued.Set();
    }

    private void Fail(TuningJob job, string code, string message) => _store.End(job, TuningState.Failed, "error", message, code);
}
