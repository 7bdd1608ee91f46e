using System.Text;
using Ait.Engine.Gpu;

namespace Ait.Engine.Tests.Training;

/// <summary>A small run: two layers, shared heads, widths that are no multiple of a vector, a vocabulary that fills no panel.</summary>
internal static class TrainingSamples
{
    public static TrainingData Data { get; } = Lines(string.Concat(Enumerable.Range(0, 60).Select(i => $"After {i} comes {i + 1}, and {i + i} is twice {i}.\n")));

    public static ModelConfig Shape { get; } = new()
    {
        Dimension = 48,
        Layers = 2,
        Heads = 4,
        KeyValueHeads = 2,
        HeadDimension = 16,
        FeedForward = 80,
        Vocabulary = ByteTokenizer.VocabularySize,
        MaxContext = 128,
    };

    public static TrainingRecipe Recipe { get; } = new()
    {
        Shape = Shape,
        Data = Data.Digest,
        SequenceLength = 48,
        Batch = 16,
        Steps = 40,
        WarmupSteps = 4,
        LearningRate = 3e-3f,
        Seed = 42,
    };

    public static TrainingData Lines(string text) =>
        TrainingData.TryReadLines(Encoding.UTF8.GetBytes(text), Tokenizer.Bytes, out TrainingData? data, out EngineRefusal? refusal) ? data : throw new EngineRefusedException(refusal);

    /// <summary>The fastest backend that keeps gradients where a test can look at them.</summary>
    public static EngineOptions OnProcessor { get; } = new() { Backend = Backends.OnProcessor[^1] };

    public static Trainer Open(TrainingRecipe recipe, EngineOptions? options = null, Model? model = null, TrainingData? data = null, IGpuDevice? device = null) =>
        Trainer.TryCreate(recipe, model, data ?? Data, options, device, out Trainer? trainer, out EngineRefusal? refusal) ? trainer : throw new EngineRefusedException(refusal);

    public static TrainingOutcome Run(TrainingRecipe recipe, TrainingChunk chunk, Stream? parent = null, EngineOptions? options = null, Model? model = null, Action<Trainer>? done = null) =>
        Trainer.RunChunk(recipe, chunk, model, Data, parent, options, null, done, TestContext.Current.CancellationToken);

    /// <summary>A model and the recipe of adapters to it.</summary>
    public static (Model Model, TrainingRecipe Recipe) Adapters { get; } = MakeAdapters();

    private static (Model Model, TrainingRecipe Recipe) MakeAdapters()
    {
        var model = Model.Create(new ModelDescriptor(Shape, 5));
        return (model, Recipe with { Base = model.Descriptor.Digest, Method = TrainingMethod.Adapter, Rank = 16, AdapterScale = 2f, Batch = 4 });
    }
}
