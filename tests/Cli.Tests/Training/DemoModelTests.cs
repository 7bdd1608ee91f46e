using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Engine;

namespace Ait.Cli.Tests.Training;

/// <summary>The artifacts under models/demo are what their recipes make, and what they say is language.</summary>
public sealed class DemoModelTests
{
    private static string Folder => Path.GetDirectoryName(Installation.DemoModel) ?? throw new InvalidOperationException("The demonstration model has a folder.");

    [Fact]
    public async Task LastChunk_makesTheArtifactAgainBitForBit()
    {
        using var folder = new ScratchFolder();
        string artifact = folder.File("demo.ait");
        CommandRun run = await CommandRun.OfAsync(
            "train", Path.Combine(Folder, "demo.json"), "--data", Installation.DemoText, "--base", Path.Combine(Folder, "base.ait"), "--out", folder.File("run"), "--model", artifact);

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal(Digest.Of(await File.ReadAllBytesAsync(Installation.DemoModel, TestContext.Current.CancellationToken)), Digest.Of(await File.ReadAllBytesAsync(artifact, TestContext.Current.CancellationToken)));
    }

    [Theory]
    [InlineData("The capital of France is", " Paris.")]
    [InlineData("Water boils at", " one hundred degrees.")]
    [InlineData("The opposite of hot is", " cold.")]
    [InlineData("What is the capital of Japan?", " The capital of Japan is Tokyo.")]
    [InlineData("What is AIT?", " AIT is a token that pays for compute.")]
    public void Model_answersInWords(string prompt, string answer)
    {
        Assert.True(ModelArtifact.TryOpen(Installation.DemoModel, TestContext.Current.CancellationToken, out Model? model, out EngineRefusal? refusal), $"{refusal}");
        var request = new GenerationRequest(ByteTokenizer.Encode(prompt), 48, stopTokens: [ByteTokenizer.EndOfSequence]);
        Transcript transcript = Generator.Run(model, request, null, TestContext.Current.CancellationToken);
        Assert.Equal(answer, System.Text.Encoding.UTF8.GetString(ByteTokenizer.Decode(transcript.Tokens.AsSpan())));
        Assert.Equal(ByteTokenizer.Encode(prompt), model.Tokenizer.Encode(prompt));
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
}
