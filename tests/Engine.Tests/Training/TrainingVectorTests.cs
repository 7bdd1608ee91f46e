using System.Text.Json;
using Ait.Engine.Gpu;
using Ait.Engine.Tests.Gpu;

namespace Ait.Engine.Tests.Training;

/// <summary>Derives every vector of vectors/training again, on every backend.</summary>
public sealed class TrainingVectorTests
{
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "vectors", "training");

    private static readonly JsonSerializerOptions s_format = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    /// <summary>One file of the folder.</summary>
    public sealed record Vector(string About, string Model, string Data, string Recipe, int Steps, string Outcome, string ResultHash);

    private static IEnumerable<(string Name, string About, ModelDescriptor? Model, TrainingData Data, TrainingRecipe Recipe, int Steps)> Cases()
    {
        TrainingData data = TrainingSamples.Lines("One and one make two.\nTwo and one make three.\nThree and one make four.\nFour and one make five.\n");
        TrainingRecipe drawn = TrainingSamples.Recipe with { Data = data.Digest, SequenceLength = 16, Batch = 3 };
        var model = new ModelDescriptor(TrainingSamples.Shape, 5);
        yield return ("drawn", "Weights from a seed, everything trained", null, data, drawn, 5);
        yield return ("based", "Everything trained, from the int8 weights of a model", model, data, drawn with { Base = model.Digest, ClipNorm = 0.01f }, 3);
        yield return ("adapter", "Adapters of rank 16 to a frozen model", model, data, drawn with { Base = model.Digest, Method = TrainingMethod.Adapter, Rank = 16, AdapterScale = 0.5f }, 3);
        yield return ("long-window", "A window of many keys, another number of heads", null, TrainingSamples.Data, TrainingSamples.Recipe with { SequenceLength = 128, Batch = 2, Shape = TrainingSamples.Shape with { KeyValueHeads = 4 } }, 2);
        yield return ("refused", "Adapters to a model that is not given", null, data, drawn with { Base = model.Digest, Method = TrainingMethod.Adapter, Rank = 16 }, 1);
    }

    public static TheoryData<string, string> OnDevices()
    {
        var cases = new TheoryData<string, string>();
        foreach (string device in new[] { TestDevices.Host32, TestDevices.Host64, TestDevices.Real })
        {
            foreach (string name in Cases().Where(item => item.Model is not null || item.Recipe.Base is null).Select(item => item.Name))
            {
                cases.Add(device, name);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(OnDevices))]
    public void Outcome_isThatOfTheVectorByTheKernelsOfGpus(string deviceName, string name)
    {
        IGpuDevice device = TestDevices.Open(deviceName);
        (_, _, ModelDescriptor? descriptor, _, _, int steps) = Cases().Single(item => item.Name == name);
        (Vector vector, TrainingRecipe recipe, TrainingData data) = Read(name);
        using Trainer trainer = TrainingSamples.Open(recipe, new EngineOptions { BatchSize = 2 }, descriptor is null ? null : Model.Create(descriptor), data, device);
        TrainingOutcome found = trainer.Run(new TrainingChunk(0, steps, default), null, TestContext.Current.CancellationToken);
        Assert.Equal(vector.Outcome, Convert.ToHexStringLower(found.ToBytes()));
        Assert.Equal(vector.ResultHash, found.ResultHash.ToString());
    }

    /// <summary>If AIT_NEW_VECTORS names a folder of that name, vectors that do not exist yet are first written there, by the scalar definition.</summary>
    [Fact]
    public void Outcome_isThatOfTheVector()
    {
        foreach ((string name, string about, ModelDescriptor? descriptor, TrainingData data, TrainingRecipe recipe, int steps) in Cases())
        {
            if (Environment.GetEnvironmentVariable("AIT_NEW_VECTORS") is { } target && Path.GetFileName(target) == "training")
            {
                AddMissing(Path.Combine(target, name + ".json"), about, descriptor, data, recipe, steps);
            }

            (Vector vector, TrainingRecipe read, TrainingData text) = Read(name);
            foreach (Backend backend in Backends.Supported)
            {
                TrainingOutcome found = Run(descriptor, text, read, vector.Steps, backend);
                Assert.Equal(vector.Outcome, Convert.ToHexStringLower(found.ToBytes()));
                Assert.Equal(vector.ResultHash, found.ResultHash.ToString());
            }
        }
    }

    private static (Vector Vector, TrainingRecipe Recipe, TrainingData Data) Read(string name)
    {
        Vector vector = JsonSerializer.Deserialize<Vector>(File.ReadAllText(Path.Combine(s_folder, name + ".json")), s_format)
            ?? throw new InvalidDataException(name);
        Assert.True(TrainingRecipe.TryParse(Convert.FromHexString(vector.Recipe), out TrainingRecipe? recipe, out _));
        Assert.True(TrainingData.TryParse(Convert.FromHexString(vector.Data), out TrainingData? data, out _));
        return (vector, recipe, data);
    }

    private static TrainingOutcome Run(ModelDescriptor? descriptor, TrainingData data, TrainingRecipe recipe, int steps, Backend backend) => Trainer.RunChunk(
        recipe,
        new TrainingChunk(0, steps, default),
        descriptor is null ? null : Model.Create(descriptor),
        data,
        null,
        new EngineOptions { Backend = backend, BatchSize = 2 },
        null,
        null,
        TestContext.Current.CancellationToken);

    private static void AddMissing(string path, string about, ModelDescriptor? descriptor, TrainingData data, TrainingRecipe recipe, int steps)
    {
        if (File.Exists(path))
        {
            return;
        }

        TrainingOutcome outcome = Run(descriptor, data, recipe, steps, Backend.Scalar);
        var vector = new Vector(
            about,
            descriptor is null ? "" : Convert.ToHexStringLower(descriptor.ToBytes()),
            Convert.ToHexStringLower(data.ToBytes()),
            Convert.ToHexStringLower(recipe.ToBytes()),
            steps,
            Convert.ToHexStringLower(outcome.ToBytes()),
            outcome.ResultHash.ToString());
        File.WriteAllText(path, JsonSerializer.Serialize(vector, s_format) + "\n");
        Directory.CreateDirectory(s_folder);
        File.Copy(path, Path.Combine(s_folder, Path.GetFileName(path)));
    }
}
