using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Ait.Cli.Surroundings;
using Ait.Cli.Training;
using Ait.Engine;

namespace Ait.Cli.Commands;

/// <summary>Finds the first step at which two executions of one chunk differ, and, given what they ran, which of them is right.</summary>
internal static class BisectCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var one = new Argument<string>("ONE") { Description = "The outcome of an execution." };
        var other = new Argument<string>("OTHER") { Description = "The outcome of another execution of the same chunk." };
        var recipe = new Option<string?>("--recipe") { Description = "The recipe: runs the chunk up to the difference and says who is right.", HelpName = "FILE" };
        var data = new Option<string?>("--data") { Description = "The text of the recipe, one text a line.", HelpName = "FILE" };
        Option<string?> model = TrainingFiles.Base();
        var parent = new Option<string?>("--parent") { Description = "The checkpoint that the chunk begins from.", HelpName = "FILE" };
        Option<int> threads = CommonOptions.Number("--threads", "N", Environment.ProcessorCount, 1, EngineLimits.MaxThreads, "Threads of the engine.");
        var command = new Command("bisect", "Find the first step at which two outcomes of a training chunk differ.") { one, other, recipe, data, model, parent, threads };
        command.SetAction(async (parsed, cancellation) =>
        {
            Screen screen = screenFor(parsed);
            TrainingOutcome left = Read(parsed.GetRequiredValue(one));
            TrainingOutcome right = Read(parsed.GetRequiredValue(other));
            if (left.Recipe != right.Recipe || left.Chunk != right.Chunk)
            {
                throw new RefusedException($"the outcomes are of different chunks: {left.Chunk} of recipe {left.Recipe}, and {right.Chunk} of recipe {right.Recipe}.");
            }

            if (TrainingOutcome.FirstDifference(left, right) is not { } step)
            {
                screen.Say($"the outcomes are equal: {left.ResultHash}");
                screen.Answer(new JsonObject { ["equal"] = true, ["resultHash"] = $"{left.ResultHash}" });
                return ExitCode.Done;
            }

            screen.Say(string.Create(CultureInfo.InvariantCulture, $"the outcomes differ from step {step} on"));
            var answer = new JsonObject { ["equal"] = false, ["step"] = step };
            TrainingStep? told = null;
            if (parsed.GetValue(recipe) is { } recipePath)
            {
                string text = parsed.GetValue(data) ?? throw new SurroundingsException("a recipe alone cannot be run. Name its text with --data.");
                told = await Task.Run(async () => await ReplayAsync(recipePath, text, parsed.GetValue(model), parsed.GetValue(parent), left.Chunk, step, parsed.GetValue(threads), cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
            }

            foreach ((string name, TrainingOutcome outcome) in new[] { ("one", left), ("other", right) })
            {
                int index = step - left.Chunk.FirstStep - 1;
                TrainingStep? own = index < outcome.Steps.Length ? outcome.Steps[index] : null;
                bool? isRight = parsed.GetValue(recipe) is null ? null : own == told;
                screen.Say($"  {name}: {(own is { } there ? $"loss {there.Loss}, state {there.State}" : $"{outcome.Finish}")}{(isRight is null ? "" : isRight.Value ? "  right" : "  WRONG")}");
                answer[name] = new JsonObject { ["loss"] = own?.Loss, ["state"] = own?.State.ToString(), ["isRight"] = isRight };
            }

            screen.Answer(answer);
            return ExitCode.Refused;
        });
        return command;
    }

    /// <summary>The step as this machine computes it; null if the arithmetic leaves its range there.</summary>
    private static async Task<TrainingStep?> ReplayAsync(
        string recipePath, string text, string? artifact, string? parent, TrainingChunk chunk, int step, int threads, CancellationToken cancellation)
    {
        (TrainingRecipe recipe, Model? model, TrainingData data) = await TrainingFiles.OpenAsync(recipePath, text, artifact, cancellation).ConfigureAwait(false);
        if (chunk.FirstStep > 0 && parent is null)
        {
            throw new SurroundingsException($"the chunk begins behind step {chunk.FirstStep}. Name the checkpoint {chunk.Parent} with --parent.");
        }

        using FileStream? checkpoint = chunk.FirstStep == 0 ? null : File.OpenRead(parent!); // Checked above.
        TrainingChunk shorter = chunk with { Steps = step - chunk.FirstStep };
        TrainingOutcome outcome = Trainer.RunChunk(recipe, shorter, model, data, checkpoint, new EngineOptions { Threads = threads, BatchSize = 4 }, null, null, cancellation);
        return outcome.Finish switch
        {
            TrainingFinish.Done => outcome.Steps[^1],
            TrainingFinish.Fault => null,
            _ => throw new RefusedException($"the chunk cannot be run here: {outcome.RefusalCode}."),
        };
    }

    private static TrainingOutcome Read(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length > TrainingOutcome.MaxEncodedSize)
        {
            throw new SurroundingsException($"the outcome {path} {(file.Exists ? "is larger than any" : "does not exist")}. `ait train` writes outcomes.");
        }

        return TrainingOutcome.TryParse(File.ReadAllBytes(path), out TrainingOutcome? outcome, out EngineRefusal? refusal)
            ? outcome
            : throw new RefusedException($"the outcome {path} is refused: {refusal}.");
    }
}
