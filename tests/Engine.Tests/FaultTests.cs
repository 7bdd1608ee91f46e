namespace Ait.Engine.Tests;

/// <summary>A value that leaves the range ends its own sequence, at the same step everywhere, and no other.</summary>
public sealed class FaultTests
{
    private const int BadToken = 262;

    // The embedding of one token is so large, or no number at all, that the first norm refuses it.
    private static unsafe Model Faulty(float scale)
    {
        Model model = Model.Create(Samples.Small);
        model.Embedding.Scales[BadToken] = scale;
        return model;
    }

    public static TheoryData<Backend, int, int, float> Options()
    {
        var data = new TheoryData<Backend, int, int, float>();
        foreach (Backend backend in Backends.Supported)
        {
            foreach (float scale in new[] { 1e30f, float.NaN, float.PositiveInfinity, 3.4e38f })
            {
                data.Add(backend, 1, 3, scale);
                data.Add(backend, 2, 64, scale);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void Run_endsOnlyTheSequenceThatFaults(Backend backend, int threads, int chunk, float scale)
    {
        GenerationRequest good = Samples.Requests[1];
        var bad = new GenerationRequest([1, 2, 3, 4, BadToken, 5, 6], 5);
        Transcript healthy = Generator.Run(Samples.SmallModel, good, null, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(BadToken, healthy.Tokens.SkipLast(1));
        Digest expected = healthy.ResultHash;
        IReadOnlyList<Transcript> found = Generator.Run(
            Faulty(scale), [good, bad, good], new EngineOptions { Backend = backend, Threads = threads, PrefillChunk = chunk }, null, TestContext.Current.CancellationToken);
        Assert.Equal([expected, expected], [found[0].ResultHash, found[2].ResultHash]);
        Assert.Equal(FinishReason.Fault, found[1].FinishReason);
        Assert.Equal(EngineRefusalCode.NumericRange, found[1].RefusalCode);
        Assert.False(found[1].IsComplete);
        Assert.Empty(found[1].Tokens);
        // Whatever the bad value was, the transcript is one.
        Transcript scalar = Generator.Run(Faulty(1e30f), bad, new EngineOptions { Backend = Backend.Scalar }, TestContext.Current.CancellationToken);
        Assert.Equal(scalar.ResultHash, found[1].ResultHash);
        Assert.True(Transcript.TryParse(found[1].ToBytes(), out Transcript? read, out _));
        Assert.Equal(found[1], read);
    }

    [Fact]
    public unsafe void Run_keepsTheTokensBeforeTheFault()
    {
        // Greedy output is known; make the embedding of its third token bad. The fault shows when that token is fed.
        var request = new GenerationRequest(ByteTokenizer.Encode("fox"), 10);
        Transcript whole = Generator.Run(Samples.SmallModel, request, null, TestContext.Current.CancellationToken);
        int third = whole.Tokens[2];
        Assert.DoesNotContain(third, whole.Tokens.Take(2));
        Assert.DoesNotContain(third, request.Prompt);
        var digests = new HashSet<Digest>();
        foreach (Backend backend in Backends.Supported)
        {
            Model model = Model.Create(Samples.Small);
            model.Embedding.Scales[third] = float.NaN;
            Transcript found = Generator.Run(model, request, new EngineOptions { Backend = backend }, TestContext.Current.CancellationToken);
            Assert.Equal(FinishReason.Fault, found.FinishReason);
            Assert.Equal(whole.Tokens.Take(3), found.Tokens);
            digests.Add(found.ResultHash);
        }

        Assert.Single(digests);
    }

    [Fact]
    public unsafe void Run_faultsOnLogitsOutOfRange()
    {
        var request = new GenerationRequest(ByteTokenizer.Encode("fox"), 10);
        foreach (Backend backend in Backends.Supported)
        {
            Model model = Model.Create(Samples.Small);
            model.Output.Scales[200] = 1e30f;
            Transcript found = Generator.Run(model, request, new EngineOptions { Backend = backend }, TestContext.Current.CancellationToken);
            Assert.Equal(FinishReason.Fault, found.FinishReason);
            Assert.Empty(found.Tokens);
        }
    }

    [Theory]
    [InlineData("query")]
    [InlineData("key")]
    [InlineData("value")]
    [InlineData("up")]
    [InlineData("down")]
    [InlineData("output")]
    public unsafe void Run_faultsOnAnyMatrixThatLeavesTheRange(string matrix)
    {
        var request = new GenerationRequest(ByteTokenizer.Encode("fox"), 3);
        var digests = new HashSet<Digest>();
        foreach (Backend backend in Backends.Supported)
        {
            Model model = Model.Create(Samples.Small);
            var weights = matrix switch
            {
                "query" => model.Layers[1].Query,
                "key" => model.Layers[1].Key,
                "value" => model.Layers[1].Value,
                "up" => model.Layers[1].Up,
                "down" => model.Layers[1].Down,
                _ => model.Layers[1].AttentionOutput,
            };
            new Span<float>(weights.Scales, weights.Rows).Fill(1e36f);
            Transcript found = Generator.Run(model, request, new EngineOptions { Backend = backend }, TestContext.Current.CancellationToken);
            Assert.Equal(FinishReason.Fault, found.FinishReason);
            digests.Add(found.ResultHash);
        }

        Assert.Single(digests);
    }
}
