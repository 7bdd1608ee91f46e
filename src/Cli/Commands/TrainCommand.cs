using System.CommandLine;
using Ait.Cli.Surroundings;
using Ait.Cli.Training;
using Ait.Engine;

namespace Ait.Cli.Commands;

/// <summary>Trains a model from a recipe on this machine; every machine that does so gets the same bits.</summary>
internal static class TrainCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var recipe = new Argument<string>("RECIPE") { Description = "A recipe (JSON; docs/training.md says what it holds)." };
        Option<string> data = TrainingFiles.Data();
        Option<string?> model = TrainingFiles.Base();
        var folder = new Option<string>("--out") { Description = "Folder of checkpoints, metrics, plot and outcomes; a run that stopped goes on there.", HelpName = "DIR", DefaultValueFactory = _ => ".ait/training" };
        var artifact = new Option<string?>("--model") { Description = "Write the trained model as an artifact at the end.", HelpName = "FILE" };
        Option<int> chunk = CommonOptions.Number("--chunk", "N", 100, 1, EngineLimits.MaxChunkSteps, "Steps between checkpoints.");
        Option<int> last = CommonOptions.Number("--until", "N", EngineLimits.MaxTrainingSteps, 1, EngineLimits.MaxTrainingSteps, "Stop behind this step (default: the recipe's last).");
        Option<int> threads = CommonOptions.Number("--threads", "N", Environment.ProcessorCount, 1, EngineLimits.MaxThreads, "Threads of the engine.");
        Option<int> windows = CommonOptions.Number("--micro-batch", "N", 4, 1, EngineLimits.MaxBatch, "Windows at once; changes memory and speed, never results.");
        var command = new Command("train", "Train a model, or adapters to one, so that every machine gets the same bits.") { recipe, data, model, folder, artifact, chunk, last, threads, windows };
        command.SetAction(async (parsed, cancellation) =>
        {
            Screen screen = screenFor(parsed);
            string? path = parsed.GetValue(model);
            (TrainingRecipe read, Model? from, TrainingData tokens) = await TrainingFiles.OpenAsync(parsed.GetRequiredValue(recipe), parsed.GetRequiredValue(data), path, cancellation).ConfigureAwait(false);
            var options = new EngineOptions { Threads = parsed.GetValue(threads), BatchSize = parsed.GetValue(windows), MaxMemoryBytes = long.MaxValue };
            var run = new TrainingRun(screen, read, from, tokens, new TrainingFolder(parsed.GetRequiredValue(folder)), options, TimeProvider.System);
            return await Task.Run(() => run.Run(parsed.GetValue(chunk), parsed.GetValue(last), parsed.GetValue(artifact), path, cancellation), cancellation).ConfigureAwait(false);
        });
        return command;
    }
}
