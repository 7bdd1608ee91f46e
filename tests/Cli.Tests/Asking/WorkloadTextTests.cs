using System.Security.Cryptography;
using Ait.Chain;
using Ait.Cli.Asking;
using Ait.Cli.Surroundings;
using Ait.Engine;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Cli.Tests.Asking;

public sealed class WorkloadTextTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    [Fact]
    public void Of_takesAPromptToContinue()
    {
        Workload workload = WorkloadText.Of("A question:", 16, Of(ModelDescriptor.Demo));
        Assert.Equal(WorkloadType.Inference, workload.Type);
        Assert.Equal(ByteTokenizer.Encode("A question:"), workload.Prompt);
        Assert.Equal(16, workload.MaxNewTokens);
    }

    [Theory]
    [InlineData("mean", Protocol.EmbeddingPooling.Mean)]
    [InlineData("last", Protocol.EmbeddingPooling.Last)]
    public void Of_takesAFileThatAsksForAnEmbedding(string text, Protocol.EmbeddingPooling pooling)
    {
        Workload workload = WorkloadText.Of(Write($$"""{ "prompt": "Some text", "pooling": "{{text}}" }"""), 16, Of(ModelDescriptor.Demo));
        Assert.Equal(WorkloadType.Embedding, workload.Type);
        Assert.Equal(pooling, workload.Pooling);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{ "prompt": "" }""")]
    [InlineData("""{ "prompt": "Text", "pooling": "max" }""")]
    [InlineData("""{ "prompt": "Text", "pooling": 0 }""")]
    [InlineData("""{ "prompt": "Text", "maxNewTokens": 0 }""")]
    [InlineData("""{ "prompt": "Text", "unknown": 1 }""")]
    public void Of_refusesAFileThatIsNoWorkload(string content) =>
        Assert.Throws<SurroundingsException>(() => WorkloadText.Of(Write(content), 16, Of(ModelDescriptor.Demo)));

    [Fact]
    public void Of_refusesAModelWhoseTokenizerIsNotAtHand()
    {
        Digest digest = Digest.Of("some weights"u8);
        var model = new ModelDescriptor(ModelDescriptor.Demo.Config, digest, digest);
        Assert.Contains("ait ask", Assert.Throws<SurroundingsException>(() => WorkloadText.Of("A question:", 16, Of(model))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_refusesADescriptorOfAnotherVersion()
    {
        ModelResponse model = Of(ModelDescriptor.Demo) with { Descriptor = "0x00" };
        Assert.Contains("descriptor", Assert.Throws<SurroundingsException>(() => WorkloadText.Of("A question:", 16, model)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static ModelResponse Of(ModelDescriptor model) => new("a model", new Hash256(SHA256.HashData(model.ToBytes())), Hex.Encode(model.ToBytes()), 1);

    private string Write(string content)
    {
        string path = Path.Combine(_folder.Path, "workload.json");
        File.WriteAllText(path, content);
        return path;
    }
}
