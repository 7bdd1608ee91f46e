using System.Text.Json;
using System.Text.Json.Serialization;
using Ait.Cli.Surroundings;
using Ait.Engine;

namespace Ait.Cli.Training;

/// <summary>A recipe as people write it: JSON, without the digests of data and model, which follow from the files given beside it.</summary>
internal static class RecipeFile
{
    private const int MostBytes = 64 * 1024;

    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
    };

    internal static TrainingRecipe Read(string path, Model? model, Digest data)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length > MostBytes)
        {
            throw new SurroundingsException($"the recipe {path} {(file.Exists ? $"is larger than {MostBytes} bytes" : "does not exist")}. docs/training.md says what it holds.");
        }

        Written written;
        try
        {
            written = JsonSerializer.Deserialize<Written>(File.ReadAllText(path), s_options) ?? throw new JsonException("null");
        }
        catch (JsonException fault)
        {
            throw new SurroundingsException($"the recipe {path} is not understood: {fault.Message} docs/training.md says what it holds.", fault);
        }

        if (model is null && written.Shape is null)
        {
            throw new SurroundingsException($"the recipe {path} has no shape. Give it one, or name a model to begin from with --base.");
        }

        ModelConfig shape = model?.Config ?? Shape(written.Shape!); // Checked above.
        var recipe = new TrainingRecipe
        {
            Shape = shape,
            Base = model?.Descriptor.Digest,
            Method = written.Rank == 0 ? TrainingMethod.Full : TrainingMethod.Adapter,
            Rank = written.Rank,
            AdapterScale = written.AdapterScale,
            Data = data,
            SequenceLength = written.SequenceLength,
            Batch = written.Batch,
            Steps = written.Steps,
            WarmupSteps = written.WarmupSteps,
            LearningRate = written.LearningRate,
            Beta1 = written.Beta1,
            Beta2 = written.Beta2,
            Epsilon = written.Epsilon,
            Decay = written.Decay,
            ClipNorm = written.ClipNorm,
            Seed = written.Seed,
        };
        return recipe.Check() is { } refusal ? throw new RefusedException($"the recipe {path} is refused: {refusal}.") : recipe;
    }

    private static ModelConfig Shape(WrittenShape shape) => new()
    {
        Dimension = shape.Dimension,
        Layers = shape.Layers,
        Heads = shape.Heads,
        KeyValueHeads = shape.KeyValueHeads,
        HeadDimension = shape.HeadDimension,
        FeedForward = shape.FeedForward,
        Vocabulary = shape.Vocabulary,
        MaxContext = shape.MaxContext,
    };

    private sealed record WrittenShape(int Dimension, int Layers, int Heads, int KeyValueHeads, int HeadDimension, int FeedForward, int Vocabulary, int MaxContext);

    private sealed record Written(
        int SequenceLength,
        int Batch,
        int Steps,
        int WarmupSteps,
        float LearningRate,
        ulong Seed,
        WrittenShape? Shape = null,
        int Rank = 0,
        float AdapterScale = 1f,
        float Beta1 = 0.9f,
        float Beta2 = 0.95f,
        float Epsilon = 1e-8f,
        float Decay = 0.1f,
        float ClipNorm = 1f);
}
