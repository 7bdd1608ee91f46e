namespace Ait.Engine.Tests.Importing;

/// <summary>The int8 engine stays close to the checkpoint's own numbers, for every class of model, rotated or not.</summary>
public sealed class ModelQualityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ait-quality-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, bool> Models()
    {
        var data = new TheoryData<string, bool>();
        foreach (string family in CheckpointMaker.Families)
        {
            data.Add(family, false);
            data.Add(family, true);
        }

        return data;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private (Model Model, int[] Tokens) Import(string family, bool rotate)
    {
        string checkpoint = Path.Combine(_folder, "checkpoint");
        string file = Path.Combine(_folder, "model.ait");
        CheckpointMaker.Make(family).Write(checkpoint, "F32");
        Assert.True(ModelArtifact.TryImport(checkpoint, file, new ImportOptions { Rotate = rotate }, null, Cancellation, out _, out EngineRefusal? refusal), $"{refusal}");
        Assert.True(ModelArtifact.TryOpen(file, Cancellation, out Model? model, out refusal), $"{refusal}");
        int[] tokens = model.Tokenizer.Encode(CheckpointMaker.Corpus);
        return (model, tokens[..Math.Min(200, tokens.Length)]);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Measure_findsTheEngineNearTheReference(string family, bool rotate)
    {
        (Model model, int[] tokens) = Import(family, rotate);
        Assert.True(
            ModelQuality.TryMeasure(Path.Combine(_folder, "checkpoint"), model, tokens, null, null, Cancellation, out QualityReport? report, out EngineRefusal? refusal), $"{refusal}");
        TestContext.Current.SendDiagnosticMessage($"{family} {(rotate ? "rotated" : "plain")}: {report}");
        Assert.Equal(tokens.Length - 1, report.Positions);
        Assert.InRange(report.EnginePerplexity / report.ReferencePerplexity, 0.9, 1.1);
        Assert.InRange(report.GreedyAgreement, 0.8, 1);
        Assert.InRange(report.MeanDivergence, 0, 0.06);
    }

    [Fact]
    public void Measure_findsTheDefaultModelNearItsOwnWeightsAsFloats()
    {
        Model model = Model.Create(ModelDescriptor.Demo);
        int[] tokens = ByteTokenizer.Encode(CheckpointMaker.Corpus);
        Assert.True(ModelQuality.TryMeasure(null, model, tokens, null, null, Cancellation, out QualityReport? report, out EngineRefusal? refusal), $"{refusal}");
        TestContext.Current.TestOutputHelper?.WriteLine($"default model: {report}");
        Assert.Equal(tokens.Length - 1, report.Positions);
        Assert.InRange(report.EnginePerplexity / report.ReferencePerplexity, 0.98, 1.02);
        Assert.InRange(report.GreedyAgreement, 0.94, 1);
        Assert.InRange(report.MeanDivergence, 0, 0.004);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Measure_findsEveryPartNearItsOwnWeightsAsFloats(bool isFeatured)
    {
        Model model = isFeatured ? Samples.FeaturedModel : Samples.SmallModel;
        int[] tokens = [.. Enumerable.Range(0, 120).Select(i => i * i * 7 % model.Config.Vocabulary)];
        Assert.True(ModelQuality.TryMeasure(null, model, tokens, null, null, Cancellation, out QualityReport? report, out EngineRefusal? refusal), $"{refusal}");
        Assert.InRange(report.EnginePerplexity / report.ReferencePerplexity, 0.9, 1.1);
        Assert.InRange(report.MeanDivergence, 0, 0.05);
    }

    [Fact]
    public void Measure_ofWindowsIsThatOfEachAlone()
    {
        Model model = Samples.FeaturedModel;
        int[] tokens = [.. Enumerable.Range(0, 41).Select(i => i * i * 7 % model.Config.Vocabulary)];
        Assert.True(ModelQuality.TryMeasure(null, model, tokens, 16, null, Cancellation, out QualityReport? whole, out EngineRefusal? refusal), $"{refusal}");
        QualityReport[] parts = [.. tokens.Chunk(16).Select(part =>
        {
            Assert.True(ModelQuality.TryMeasure(null, model, part, null, null, Cancellation, out QualityReport? report, out EngineRefusal? none), $"{none}");
            return report;
        })];
        Assert.Equal(38, whole.Positions);
        Assert.Equal(Mean(report => Math.Log(report.ReferencePerplexity)), Math.Log(whole.ReferencePerplexity), 1e-9);
        Assert.Equal(Mean(report => Math.Log(report.EnginePerplexity)), Math.Log(whole.EnginePerplexity), 1e-9);
        Assert.Equal(Mean(report => report.GreedyAgreement), whole.GreedyAgreement, 1e-9);
        Assert.Equal(Mean(report => report.MeanDivergence), whole.MeanDivergence, 1e-9);

        double Mean(Func<QualityReport, double> value) => parts.Sum(report => report.Positions * value(report)) / 38;
    }

    [Fact]
    public void Measure_findsAnotherModelFarFromTheReference()
    {
        // The same shape with other weights: the comparison must be able to fail.
        (Model model, int[] tokens) = Import("mistral", rotate: false);
        string other = Path.Combine(_folder, "other");
        CheckpointMaker.Make("mistral", seed: 2).Write(other, "F32");
        Assert.True(ModelQuality.TryMeasure(other, model, tokens, null, null, Cancellation, out QualityReport? report, out _));
        Assert.InRange(report.GreedyAgreement, 0, 0.3);
        Assert.InRange(report.MeanDivergence, 1, double.MaxValue);
    }

    [Fact]
    public void Measure_refusesWhatDoesNotFit()
    {
        (Model model, int[] tokens) = Import("qwen2", rotate: false);
        string checkpoint = Path.Combine(_folder, "checkpoint");
        Assert.False(ModelQuality.TryMeasure(checkpoint, model, [1], null, null, Cancellation, out _, out EngineRefusal? refusal));
        Assert.Equal(EngineRefusalCode.ContextExceeded, refusal.Code);
        Assert.False(ModelQuality.TryMeasure(checkpoint, model, [1, 1_000_000, 2], null, null, Cancellation, out _, out refusal));
        Assert.Equal(EngineRefusalCode.TokenOutOfVocabulary, refusal.Code);
        foreach (int window in (int[])[0, 1, model.Config.MaxContext + 1])
        {
            Assert.False(ModelQuality.TryMeasure(checkpoint, model, tokens, window, null, Cancellation, out _, out refusal));
            Assert.Equal(EngineRefusalCode.ContextExceeded, refusal.Code);
        }

        Assert.False(ModelQuality.TryMeasure(Path.Combine(_folder, "nowhere"), model, tokens, null, null, Cancellation, out _, out refusal));
        Assert.Equal(EngineRefusalCode.FileUnreadable, refusal.Code);
        string other = Path.Combine(_folder, "other");
        CheckpointMaker.Make("qwen3").Write(other);
        Assert.False(ModelQuality.TryMeasure(other, model, tokens, null, null, Cancellation, out _, out refusal));
        Assert.Equal(EngineRefusalCode.ModelShape, refusal.Code);
    }
}
