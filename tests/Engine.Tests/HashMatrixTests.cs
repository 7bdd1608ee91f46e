namespace Ait.Engine.Tests;

/// <summary>One transcript per request, whatever the backend, the batch, the threads and the chunks.</summary>
public sealed class HashMatrixTests
{
    private static readonly Lazy<Digest[]> Expected = new(() => ByDefinition(Samples.SmallModel));
    private static readonly Lazy<Digest[]> ExpectedOfFeatured = new(() => ByDefinition(Samples.FeaturedModel));

    private static Digest[] ByDefinition(Model model) =>
        [.. Samples.Requests.Select(request => Generator.Run(model, request, new EngineOptions
        {
            Backend = Backend.Scalar, Threads = 1, PrefillChunk = 200, BatchSize = 1,
        }).ResultHash)];

    public static TheoryData<Backend, int, int, int> Options()
    {
        var data = new TheoryData<Backend, int, int, int>();
        foreach (Backend backend in Backends.Supported)
        {
            foreach (int threads in new[] { 1, 2 })
            {
                foreach (int chunk in new[] { 200, 64, 7, 1 })
                {
                    foreach (int batch in new[] { 1, 3, 32 })
                    {
                        data.Add(backend, threads, chunk, batch);
                    }
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void Run_givesOneHash(Backend backend, int threads, int chunk, int batch)
    {
        var options = new EngineOptions { Backend = backend, Threads = threads, PrefillChunk = chunk, BatchSize = batch };
        IReadOnlyList<Transcript> found = Generator.Run(Samples.SmallModel, Samples.Requests, options, null, TestContext.Current.CancellationToken);
        Assert.Equal(Expected.Value, found.Select(transcript => transcript.ResultHash));
        found = Generator.Run(Samples.FeaturedModel, Samples.Requests, options, null, TestContext.Current.CancellationToken);
        Assert.Equal(ExpectedOfFeatured.Value, found.Select(transcript => transcript.ResultHash));
    }

    [Fact]
    public void Embed_givesOneHash()
    {
        EmbeddingRequest[] requests = [.. Samples.Requests.SelectMany(request => new[] { EmbeddingPooling.Last, EmbeddingPooling.Mean }
            .Select(pooling => new EmbeddingRequest(request.Prompt.AsSpan(), pooling)))];
        var hashes = new HashSet<string>();
        foreach (Backend backend in Backends.Supported)
        {
            foreach ((int threads, int chunk, int batch) in new[] { (1, 200, 1), (2, 7, 3), (2, 64, 32), (1, 1, 4) })
            {
                var options = new EngineOptions { Backend = backend, Threads = threads, PrefillChunk = chunk, BatchSize = batch };
                using var session = new Session(Samples.FeaturedModel, options);
                hashes.Add(string.Join(' ', session.Embed(requests, TestContext.Current.CancellationToken).Select(embedding => embedding.ResultHash)));
            }
        }

        Assert.Single(hashes);
    }

    [Fact]
    public void Run_givesOneHashInAnyCompany()
    {
        // The same request among others, in every place of the list.
        GenerationRequest request = Samples.Requests[1];
        for (int place = 0; place < 4; place++)
        {
            var requests = Samples.Requests.ToList();
            requests.Insert(place, request);
            IReadOnlyList<Transcript> found = Generator.Run(
                Samples.SmallModel, requests, new EngineOptions { BatchSize = 3, PrefillChunk = 5 }, null, TestContext.Current.CancellationToken);
            Assert.Equal(Expected.Value[1], found[place].ResultHash);
        }
    }

    [Fact]
    public void Run_givesOtherHashesForOtherModelsSeedsAndPrompts()
    {
        GenerationRequest request = Samples.Requests[1];
        var hashes = new HashSet<Digest> { Expected.Value[1] };
        ModelConfig config = Samples.Small.Config;
        foreach (ModelDescriptor other in new[]
        {
            new ModelDescriptor(config, Samples.Small.WeightSeed + 1),
            new ModelDescriptor(config with { RopeTheta = 499_999 }, Samples.Small.WeightSeed),
            new ModelDescriptor(config with { NormEpsilon = 1e-5f }, Samples.Small.WeightSeed),
        })
        {
            Transcript transcript = Generator.Run(Model.Create(other), request, null, TestContext.Current.CancellationToken);
            Assert.True(hashes.Add(transcript.ResultHash));
            Assert.NotEqual(
                Generator.Run(Samples.SmallModel, request, null, TestContext.Current.CancellationToken).LogitsDigest, transcript.LogitsDigest);
        }

        foreach (GenerationRequest other in new[]
        {
            new GenerationRequest([.. request.Prompt], request.MaxNewTokens, request.Sampling, request.Seed + 1),
            new GenerationRequest([.. request.Prompt, 1], request.MaxNewTokens, request.Sampling, request.Seed),
            new GenerationRequest([.. request.Prompt], request.MaxNewTokens - 1, request.Sampling, request.Seed),
        })
        {
            Assert.True(hashes.Add(Generator.Run(Samples.SmallModel, other, null, TestContext.Current.CancellationToken).ResultHash));
        }
    }
}
