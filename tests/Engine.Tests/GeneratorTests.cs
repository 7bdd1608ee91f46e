namespace Ait.Engine.Tests;

public sealed class GeneratorTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Transcript Run(GenerationRequest request) => Generator.Run(Samples.SmallModel, request, null, Cancellation);

    private sealed class Recorder : IProgress<GenerationProgress>
    {
        public List<GenerationProgress> Seen { get; } = [];

        public Action<int>? AtCount { get; init; }

        public void Report(GenerationProgress value)
        {
            Seen.Add(value);
            AtCount?.Invoke(Seen.Count);
        }
    }

    [Fact]
    public void Run_yieldsTheNumberOfTokensAskedFor()
    {
        Transcript transcript = Run(new GenerationRequest(ByteTokenizer.Encode("fox"), 17));
        Assert.Equal(FinishReason.Length, transcript.FinishReason);
        Assert.Equal(17, transcript.Tokens.Length);
        Assert.True(transcript.IsComplete);
    }

    [Fact]
    public void Run_endsWithTheStopToken()
    {
        var request = new GenerationRequest(ByteTokenizer.Encode("fox"), 30);
        Transcript whole = Run(request);
        int stop = whole.Tokens[4];
        int first = whole.Tokens.IndexOf(stop);
        Transcript stopped = Run(new GenerationRequest([.. request.Prompt], 30, stopTokens: [stop]));
        Assert.Equal(FinishReason.Stop, stopped.FinishReason);
        Assert.Equal(whole.Tokens.Take(first + 1), stopped.Tokens);
    }

    [Fact]
    public void Run_endsWithTheTokenThatCompletesAStopSequence()
    {
        int[] prompt = ByteTokenizer.Encode("fox");
        Transcript whole = Run(new GenerationRequest(prompt, 30));
        byte[] text = [.. whole.Tokens.SelectMany(token => Samples.SmallModel.Tokenizer.TokenBytes(token).ToArray())];
        // Every part of the text ends the generation where it first ends.
        for (int length = 1; length <= 4; length++)
        {
            for (int start = 0; start + length <= text.Length; start++)
            {
                byte[] sequence = text[start..(start + length)];
                int first = text.AsSpan().IndexOf(sequence) + length;
                Transcript found = Run(new GenerationRequest(prompt, 30, stopSequences: [new byte[] { 1, 2, 3 }, sequence]));
                int bytes = found.Tokens.Sum(token => Samples.SmallModel.Tokenizer.TokenBytes(token).Length);
                Assert.Equal((FinishReason.Stop, first), (found.FinishReason, bytes));
                Assert.Equal(whole.Tokens.Take(found.Tokens.Length), found.Tokens);
            }
        }

        Assert.Equal(FinishReason.Length, Run(new GenerationRequest(prompt, 30, stopSequences: [new byte[] { 1, 2, 3 }])).FinishReason);
    }

    [Fact]
    public void Run_continuesAsIfThePromptHadBeenLonger()
    {
        // Position, cache and sampling depend on what came before, not on who wrote it.
        SamplingParameters sampling = Samples.Sampled(900, 0, 1_000_000);
        int[] prompt = ByteTokenizer.Encode("once upon");
        Transcript whole = Run(new GenerationRequest(prompt, 20, sampling, 11));
        Transcript rest = Run(new GenerationRequest([.. prompt, .. whole.Tokens.Take(8)], 12, sampling, 11));
        Assert.Equal(whole.Tokens.Skip(8), rest.Tokens);
    }

    [Fact]
    public void Run_tellsEveryTokenInOrder()
    {
        var recorder = new Recorder();
        IReadOnlyList<Transcript> found = Generator.Run(Samples.SmallModel, Samples.Requests, new EngineOptions { BatchSize = 2 }, recorder, Cancellation);
        for (int i = 0; i < found.Count; i++)
        {
            GenerationProgress[] own = [.. recorder.Seen.Where(progress => progress.Request == i)];
            Assert.Equal(found[i].Tokens, own.Select(progress => progress.Token));
            Assert.Equal(Enumerable.Range(0, own.Length), own.Select(progress => progress.TokenIndex));
        }
    }

    [Fact]
    public void Run_stopsIfCancelled()
    {
        using var source = new CancellationTokenSource();
        var recorder = new Recorder { AtCount = count => { if (count == 3) { source.Cancel(); } } };
        Assert.Throws<OperationCanceledException>(() =>
            Generator.Run(Samples.SmallModel, [new GenerationRequest([1], 300)], null, recorder, source.Token));
        Assert.Equal(3, recorder.Seen.Count);
    }

    [Fact]
    public void Run_yieldsNothingForNoRequests() => Assert.Empty(Generator.Run(Samples.SmallModel, [], null, null, Cancellation));

    [Fact]
    public void Run_fillsTheContextToItsLastPosition()
    {
        int context = Samples.Small.Config.MaxContext;
        Transcript transcript = Run(new GenerationRequest(Enumerable.Repeat(3, context - 1).ToArray(), 1));
        Assert.Equal(FinishReason.Length, transcript.FinishReason);
    }

    public static TheoryData<EngineRefusalCode, GenerationRequest> Refusals() => new()
    {
        { EngineRefusalCode.PromptEmpty, new([], 1) },
        { EngineRefusalCode.NewTokensOutOfRange, new([1], 0) },
        { EngineRefusalCode.NewTokensOutOfRange, new([1], -1) },
        { EngineRefusalCode.NewTokensOutOfRange, new([1], 401) },
        { EngineRefusalCode.ContextExceeded, new([1], 400) },
        { EngineRefusalCode.ContextExceeded, new(new int[400], 1) },
        { EngineRefusalCode.TokenOutOfVocabulary, new([263], 1) },
        { EngineRefusalCode.TokenOutOfVocabulary, new([-1], 1) },
        { EngineRefusalCode.TokenOutOfVocabulary, new([1], 1, stopTokens: [263]) },
        { EngineRefusalCode.TooManyStopTokens, new([1], 1, stopTokens: Enumerable.Range(0, 65).ToArray()) },
        { EngineRefusalCode.StopSequenceOutOfRange, new([1], 1, stopSequences: [ReadOnlyMemory<byte>.Empty]) },
        { EngineRefusalCode.StopSequenceOutOfRange, new([1], 1, stopSequences: [new byte[257]]) },
        { EngineRefusalCode.StopSequenceOutOfRange, new([1], 1, stopSequences: [.. Enumerable.Range(0, 17).Select(i => new ReadOnlyMemory<byte>([(byte)i]))]) },
        { EngineRefusalCode.SamplingOutOfRange, new([1], 1, Samples.Sampled(-1, 0, 1_000_000)) },
        { EngineRefusalCode.SamplingOutOfRange, new([1], 1, Samples.Sampled(100_001, 0, 1_000_000)) },
        { EngineRefusalCode.SamplingOutOfRange, new([1], 1, Samples.Sampled(1, -1, 1_000_000)) },
        { EngineRefusalCode.SamplingOutOfRange, new([1], 1, Samples.Sampled(1, 0, 0)) },
        { EngineRefusalCode.SamplingOutOfRange, new([1], 1, Samples.Sampled(1, 0, 1_000_001)) },
        { EngineRefusalCode.SamplingOutOfRange, new([1], 1, Samples.Sampled(0, 5, 1_000_000)) },
        { EngineRefusalCode.SamplingOutOfRange, new([1], 1, Samples.Sampled(0, 0, 999_999)) },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Run_yieldsATranscriptOfTheRefusalIfTheRequestDoesNotFit(EngineRefusalCode code, GenerationRequest request)
    {
        IReadOnlyList<Transcript> found = Generator.Run(Samples.SmallModel, [request, Samples.Requests[3]], null, null, Cancellation);
        Assert.Equal(FinishReason.Refused, found[0].FinishReason);
        Assert.Equal(code, found[0].RefusalCode);
        Assert.Empty(found[0].Tokens);
        Assert.True(found[1].IsComplete);
        Assert.True(Transcript.TryParse(found[0].ToBytes(), out Transcript? read, out _));
        Assert.Equal(found[0].ResultHash, read.ResultHash);
        EngineRefusal refusal = Assert.IsType<EngineRefusal>(request.Check(Samples.Small.Config));
        Assert.NotEqual(refusal.Expected, refusal.Found);
    }

    [Theory]
    [InlineData(0, 1, 1, EngineRefusalCode.OptionOutOfRange)]
    [InlineData(257, 1, 1, EngineRefusalCode.OptionOutOfRange)]
    [InlineData(1, 0, 1, EngineRefusalCode.OptionOutOfRange)]
    [InlineData(1, 8193, 1, EngineRefusalCode.OptionOutOfRange)]
    [InlineData(1, 1, 0, EngineRefusalCode.OptionOutOfRange)]
    [InlineData(1, 1, 1025, EngineRefusalCode.OptionOutOfRange)]
    public void Run_refusesOptionsOutOfRange(int threads, int chunk, int batch, EngineRefusalCode code)
    {
        var options = new EngineOptions { Threads = threads, PrefillChunk = chunk, BatchSize = batch };
        EngineRefusedException thrown = Assert.Throws<EngineRefusedException>(() => Generator.Run(Samples.SmallModel, Samples.Requests[0], options, Cancellation));
        Assert.Equal(code, thrown.Refusal.Code);
    }

    [Fact]
    public void Run_refusesToTakeMoreMemoryThanAllowed()
    {
        var options = new EngineOptions { MaxMemoryBytes = 1000 };
        EngineRefusedException thrown = Assert.Throws<EngineRefusedException>(() => Generator.Run(Samples.SmallModel, Samples.Requests[0], options, Cancellation));
        Assert.Equal(EngineRefusalCode.MemoryExceeded, thrown.Refusal.Code);
        Assert.Equal("0 to 1000", thrown.Refusal.Expected);
    }

    [Fact]
    public void Run_refusesABufferThatFitsNoArrayBeforeTakingIt()
    {
        // Little weight, a wide feed-forward, a long chunk: 4 GiB of one buffer.
        var config = new ModelConfig
        {
            Dimension = 16, Layers = 1, Heads = 1, KeyValueHeads = 1, HeadDimension = 16, FeedForward = 131_056, Vocabulary = 260, MaxContext = 16_384,
        };
        var request = new GenerationRequest(new int[8192], 1);
        var options = new EngineOptions { MaxMemoryBytes = long.MaxValue, PrefillChunk = 8192 };
        Model model = Model.Create(new ModelDescriptor(config, 1));
        EngineRefusedException thrown = Assert.Throws<EngineRefusedException>(() => Generator.Run(model, request, options, Cancellation));
        Assert.Equal(EngineRefusalCode.MemoryExceeded, thrown.Refusal.Code);
        Assert.Equal("bytes of one buffer", thrown.Refusal.What);
    }

    [Fact]
    public void Run_refusesACacheBeyondTheMemoryAllowed()
    {
        // A long context, many layers: 10 GiB of keys and values for one sequence.
        var config = new ModelConfig
        {
            Dimension = 16, Layers = 256, Heads = 1, KeyValueHeads = 1, HeadDimension = 16, FeedForward = 16, Vocabulary = 260, MaxContext = 1_048_576,
        };
        EngineRefusedException thrown = Assert.Throws<EngineRefusedException>(() =>
            Generator.Run(Model.Create(new ModelDescriptor(config, 1)), new GenerationRequest([1], 1_000_000), null, Cancellation));
        Assert.Equal(EngineRefusalCode.MemoryExceeded, thrown.Refusal.Code);
        Assert.Equal("bytes of caches and buffers", thrown.Refusal.What);
    }

    [Fact]
    public void Run_allocatesNothingPerToken()
    {
        GenerationRequest[] requests = [new([1], 40, Samples.Sampled(900, 20, 900_000))];
        Assert.Equal(0, Allocations.Fewest(8, counts => Generator.Run(Samples.SmallModel, requests, null, counts, Cancellation)));
    }

    [Fact]
    public void Run_refusesABackendThatIsNotThere()
    {
        var options = new EngineOptions { Backend = (Backend)99 };
        EngineRefusedException thrown = Assert.Throws<EngineRefusedException>(() => Generator.Run(Samples.SmallModel, Samples.Requests[0], options, Cancellation));
        Assert.Equal(EngineRefusalCode.BackendNotSupported, thrown.Refusal.Code);
    }
}
