using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ait.Cli.Surroundings;
using Ait.Engine;

namespace Ait.Cli.Training;

/// <summary>Takes a recipe from where its folder stands to its end, chunk by chunk, and shows how it goes.</summary>
internal sealed class TrainingRun
{
    private readonly Screen _screen;
    private readonly TrainingRecipe _recipe;
    private readonly Model? _model;
    private readonly TrainingData _data;
    private readonly TrainingFolder _folder;
    private readonly EngineOptions _options;
    private readonly TimeProvider _clock;

    internal TrainingRun(Screen screen, TrainingRecipe recipe, Model? model, TrainingData data, TrainingFolder folder, EngineOptions options, TimeProvider clock)
    {
        (_screen, _recipe, _model, _data, _folder, _options, _clock) = (screen, recipe, model, data, folder, options, clock);
    }

    /// <summary>Runs to the end or to the last step asked for; writes the artifact if a path is given.</summary>
    internal int Run(int chunkSteps, int lastStep, string? artifact, string? tokenizerOf, CancellationToken cancellation)
    {
        (int Step, Digest State)? at = _folder.Last(_recipe);
        int end = Math.Min(lastStep, _recipe.Steps);
        _screen.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"recipe {_recipe.Digest}: {_recipe.Shape.ParameterCount / 1e6:F2} million parameters, {_recipe.Steps} steps of {_recipe.Batch} windows of {_recipe.SequenceLength} tokens"));
        _screen.Say(Backends.GpuAbsence is { } absence ? $"on the processor ({Backends.Resolve(_options.Backend)}): {absence}" : $"on {Backends.GpuName}, if it fits its memory");
        if (at is { } known)
        {
            _screen.Say(string.Create(CultureInfo.InvariantCulture, $"going on behind step {known.Step}, from checkpoint {known.State}"));
        }

        while ((at?.Step ?? 0) < end || artifact is not null)
        {
            int first = at?.Step ?? 0;
            if (first >= end)
            {
                return Export(at!.Value, artifact!, tokenizerOf, cancellation); // A step was done, and the loop goes on here for an artifact only.
            }

            var chunk = new TrainingChunk(first, Math.Min(chunkSteps, end - first), at?.State ?? default);
            TrainingOutcome outcome = RunChunk(chunk, end, cancellation);
            string file = _folder.Link(_recipe, outcome);
            Tell(outcome, file);
            if (outcome.Finish != TrainingFinish.Done)
            {
                throw new RefusedException(string.Create(
                    CultureInfo.InvariantCulture, $"training ended at step {first + outcome.Steps.Length + 1}: {outcome.Finish}, {outcome.RefusalCode}. Every processor ends there; {file} says so."));
            }

            at = (first + outcome.Steps.Length, outcome.State!.Value); // A chunk that is done has steps.
        }

        return ExitCode.Done;
    }

    private TrainingOutcome RunChunk(TrainingChunk chunk, int end, CancellationToken cancellation)
    {
        using FileStream? parent = chunk.FirstStep == 0 ? null : Open(chunk.Parent);
        using var metrics = new StreamWriter(_folder.Metrics, append: chunk.FirstStep > 0);
        long start = _clock.GetTimestamp();
        int done = 0;
        var progress = new Reporter(now =>
        {
            done++;
            metrics.WriteLine(new JsonObject
            {
                ["step"] = now.Step, ["loss"] = now.Loss, ["learningRate"] = now.Rate, ["gradientNorm"] = now.GradientNorm, ["tokens"] = (long)now.Step * _recipe.Batch * _recipe.SequenceLength,
            }.ToJsonString());
            if (now.Step % Math.Max(1, end / 40) == 0 || now.Step == end)
            {
                double perStep = _clock.GetElapsedTime(start).TotalSeconds / done;
                _screen.Progress(string.Create(
                    CultureInfo.InvariantCulture,
                    $"step {now.Step,6} of {end}  loss {now.Loss:F4}  rate {now.Rate:E2}  {_recipe.Batch * _recipe.SequenceLength / perStep,8:F0} tokens/s  {TimeSpan.FromSeconds(perStep * (end - now.Step)):hh\\:mm\\:ss} left"));
            }
        });
        TrainingOutcome outcome = Trainer.RunChunk(_recipe, chunk, _model, _data, parent, _options, progress, _folder.Keep, cancellation);
        metrics.Flush();
        metrics.Close();
        Draw();
        return outcome;
    }

    private FileStream Open(Digest state) => File.Exists(_folder.Checkpoint(state))
        ? File.OpenRead(_folder.Checkpoint(state))
        : throw new RefusedException($"the checkpoint {_folder.Checkpoint(state)} is not there. Put it there, or begin again in another folder with --out.");

    private int Export((int Step, Digest State) at, string artifact, string? tokenizerOf, CancellationToken cancellation)
    {
        if (!Trainer.TryCreate(_recipe, _model, _data, _options, out Trainer? trainer, out EngineRefusal? refusal))
        {
            throw new RefusedException($"the run is refused: {refusal}.");
        }

        using (trainer)
        {
            using FileStream checkpoint = Open(at.State);
            if (!trainer.TryRestore(checkpoint, at.State, out refusal))
            {
                throw new RefusedException($"the checkpoint {at.State} is refused: {refusal}.");
            }

            ModelDescriptor descriptor = trainer.Export(artifact, tokenizerOf, cancellation);
            _screen.Say($"model {descriptor.Digest} written to {artifact}");
            _screen.Answer(new JsonObject { ["model"] = $"{descriptor.Digest}", ["file"] = artifact, ["step"] = at.Step, ["state"] = $"{at.State}" });
        }

        return ExitCode.Done;
    }

    private void Tell(TrainingOutcome outcome, string file)
    {
        int end = outcome.Chunk.FirstStep + outcome.Steps.Length;
        _screen.Say(string.Create(CultureInfo.InvariantCulture, $"chunk {outcome.Chunk.FirstStep} … {end}: {outcome.Finish}, state {outcome.State}, result {outcome.ResultHash}"));
        _screen.Answer(new JsonObject
        {
            ["first"] = outcome.Chunk.FirstStep,
            ["end"] = end,
            ["finish"] = $"{outcome.Finish}",
            ["state"] = outcome.State?.ToString(),
            ["resultHash"] = $"{outcome.ResultHash}",
            ["outcome"] = file,
        });
    }

    private void Draw()
    {
        var points = new List<(int Step, double Loss)>();
        foreach (string line in File.ReadLines(_folder.Metrics))
        {
            using var read = JsonDocument.Parse(line);
            points.Add((read.RootElement.GetProperty("step").GetInt32(), read.RootElement.GetProperty("loss").GetDouble()));
        }

        File.WriteAllText(_folder.Plot, LossPlot.Draw($"training loss, recipe {_recipe.Digest.ToString()[..12]}", ("exact int8", points)));
    }

    private sealed class Reporter(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
