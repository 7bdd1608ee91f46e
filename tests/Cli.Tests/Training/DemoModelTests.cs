using Ait.Cli.Conversing;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Cli.Training;
using Ait.Engine;

namespace Ait.Cli.Tests.Training;

/// <summary>The artifacts under models/demo are what their recipes make, what they say is language, and int8 costs them next to nothing.</summary>
public sealed class DemoModelTests(DemoRun run) : IClassFixture<DemoRun>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string Folder => Path.GetDirectoryName(Installation.DemoModel) ?? throw new InvalidOperationException("The demonstration model has a folder.");

    [Fact]
    public async Task LastChunk_makesTheArtifactAgainBitForBit() =>
        Assert.Equal(Digest.Of(await File.ReadAllBytesAsync(Installation.DemoModel, Cancellation)), Digest.Of(await File.ReadAllBytesAsync(run.Artifact, Cancellation)));

    [Theory]
    [InlineData("corpus.txt", 1.2, 0.002, 0.99, 0.0005)]
    [InlineData("unseen.txt", 20, 0.01, 0.97, 0.006)]
    public async Task Model_losesNextToNothingOfWhatItsFloatWeightsKnow(string text, double mostPerplexity, double slack, double leastAgreement, double mostDivergence)
    {
        Model model = Open(Installation.DemoModel);
        using Trainer trainer = await run.RestoreAsync();
        int[] tokens = Tokens(text, model);
        Assert.True(ModelQuality.TryMeasureTrained(trainer, model, tokens, trainer.Recipe.SequenceLength, null, Cancellation, out QualityReport? report, out EngineRefusal? refusal), $"{refusal}");
        TestContext.Current.TestOutputHelper?.WriteLine($"{text}: {report}");

        Assert.Equal(tokens.Length - ((tokens.Length + trainer.Recipe.SequenceLength - 1) / trainer.Recipe.SequenceLength), report.Positions);
        Assert.InRange(report.ReferencePerplexity, 1, mostPerplexity); // One that knows nothing of bytes has 260.
        Assert.InRange(report.EnginePerplexity / report.ReferencePerplexity, 1 - slack, 1 + slack);
        Assert.InRange(report.GreedyAgreement, leastAgreement, 1);
        Assert.InRange(report.MeanDivergence, 0, mostDivergence);
    }

    [Fact]
    public async Task Bounds_areExceededByTheModelThatItWasTrainedFrom()
    {
        Model model = Open(Path.Combine(Folder, "base.ait"));
        using Trainer trainer = await run.RestoreAsync();
        Assert.True(ModelQuality.TryMeasureTrained(trainer, model, Tokens("unseen.txt", model), trainer.Recipe.SequenceLength, null, Cancellation, out QualityReport? report, out EngineRefusal? refusal), $"{refusal}");
        TestContext.Current.TestOutputHelper?.WriteLine($"base: {report}");
        Assert.InRange(report.GreedyAgreement, 0, 0.95);
        Assert.InRange(report.MeanDivergence, 0.02, double.MaxValue);
    }

    [Fact]
    public async Task Measure_refusesARunOfAnotherShape()
    {
        using Trainer trainer = await run.RestoreAsync();
        Model other = Model.Create(ModelDescriptor.Demo);
        Assert.False(ModelQuality.TryMeasureTrained(trainer, other, [1, 2, 3], null, null, Cancellation, out _, out EngineRefusal? refusal));
        Assert.Equal(EngineRefusalCode.ModelShape, refusal.Code);
    }

    [Theory]
    [InlineData("The capital of France is", " Paris.")]
    [InlineData("Water boils at", " one hundred degrees.")]
    [InlineData("The opposite of hot is", " cold.")]
    [InlineData("What is the capital of Japan?", " The capital of Japan is Tokyo.")]
    [InlineData("What is AIT?", " AIT is a token that pays for compute.")]
    public void Model_answersInWords(string prompt, string answer)
    {
        Model model = Open(Installation.DemoModel);
        var request = new GenerationRequest(ByteTokenizer.Encode(prompt), 48, stopTokens: [ByteTokenizer.EndOfSequence]);
        Transcript transcript = Generator.Run(model, request, null, Cancellation);
        Assert.Equal(answer, System.Text.Encoding.UTF8.GetString(ByteTokenizer.Decode(transcript.Tokens.AsSpan())));
        Assert.Equal(ByteTokenizer.Encode(prompt), model.Tokenizer.Encode(prompt));
    }

    [Fact]
    public void Conversation_goesOnInWords()
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var options = new AnswerOptions { MaxNewTokens = 48, Sampling = SamplingParameters.Greedy, Seed = 0, StopSequences = [] };
        using var conversation = new Conversation(Open(Installation.DemoModel), EngineOptions.Default, options, "Be brief.", new Screen(json: false, output, errors));
        foreach (string line in new[] { "The capital of Italy is", "What is AIT?", "Water boils at", "What is AIT?" })
        {
            conversation.Answer(line, Cancellation);
        }

        Assert.Equal([" Rome.", " AIT is a token that pays for compute.", " one hundred degrees.", " AIT is a token that pays for compute."], output.ToString().TrimEnd().ReplaceLineEndings("\n").Split('\n'));
    }

    [Fact]
    public void DemoChunk_isOneThatTheEngineTakes()
    {
        ModelDescriptor described = ModelsFile.Describe();
        var offered = new Protocol.Http.ModelResponse("demo", new Chain.Hash256(described.Digest.ToBytes()), "0x", ModelsFile.MicroComputeUnitsPerToken);
        Protocol.Workload workload = DemoTraining.Workload(offered);
        Protocol.TrainingTerms terms = workload.Training ?? throw new InvalidOperationException("The chunk is one of training.");
        Assert.True(TrainingRecipe.TryParse(terms.Recipe.AsSpan(), out TrainingRecipe? recipe, out EngineRefusal? refusal), $"{refusal}");
        Assert.Equal(recipe.Batch * recipe.SequenceLength, terms.TokensPerStep);
        Assert.Equal(described.Digest, recipe.Base);
    }

    private static int[] Tokens(string text, Model model)
    {
        ReadOnlyMemory<int> tokens = TrainingFiles.ReadData(Path.Combine(Folder, text), model).Tokens;
        return tokens[..Math.Min(tokens.Length, 4096)].ToArray();
    }

    private static Model Open(string path)
    {
        Assert.True(ModelArtifact.TryOpen(path, Cancellation, out Model? model, out EngineRefusal? refusal), $"{refusal}");
        return model;
    }
}
