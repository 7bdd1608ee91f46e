using Ait.Engine.Challenging;
using Ait.Engine.Gpu;
using Ait.Engine.Tests.Challenging;
using Ait.Engine.Tests.Training;

namespace Ait.Engine.Tests.Gpu;

/// <summary>Whole transcripts from a device against those of the definition.</summary>
public sealed class GpuExecutorTests
{
    private const ModelFeatures Everything = ModelFeatures.AttentionBias | ModelFeatures.OutputBias | ModelFeatures.FeedForwardBias
        | ModelFeatures.QueryKeyNorm | ModelFeatures.TiedOutput | ModelFeatures.FinalGain;

    private static readonly EngineOptions Definition = new() { Backend = Backend.Scalar, BatchSize = 1, PrefillChunk = 512 };

    public static TheoryData<string> Devices => TestDevices.All;

    public static TheoryData<string, int, int> Options()
    {
        var data = new TheoryData<string, int, int>();
        foreach (string device in new[] { TestDevices.Host32, TestDevices.Host64, TestDevices.Real })
        {
            foreach ((int chunk, int batch) in new[] { (1, 1), (7, 3), (64, 32), (256, 5), (256, 1) })
            {
                data.Add(device, chunk, batch);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void Generate_givesTheTranscriptsOfTheDefinition(string deviceName, int chunk, int batch)
    {
        IGpuDevice device = TestDevices.Open(deviceName);
        AssertSame(device, Samples.SmallModel, Samples.Requests, chunk, batch);
    }

    [Theory]
    [InlineData(TestDevices.Host32)]
    [InlineData(TestDevices.Host64)]
    public void Generate_givesTheSameThroughTheVendorsLibrary(string deviceName)
    {
        HostGpu device = TestDevices.OpenHost(deviceName, hasProducts: true);
        AssertSame(device, Samples.SmallModel, Samples.Requests, 256, 5);
        AssertSame(device, Samples.FeaturedModel, Samples.Requests, 100, 3);
        Assert.InRange(device.Products, 8, int.MaxValue);
        Assert.Contains("finish_linear", device.Launched);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Generate_servesABatchOfThirtyTwo(string deviceName)
    {
        GenerationRequest[] requests = [.. Enumerable.Range(0, 32).Select(i => new GenerationRequest(
            [.. Enumerable.Range(0, 1 + (i * 3)).Select(t => (t * 31 + i) % 263)],
            1 + (i % 5),
            i % 2 == 0 ? null : Samples.Sampled(500 + i, i % 9, 1_000_000 - (i * 1000)),
            seed: (ulong)i))];
        AssertSame(TestDevices.Open(deviceName), Samples.SmallModel, requests, 64, 32);
    }

    public static TheoryData<string, int, int, int> Shapes()
    {
        var data = new TheoryData<string, int, int, int>();
        foreach (string device in new[] { TestDevices.Host32, TestDevices.Host64, TestDevices.Real })
        {
            // Groups that fill part of a tile, one, and more than one; heads of every width that has a kernel of its own.
            foreach ((int heads, int keyValueHeads, int width) in new[]
            {
                (1, 1, 16), (4, 4, 32), (8, 2, 48), (12, 1, 64), (20, 1, 16), (40, 1, 16), (2, 1, 80), (2, 2, 144), (2, 1, 272), (1, 1, 512),
            })
            {
                data.Add(device, heads, keyValueHeads, width);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Generate_takesEveryShapeOfHeads(string deviceName, int heads, int keyValueHeads, int width)
    {
        IGpuDevice device = TestDevices.Open(deviceName, multiprocessors: 16);
        Model model = Model.Create(new ModelDescriptor(
            Samples.Small.Config with { Layers = 1, Heads = heads, KeyValueHeads = keyValueHeads, HeadDimension = width },
            weightSeed: (ulong)(heads + width)));
        GenerationRequest[] requests = [new([.. Enumerable.Range(0, 150).Select(t => t % 263)], 3), new([5, 6], 3)];
        AssertSame(device, model, requests, 64, 2);
        AssertSame(device, model, [new([.. Enumerable.Range(0, 20)], 2)], 3, 1);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Generate_addsUpMoreKeysThanASumOf32BitsHolds(string deviceName)
    {
        IGpuDevice device = TestDevices.Open(deviceName);
        Model model = Model.Create(new ModelDescriptor(
            Samples.Small.Config with { Layers = 1, Heads = 1, KeyValueHeads = 1, HeadDimension = 16, MaxContext = 2400 }, weightSeed: 13));
        AssertSame(device, model, [new([.. Enumerable.Range(0, 2200).Select(t => t * 7 % 263)], 2)], 512, 1);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Generate_takesEveryFeature(string deviceName)
    {
        IGpuDevice device = TestDevices.Open(deviceName);
        foreach ((ModelFeatures features, int window) in new[]
        {
            (ModelFeatures.AttentionBias, 0), (ModelFeatures.QueryKeyNorm, 0), (ModelFeatures.None, 50), (Everything, 0), (Everything, 100),
        })
        {
            Model model = Model.Create(new ModelDescriptor(Samples.Small.Config with { Features = features, SlidingWindow = window }, weightSeed: 11));
            AssertSame(device, model, Samples.Requests, 64, 3);
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Embed_givesTheEmbeddingsOfTheDefinition(string deviceName)
    {
        IGpuDevice device = TestDevices.Open(deviceName);
        foreach (ModelFeatures features in new[] { ModelFeatures.None, ModelFeatures.FinalGain })
        {
            Model model = Model.Create(new ModelDescriptor(Samples.Small.Config with { Features = features }, weightSeed: 12));
            EmbeddingRequest[] requests =
            [
                new([.. Enumerable.Range(0, 90)], EmbeddingPooling.Mean), new([1, 2, 3], EmbeddingPooling.Last), new([.. Enumerable.Range(0, 70)], EmbeddingPooling.Last),
            ];
            using var definition = new Session(model, Definition);
            using var session = new Session(model, new EngineOptions { PrefillChunk = 32, BatchSize = 3 }, device);
            Assert.Equal(
                definition.Embed(requests, TestContext.Current.CancellationToken).Select(embedding => embedding.ResultHash),
                session.Embed(requests, TestContext.Current.CancellationToken).Select(embedding => embedding.ResultHash));
        }
    }

    [Fact]
    public void Session_reusesPagesOnTheDevice()
    {
        var device = new HostGpu(32);
        using var session = new Session(Samples.SmallModel, new EngineOptions { PrefillChunk = 64 }, device);
        Digest first = session.Generate([Samples.Requests[0]], null, TestContext.Current.CancellationToken)[0].ResultHash;
        Assert.Equal(0, session.ReusedTokens);
        Digest second = session.Generate([Samples.Requests[0]], null, TestContext.Current.CancellationToken)[0].ResultHash;
        Assert.Equal(first, second);
        Assert.Equal(192, session.ReusedTokens);
    }

    [Fact]
    public void Session_givesDeviceMemoryBack()
    {
        var device = new HostGpu(32);
        using GpuModel model = GpuBackend.Load(device, Model.Create(Samples.Small));
        int before = device.Blocks;
        for (int i = 0; i < 2; i++)
        {
            Model own = Model.Create(Samples.Small);
            using (var session = new Session(own, null, device))
            {
                session.Generate([Samples.Requests[1]], null, TestContext.Current.CancellationToken);
                Assert.True(device.Blocks > before);
            }

            GpuBackend.Load(device, own).Dispose();
            Assert.Equal(before, device.Blocks);
        }
    }

    [Fact]
    public void Step_recordsADecodingStepOnceAndReplaysIt()
    {
        var device = new HostGpu(32);
        using var session = new Session(Samples.SmallModel, null, device);
        session.Generate([Samples.Requests[1]], null, TestContext.Current.CancellationToken);
        // 30 tokens: one from the prompt's step, the others from steps of one row, all of one or two shapes.
        Assert.Equal(29, device.Replays);
    }

    [Theory]
    [InlineData(TestDevices.Host32)]
    [InlineData(TestDevices.Host64)]
    public void Kernels_areAllReached(string deviceName)
    {
        // A kernel that neither a shape of a model, a class challenge nor training reaches would be checked by nothing but its own test.
        var reached = new HashSet<string>();
        foreach (int multiprocessors in new[] { 1, 4, 8 })
        {
            foreach (int width in new[] { 16, 80, 144, 272 })
            {
                HostGpu device = TestDevices.OpenHost(deviceName, multiprocessors);
                Model model = Model.Create(new ModelDescriptor(
                    Samples.Small.Config with { Layers = 1, Heads = 2, KeyValueHeads = 1, HeadDimension = width, Features = width == 16 ? ModelFeatures.FinalGain : ModelFeatures.None }, 1));
                AssertSame(device, model, [Samples.Requests[0], Samples.Requests[1]], 80, 2);
                AssertSame(device, model, [Samples.Requests[0]], 30, 1);
                using (var session = new Session(model, null, device))
                {
                    session.Embed([new EmbeddingRequest([1, 2], EmbeddingPooling.Mean)], TestContext.Current.CancellationToken);
                }

                reached.UnionWith(device.Launched);
                if (multiprocessors == 1)
                {
                    HostGpu withLibrary = TestDevices.OpenHost(deviceName, hasProducts: true);
                    AssertSame(withLibrary, model, [new([.. Enumerable.Range(0, 70)], 1)], 256, 1);
                    reached.UnionWith(withLibrary.Launched);
                }
            }
        }

        var terms = new ChallengeTerms(1, 256, 16, 1);
        HostGpu challenged = TestDevices.OpenHost(deviceName);
        using (var machine = new GpuChain(terms, default, challenged))
        {
            Digest expected = ClassChainTests.Run(terms, default, Definition).Answer;
            Assert.Equal(expected, ClassChain.Run(terms, default, machine, TestContext.Current.CancellationToken).Answer);
        }

        reached.UnionWith(challenged.Launched);
        HostGpu trained = TestDevices.OpenHost(deviceName);
        using (Trainer trainer = TrainingSamples.Open(TrainingSamples.Recipe with { SequenceLength = 16, Batch = 1 }, device: trained))
        {
            Assert.True(trainer.TryStep(out _, out _));
        }

        reached.UnionWith(trained.Launched);
        Assert.Equal(HostKernels.Of(deviceName == TestDevices.Host64 ? 64 : 32).Names.Order(), reached.Order());
    }

    private static void AssertSame(IGpuDevice device, Model model, GenerationRequest[] requests, int chunk, int batch)
    {
        Digest[] expected = [.. Generator.Run(model, requests, Definition, null, TestContext.Current.CancellationToken).Select(transcript => transcript.ResultHash)];
        using var session = new Session(model, new EngineOptions { PrefillChunk = chunk, BatchSize = batch }, device);
        IReadOnlyList<Transcript> found = session.Generate(requests, null, TestContext.Current.CancellationToken);
        Assert.Equal(expected, found.Select(transcript => transcript.ResultHash));
    }
}
