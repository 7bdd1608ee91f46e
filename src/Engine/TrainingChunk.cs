namespace Ait.Engine;

/// <summary>A piece of a training run: which steps, and from which state.</summary>
/// <param name="FirstStep">Steps that were done before, 0 for a beginning.</param>
/// <param name="Steps">How many to do.</param>
/// <param name="Parent">Digest of the checkpoint to begin from; zeros for the beginning of the recipe.</param>
public sealed record TrainingChunk(int FirstStep, int Steps, Digest Parent)
{
    /// <summary>The first rule that is broken, or null.</summary>
    /// <param name="recipe">Of the run.</param>
    public EngineRefusal? Check(TrainingRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if (FirstStep < 0 || FirstStep >= recipe.Steps)
        {
            return EngineRefusal.Range(EngineRefusalCode.ChunkOutOfRange, "first step", 0, recipe.Steps - 1, FirstStep);
        }

        int most = Math.Min(EngineLimits.MaxChunkSteps, recipe.Steps - FirstStep);
        return Steps < 1 || Steps > most
            ? EngineRefusal.Range(EngineRefusalCode.ChunkOutOfRange, "steps", 1, most, Steps)
            : FirstStep == 0 == (Parent == default)
                ? null
                : new EngineRefusal(EngineRefusalCode.ChunkOutOfRange, "parent", FirstStep == 0 ? "none at the beginning" : "a checkpoint", $"{Parent}");
    }
}
