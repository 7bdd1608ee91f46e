using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Coordinator.Completing;
using Ait.Coordinator.Configuration;
using Ait.Coordinator.Tests.Support;
using Ait.Engine;
using Ait.Engine.Tests.Importing;

namespace Ait.Coordinator.Tests.Completing;

/// <summary>Imported models are served in their own tokens: the models file names the artifact, the coordinator reads its tokenizer.</summary>
public sealed class ImportedModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("qwen2", "<|start|>user\nHi<|stop|>\n<|start|>assistant\n")]
    [InlineData("llama2", "<s>[INST] Hi [/INST]")]
    public void Chat_isWrittenAsTheModelsTemplateSays(string family, string prompt)
    {
        Model model = Import(family);
        CompletionRequest request = Read(Load(), new JsonObject
        {
            ["model"] = "imported", ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "Hi" }), ["max_tokens"] = 12, ["temperature"] = 0,
        });

        Assert.Equal(model.Tokenizer.Encode(prompt, withSpecial: false), request.Workload.Prompt);
        Assert.Equal(model.Tokenizer.EndTokens, request.Workload.StopTokens);
        Assert.Equal(model.Descriptor.Digest.ToBytes(), request.Workload.ModelDigest.ToArray());
    }

    [Theory]
    [InlineData("llama2")]
    [InlineData("llama3")]
    [InlineData("mistral")]
    [InlineData("qwen2")]
    [InlineData("qwen3")]
    public void Text_isOfTheModelsTokensThereAndBack(string family)
    {
        Model model = Import(family);
        CompletionRequest request = Read(Load(), new JsonObject { ["model"] = "imported", ["prompt"] = "The house", ["max_tokens"] = 20, ["temperature"] = 0 });
        Assert.Equal(model.Tokenizer.Encode("The house"), request.Workload.Prompt);

        var asked = new GenerationRequest(request.Workload.Prompt.AsSpan(), 20, stopTokens: request.Workload.StopTokens.AsSpan());
        Transcript transcript = Generator.Run(model, asked, null, Cancellation);
        (IReadOnlyList<string> pieces, _) = request.Text(transcript.Tokens);
        Assert.Equal(model.Tokenizer.Decode(transcript.Tokens.AsSpan()), string.Concat(pieces));
    }

    [Fact]
    public void Stop_endsTheWorkIfItIsOneTokenOfTheModel()
    {
        Model model = Import("qwen2");
        int letter = Assert.Single(model.Tokenizer.Encode("x", withSpecial: false));
        CompletionRequest request = Read(Load(), new JsonObject { ["model"] = "imported", ["prompt"] = "The house", ["stop"] = new JsonArray("x", "a longer text") });
        Assert.Equal(model.Tokenizer.EndTokens.Append(letter).Order(), request.Workload.StopTokens);
    }

    [Fact]
    public void Chat_isRefusedIfTheTemplateRefusesIt()
    {
        Import("llama2");
        var body = new JsonObject
        {
            ["model"] = "imported", ["messages"] = new JsonArray(new JsonObject { ["role"] = "developer", ["content"] = "Be brief." }),
        };
        Assert.False(new CompletionReader(Load()).TryRead(Bytes(body), isChat: true, out _, out ApiError? error));
        Assert.Equal(("invalid_value", "messages"), (error.Code, error.Parameter));
    }

    [Fact]
    public void Embedding_takesTheModelsTokens()
    {
        Model model = Import("qwen3");
        var reader = new EmbeddingReader(new CompletionReader(Load()));
        Assert.True(reader.TryRead(Bytes(new JsonObject { ["model"] = "imported", ["input"] = "The house" }), out EmbeddingsRequest? request, out ApiError? error), $"{error}");
        Assert.Equal(model.Tokenizer.Encode("The house"), Assert.Single(request.Workloads).Prompt);
    }

    [Fact]
    public void Load_refusesAnArtifactThatIsNoneOrAnothers()
    {
        Import("qwen2");
        string artifact = _folder.File("model.ait");
        File.Move(artifact, _folder.File("other.ait"));
        Assert.Contains("is refused: FileUnreadable", Assert.Throws<StartupException>(Load).Message, StringComparison.Ordinal);
        File.WriteAllText(artifact, "no artifact, only a text");
        Assert.Contains("is refused: WrongMagic", Assert.Throws<StartupException>(Load).Message, StringComparison.Ordinal);
        File.Delete(artifact);
        string models = File.ReadAllText(_folder.File("models.json"));
        Import("mistral");
        File.WriteAllText(_folder.File("models.json"), models);
        Assert.Contains("Name its own artifact", Assert.Throws<StartupException>(Load).Message, StringComparison.Ordinal);
    }

    /// <summary>Makes an artifact and a models file beside it.</summary>
    private Model Import(string family)
    {
        string checkpoint = _folder.File(family);
        string artifact = _folder.File("model.ait");
        CheckpointMaker.Make(family).Write(checkpoint);
        Assert.True(ModelArtifact.TryImport(checkpoint, artifact, null, null, Cancellation, out _, out EngineRefusal? refusal), $"{refusal}");
        Assert.True(ModelArtifact.TryOpen(artifact, Cancellation, out Model? model, out refusal), $"{refusal}");
        var entry = new ModelEntry("imported", Hex.Encode(model.Descriptor.ToBytes()), new Hash256(model.Descriptor.Digest.ToBytes()), 1000, "model.ait");
        File.WriteAllBytes(_folder.File("models.json"), JsonSerializer.SerializeToUtf8Bytes([entry], ConfigurationJson.Default.ListModelEntry));
        return model;
    }

    private ModelTable Load() => ModelTable.Load(_folder.File("models.json"));

    private static CompletionRequest Read(ModelTable models, JsonObject body)
    {
        Assert.True(new CompletionReader(models).TryRead(Bytes(body), null, out CompletionRequest? request, out ApiError? error), $"{error}");
        return request;
    }

    private static byte[] Bytes(JsonObject body) => Encoding.UTF8.GetBytes(body.ToJsonString());
}
