using Ait.Cli.Surroundings;
using Ait.Cli.Training;
using Ait.Engine;

namespace Ait.Cli.Tests.Training;

/// <summary>The last chunk of the demonstration model's training, run once for all tests of a class.</summary>
public sealed class DemoRun : IAsyncLifetime
{
    private readonly ScratchFolder _folder = new();

    internal string Artifact => _folder.File("demo.ait");

    private static string Models => Path.GetDirectoryName(Installation.DemoModel) ?? throw new InvalidOperationException("The demonstration model has a folder.");

    private static string Recipe => Path.Combine(Models, "demo.json");

    private static string Base => Path.Combine(Models, "base.ait");

    public async ValueTask InitializeAsync()
    {
        CommandRun run = await CommandRun.OfAsync("train", Recipe, "--data", Installation.DemoText, "--base", Base, "--out", _folder.File("run"), "--model", Artifact);
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The run where it ended, with the float weights that the artifact was rounded from.</summary>
    internal async Task<Trainer> RestoreAsync()
    {
        (TrainingRecipe recipe, Model? model, TrainingData data) = await TrainingFiles.OpenAsync(Recipe, Installation.DemoText, Base, TestContext.Current.CancellationToken);
        Assert.True(Trainer.TryCreate(recipe, model, data, null, out Trainer? trainer, out EngineRefusal? refusal), $"{refusal}");
        string checkpoint = Assert.Single(Directory.GetFiles(_folder.File("run"), "*.axs", SearchOption.AllDirectories));
        Assert.True(Digest.TryParseHex(Path.GetFileNameWithoutExtension(checkpoint), out Digest state));
        await using FileStream stream = File.OpenRead(checkpoint);
        Assert.True(trainer.TryRestore(stream, state, out refusal), $"{refusal}");
        return trainer;
    }
}
