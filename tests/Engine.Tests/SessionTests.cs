namespace Ait.Engine.Tests;

/// <summary>What a session keeps between calls never shows in a result.</summary>
public sealed class SessionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Ten prompts over one long begin, of different lengths, twice each.
    private static readonly GenerationRequest[] Alike =
        [.. Enumerable.Range(0, 20).Select(i => new GenerationRequest(
            [.. Enumerable.Range(0, 130 + (i / 2 * 7)).Select(j => j * 37 % 256)], 6 + i, Samples.Sampled(800, 0, 1_000_000), (ulong)i))];

    [Fact]
    public void Generate_reusesThePagesOfPromptsThatBeginAlike()
    {
        foreach (Model model in new[] { Samples.SmallModel, Samples.FeaturedModel })
        {
            Digest[] alone = [.. Alike.Select(request => Generator.Run(model, request, new EngineOptions { Backend = Backend.Scalar }, Cancellation).ResultHash)];
            foreach (int batch in new[] { 1, 4, 32 })
            {
                using var session = new Session(model, new EngineOptions { BatchSize = batch, PrefillChunk = 50 });
                Assert.Equal(alone, session.Generate(Alike, null, Cancellation).Select(transcript => transcript.ResultHash));
                int first = session.ReusedTokens;
                Assert.Equal(alone, session.Generate(Alike, null, Cancellation).Select(transcript => transcript.ResultHash));
                // Two whole pages of every prompt are known by now, three of the longer ones.
                Assert.InRange(session.ReusedTokens, 20 * 128, 20 * 192);
                Assert.True(batch > 1 || first >= 19 * 128);
            }
        }
    }

    [Fact]
    public void Generate_reusesWhatItGeneratedBefore()
    {
        int[] prompt = ByteTokenizer.Encode("turn one");
        using var session = new Session(Samples.SmallModel);
        Transcript first = session.Generate([new GenerationRequest(prompt, 100)], null, Cancellation)[0];
        var next = new GenerationRequest([.. prompt, .. first.Tokens, 1, 2, 3], 10);
        Transcript second = session.Generate([next], null, Cancellation)[0];
        Assert.Equal(64, session.ReusedTokens);
        Assert.Equal(Generator.Run(Samples.SmallModel, next, null, Cancellation), second);
    }

    [Fact]
    public void Generate_forgetsTheOldestPagesIfMemoryIsShort()
    {
        // Room for the buffers and some ten pages.
        long page = new Ait.Engine.Execution.HostPages(Samples.Small.Config).PageBytes;
        var options = new EngineOptions { BatchSize = 2, PrefillChunk = 16, MaxMemoryBytes = (10 * page) + 120_000 };
        using var session = new Session(Samples.SmallModel, options);
        for (int round = 0; round < 12; round++)
        {
            var request = new GenerationRequest([.. Enumerable.Range(0, 150).Select(i => (i * (round + 3)) % 256)], 5);
            Assert.Equal(Generator.Run(Samples.SmallModel, request, null, Cancellation), session.Generate([request], null, Cancellation)[0]);
            Assert.InRange(session.CacheBytes, 3 * page, options.MaxMemoryBytes);
        }
    }

    [Fact]
    public void Generate_runsInTurnsIfPagesForAllCannotBeHad()
    {
        long page = new Ait.Engine.Execution.HostPages(Samples.Small.Config).PageBytes;
        var options = new EngineOptions { BatchSize = 16, PrefillChunk = 16, MaxMemoryBytes = (4 * page) + 250_000 };
        using var session = new Session(Samples.SmallModel, options);
        IReadOnlyList<Transcript> found = session.Generate(Alike, null, Cancellation);
        Assert.Equal(Alike.Select(request => Generator.Run(Samples.SmallModel, request, null, Cancellation)), found);
    }

    [Fact]
    public void Generate_goesOnAfterACancellation()
    {
        using var session = new Session(Samples.SmallModel);
        using var source = new CancellationTokenSource();
        var progress = new Stopper(source);
        Assert.Throws<OperationCanceledException>(() => session.Generate(Alike, progress, source.Token));
        long bytes = session.CacheBytes;
        Assert.Equal(
            Alike.Select(request => Generator.Run(Samples.SmallModel, request, null, Cancellation)), session.Generate(Alike, null, Cancellation));
        Assert.InRange(session.CacheBytes, bytes, 3 * bytes);
    }

    [Fact]
    public unsafe void Generate_remembersNoPageOfASequenceThatFaulted()
    {
        Model model = Model.Create(Samples.Small);
        model.Embedding.Scales[262] = float.NaN;
        GenerationRequest bad = new([.. Enumerable.Repeat(9, 70), 262, .. Enumerable.Repeat(9, 70)], 3);
        using var session = new Session(model, new EngineOptions { PrefillChunk = 200 });
        Transcript first = session.Generate([bad], null, Cancellation)[0];
        Assert.Equal(FinishReason.Fault, first.FinishReason);
        Assert.Equal(first, session.Generate([bad], null, Cancellation)[0]);
        Assert.Equal(0, session.ReusedTokens);
    }

    [Fact]
    public void Embed_saysWhyAPromptDoesNotFit()
    {
        using var session = new Session(Samples.SmallModel);
        IReadOnlyList<Embedding> found = session.Embed(
            [new([], EmbeddingPooling.Last), new([263], EmbeddingPooling.Mean), new(new int[401], EmbeddingPooling.Mean), new([5], EmbeddingPooling.Mean)], Cancellation);
        Assert.Equal(
            [EngineRefusalCode.PromptEmpty, EngineRefusalCode.TokenOutOfVocabulary, EngineRefusalCode.ContextExceeded, EngineRefusalCode.None],
            found.Select(embedding => embedding.RefusalCode));
        Assert.All(found, embedding => Assert.True(Embedding.TryParse(embedding.ToBytes(), out _, out _)));
        Assert.Equal(Samples.Small.Config.Dimension, found[3].Values.Length);
    }

    private sealed class Stopper(CancellationTokenSource source) : IProgress<GenerationProgress>
    {
        private int _count;

        public void Report(GenerationProgress value)
        {
            _count++;
            if (_count == 12)
            {
                source.Cancel();
            }
        }
    }
}
