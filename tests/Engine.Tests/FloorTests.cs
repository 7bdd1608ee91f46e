using Ait.Engine.Tests.Importing;

namespace Ait.Engine.Tests;

/// <summary>What running takes: memory near the model and its keys and values, nothing for each token.</summary>
[Collection(nameof(AloneGroup))]
public sealed class FloorTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Generate_allocatesNothingForATokenEvenAcrossPages(bool isFeatured)
    {
        foreach (Backend backend in Backends.Supported)
        {
            using var session = new Session(isFeatured ? Samples.FeaturedModel : Samples.SmallModel, new EngineOptions { Backend = backend });
            // Three pages of 64 positions; a stop sequence that never comes.
            var request = new GenerationRequest([1, 2, 3], 200, Samples.Sampled(900, 20, 900_000), 4, stopSequences: [new byte[] { 0, 1, 2, 3, 4, 5 }]);
            Assert.Equal(0, Allocations.Fewest(11, counts => session.Generate([request], counts, TestContext.Current.CancellationToken)));
        }
    }

    [Fact]
    public void CacheBytes_areThePagesThatTheSequencesNeed()
    {
        using var session = new Session(Samples.SmallModel, new EngineOptions { BatchSize = 4 });
        GenerationRequest[] requests = [.. Enumerable.Range(1, 4).Select(i => new GenerationRequest([i], 100))];
        session.Generate(requests, null, TestContext.Current.CancellationToken);
        ModelConfig config = Samples.Small.Config;
        // Keys and values of a byte each, a scale and an exponent for both; 101 positions fill two pages of 64.
        long perPosition = (long)config.Layers * config.KeyValueHeads * ((2 * config.HeadDimension) + 8);
        Assert.Equal(4 * 128 * perPosition, session.CacheBytes);
    }

    [Fact]
    public void Open_takesLittleMoreMemoryThanTheFileIsLong()
    {
        string folder = Directory.CreateTempSubdirectory("ait-floor-").FullName;
        try
        {
            CancellationToken cancellation = TestContext.Current.CancellationToken;
            string file = Path.Combine(folder, "model.ait");
            // 16 million parameters: large enough that small things do not count.
            var config = new ModelConfig
            {
                Dimension = 256, Layers = 8, Heads = 4, KeyValueHeads = 4, HeadDimension = 64, FeedForward = 2048, Vocabulary = 2000, MaxContext = 512,
            };
            byte[] tokenizer = Tokenizer.Write(
                System.Text.Encoding.UTF8.GetBytes(CheckpointMaker.Make("qwen2").Tokenizer.ToJsonString()), [], -1, []);
            Storing.ArtifactWriter.Write(file, config, new Engine.Weights.SeedSource(3), tokenizer, null, cancellation);
            long length = new FileInfo(file).Length;
            // All that was ever allocated, garbage included, bounds the peak. No test runs beside this one.
            long fewest = long.MaxValue;
            for (int attempt = 0; attempt < 5 && fewest > length * 1.1; attempt++)
            {
                long before = GC.GetTotalAllocatedBytes(precise: true);
                Assert.True(ModelArtifact.TryOpen(file, cancellation, out Model? model, out EngineRefusal? refusal), $"{refusal}");
                using var session = new Session(model, new EngineOptions { BatchSize = 1, PrefillChunk = 16 });
                session.Generate([new GenerationRequest([1], 100)], null, cancellation);
                fewest = Math.Min(fewest, GC.GetTotalAllocatedBytes(precise: true) - before - session.CacheBytes);
            }

            Assert.InRange(fewest, length / 2, length * 1.1);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
