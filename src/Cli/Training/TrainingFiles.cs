using System.CommandLine;
using Ait.Cli.Commands;
using Ait.Cli.Surroundings;
using Ait.Engine;

namespace Ait.Cli.Training;

/// <summary>The files that training is given: recipe, data, and the model to begin from.</summary>
internal static class TrainingFiles
{
    internal static Option<string> Data() => new("--data") { Description = "A text file, one text a line.", HelpName = "FILE", Required = true };

    internal static Option<string?> Base() => new("--base") { Description = "The artifact to begin from (default: weights drawn from the recipe's seed).", HelpName = "FILE" };

    internal static async Task<(TrainingRecipe Recipe, Model? Model, TrainingData Data)> OpenAsync(string recipe, string data, string? artifact, CancellationToken cancellation)
    {
        Model? model = artifact is null ? null : await ModelCommand.OpenAsync(artifact, cancellation).ConfigureAwait(false);
        TrainingData read = ReadData(data, model);
        return (RecipeFile.Read(recipe, model, read.Digest), model, read);
    }

    internal static TrainingData ReadData(string path, Model? model)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length > EngineLimits.MaxTextBytes)
        {
            throw new SurroundingsException($"the text {path} {(file.Exists ? $"is larger than {EngineLimits.MaxTextBytes} bytes" : "does not exist")}. Name a text file with --data.");
        }

        return TrainingData.TryReadLines(File.ReadAllBytes(path), model?.Tokenizer ?? Tokenizer.Bytes, out TrainingData? data, out EngineRefusal? refusal)
            ? data
            : throw new RefusedException($"the text {path} is refused: {refusal}.");
    }
}
