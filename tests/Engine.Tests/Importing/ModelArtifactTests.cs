namespace Ait.Engine.Tests.Importing;

/// <summary>From a checkpoint to an artifact and back into memory.</summary>
public sealed class ModelArtifactTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ait-artifact-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Families => [.. CheckpointMaker.Families];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string In(string name) => Path.Combine(_folder, name);

    private ModelDescriptor Import(string folder, string file, ImportOptions? options = null)
    {
        Assert.True(ModelArtifact.TryImport(In(folder), In(file), options, null, Cancellation, out ModelDescriptor? descriptor, out EngineRefusal? refusal), $"{refusal}");
        return descriptor;
    }

    private Model Open(string file)
    {
        Assert.True(ModelArtifact.TryOpen(In(file), Cancellation, out Model? model, out EngineRefusal? refusal), $"{refusal}");
        return model;
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Import_makesTheSameArtifactOfAnyNumberOfShards(string family)
    {
        CheckpointMaker maker = CheckpointMaker.Make(family);
        maker.Write(In("one"));
        maker.Write(In("three"), shards: 3);
        ModelDescriptor one = Import("one", "one.ait");
        ModelDescriptor three = Import("three", "three.ait");
        Assert.Equal(one, three);
        Assert.Equal(File.ReadAllBytes(In("one.ait")), File.ReadAllBytes(In("three.ait")));
        Assert.True(ModelArtifact.TryRead(In("one.ait"), out ModelDescriptor? read, out _));
        Assert.Equal(one, read);
        Model model = Open("one.ait");
        Assert.Equal(one.WeightsDigest, model.WeightsDigest);
        Assert.Equal(["one", "one.ait", "three", "three.ait"], Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName).Order());
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Import_givesAModelThatRunsAlikeOnEveryBackend(string family)
    {
        CheckpointMaker.Make(family).Write(In("checkpoint"), "F32", 2);
        foreach (bool rotate in new[] { false, true })
        {
            Import("checkpoint", "model.ait", new ImportOptions { Rotate = rotate });
            Model model = Open("model.ait");
            GenerationRequest[] requests = [.. new[] { "The house", "They'll say 1984", CheckpointMaker.Corpus[..300] }
                .Select((text, i) => new GenerationRequest(model.Tokenizer.Encode(text), 20, i == 1 ? Samples.Sampled(900, 30, 900_000) : null, 5))];
            var hashes = new HashSet<string>();
            foreach (Backend backend in Backends.Supported)
            {
                foreach ((int threads, int chunk, int batch) in new[] { (1, 128, 8), (2, 7, 2) })
                {
                    var options = new EngineOptions { Backend = backend, Threads = threads, PrefillChunk = chunk, BatchSize = batch };
                    IReadOnlyList<Transcript> found = Generator.Run(model, requests, options, null, Cancellation);
                    Assert.All(found, transcript => Assert.True(transcript.IsComplete));
                    hashes.Add(string.Join(' ', found.Select(transcript => transcript.ResultHash)));
                }
            }

            Assert.Single(hashes);
        }
    }

    [Fact]
    public void Import_roundsEveryTypeOfNumberByItself()
    {
        CheckpointMaker maker = CheckpointMaker.Make("llama3");
        // Numbers that all three types hold.
        foreach ((_, _, float[] values) in maker.Tensors)
        {
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = (float)Math.Round(values[i] * 64) / 64;
                values[i] = Math.Abs(values[i]) < 2 ? values[i] : Math.Sign(values[i]) * 2;
            }
        }

        var digests = new HashSet<Digest>();
        foreach (string type in new[] { "F32", "F16", "BF16" })
        {
            maker.Write(In(type), type);
            digests.Add(Import(type, type + ".ait").Digest);
        }

        Assert.Single(digests);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Import_quantisesEachRowToItsLargestMagnitude(string family)
    {
        CheckpointMaker maker = CheckpointMaker.Make(family);
        maker.Write(In("checkpoint"), "F32");
        Import("checkpoint", "model.ait");
        Model model = Open("model.ait");
        (string _, int[] shape, float[] values) = maker.Tensors.Single(tensor => tensor.Name == "model.layers.1.mlp.up_proj.weight");
        float[] gain = maker.Tensors.Single(tensor => tensor.Name == "model.layers.1.post_attention_layernorm.weight").Values;
        for (int row = 0; row < shape[0]; row++)
        {
            double[] folded = [.. Enumerable.Range(0, shape[1]).Select(column => (double)values[(row * shape[1]) + column] * gain[column])];
            double scale = folded.Max(Math.Abs) / 127;
            unsafe
            {
                Assert.Equal(scale, model.Layers[1].Up.Scales[row], scale * 1e-6);
            }

            for (int column = 0; column < shape[1]; column++)
            {
                Assert.InRange(Math.Abs(folded[column] - (model.Layers[1].Up[row, column] * scale)), 0, 0.5001 * scale);
            }
        }
    }

    [Fact]
    public void Import_takesAShorterContextIfAsked()
    {
        CheckpointMaker.Make("mistral").Write(In("checkpoint"));
        Assert.Equal(100, Import("checkpoint", "model.ait", new ImportOptions { MaxContext = 100 }).Config.MaxContext);
        Assert.False(ModelArtifact.TryImport(In("checkpoint"), In("long.ait"), new ImportOptions { MaxContext = 513 }, null, Cancellation, out _, out EngineRefusal? refusal));
        Assert.Equal(("context", "513"), (refusal.What, refusal.Found));
    }

    [Fact]
    public void Import_leavesNothingBehindIfCancelled()
    {
        CheckpointMaker.Make("qwen3").Write(In("checkpoint"));
        File.WriteAllText(In("model.ait"), "what was there before");
        using var source = new CancellationTokenSource();
        var progress = new CancelAt(source, 7);
        Assert.Throws<OperationCanceledException>(() => ModelArtifact.TryImport(In("checkpoint"), In("model.ait"), null, progress, source.Token, out _, out _));
        Assert.Equal(["checkpoint", "model.ait"], Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName).Order());
        Assert.Equal("what was there before", File.ReadAllText(In("model.ait")));
    }

    private sealed class CancelAt(CancellationTokenSource source, int at) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value)
        {
            if (value.Done == at)
            {
                source.Cancel();
            }
        }
    }
}
