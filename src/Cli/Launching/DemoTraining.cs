using Ait.Chain;
using Ait.Cli.Surroundings;
using Ait.Cli.Training;
using Ait.Engine;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Cli.Launching;

/// <summary>Chunks of training for the demonstration: the first steps of an adapter to the demonstration model.</summary>
internal static class DemoTraining
{
    internal const int Steps = 4;

    internal static TrainingData Data() => TrainingFiles.ReadData(Installation.DemoText, null);

    /// <summary>The chunk behind a step, from the state that the one before it left; zero at the beginning.</summary>
    internal static Workload Workload(ModelResponse model, int firstStep = 0, Hash256 parent = default)
    {
        TrainingRecipe recipe = Recipe(model);
        return new Workload(TrainingVersion.Id, model.Digest, new TrainingTerms([.. recipe.ToBytes()], firstStep, Steps, recipe.Batch * recipe.SequenceLength, parent));
    }

    internal static TrainingRecipe Recipe(ModelResponse model)
    {
        var recipe = new TrainingRecipe
        {
            Shape = ModelsFile.Describe().Config,
            Base = new Digest(model.Digest.ToArray()),
            Method = TrainingMethod.Adapter,
            Rank = 16,
            AdapterScale = 2f,
            Data = Data().Digest,
            SequenceLength = 64,
            Batch = 8,
            Steps = 100,
            WarmupSteps = 10,
            LearningRate = 1e-3f,
            Seed = 1,
        };
        return recipe.Check() is { } refusal
            ? throw new InvalidOperationException($"The recipe of the demonstration is refused: {refusal}.")
            : recipe;
    }
}
