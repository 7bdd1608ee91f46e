using System.Text.Json;

namespace Ait.Engine.Tests;

/// <summary>Derives every vector of vectors/transcripts again, on every backend.</summary>
public sealed class ConformanceVectorTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "vectors", "transcripts");

    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    public static TheoryData<string> Names => [.. Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    /// <summary>One file of the folder.</summary>
    public sealed record Vector(
        string About,
        string Descriptor,
        string ModelDigest,
        string WeightsDigest,
        string Request,
        string RequestDigest,
        string Prompt,
        string FinishReason,
        string RefusalCode,
        int[] Tokens,
        string LogitsDigest,
        string Transcript,
        string ResultHash);

    [Theory]
    [MemberData(nameof(Names))]
    public void Transcript_isThatOfTheVector(string name)
    {
        Vector vector = JsonSerializer.Deserialize<Vector>(File.ReadAllText(Path.Combine(Folder, name + ".json")), Format)
            ?? throw new InvalidDataException(name);
        Assert.True(ModelDescriptor.TryParse(Convert.FromHexString(vector.Descriptor), out ModelDescriptor? descriptor, out _));
        Assert.True(GenerationRequest.TryParse(Convert.FromHexString(vector.Request), out GenerationRequest? request, out _));
        Assert.Equal(vector.ModelDigest, descriptor.Digest.ToString());
        Assert.Equal(vector.RequestDigest, request.Digest.ToString());
        Model model = Model.Create(descriptor);
        Assert.Equal(vector.WeightsDigest, model.WeightsDigest.ToString());
        foreach (Backend backend in Backends.Supported)
        {
            Transcript found = Generator.Run(model, request, new EngineOptions { Backend = backend, PrefillChunk = 16 }, TestContext.Current.CancellationToken);
            Assert.Equal(vector.Tokens, found.Tokens);
            Assert.Equal(vector.FinishReason, found.FinishReason.ToString());
            Assert.Equal(vector.RefusalCode, found.RefusalCode.ToString());
            Assert.Equal(vector.LogitsDigest, found.LogitsDigest.ToString());
            Assert.Equal(vector.Transcript, Convert.ToHexStringLower(found.ToBytes()));
            Assert.Equal(vector.ResultHash, found.ResultHash.ToString());
        }
    }

    [Fact]
    public void Folder_holdsAVectorForEveryWayToFinishAndForTheSelfTest()
    {
        Vector[] vectors = [.. Names.Select(row => JsonSerializer.Deserialize<Vector>(
            File.ReadAllText(Path.Combine(Folder, row.Data + ".json")), Format)!)]; // An empty file fails the theory above.
        Assert.Equal(["Length", "Refused", "Stop"], vectors.Select(vector => vector.FinishReason).Distinct().Order());
        string selfTest = Convert.ToHexStringLower(EngineSelfTest.Request.ToBytes());
        Assert.Contains(vectors, vector => vector.Request == selfTest);
    }

    /// <summary>
    /// If AIT_NEW_VECTORS names a folder, vectors that do not exist yet are first written there, by the scalar
    /// definition. An existing file is never touched.
    /// </summary>
    [Fact]
    public void Folder_holdsEveryCase()
    {
        if (Environment.GetEnvironmentVariable("AIT_NEW_VECTORS") is { } target)
        {
            AddMissing(target);
        }

        Assert.All(Cases(), vector => Assert.True(File.Exists(Path.Combine(Folder, vector.Name + ".json")), vector.Name));
    }

    private static void AddMissing(string target)
    {
        foreach ((string name, string about, ModelDescriptor descriptor, GenerationRequest request) in Cases())
        {
            string path = Path.Combine(target, name + ".json");
            if (File.Exists(path))
            {
                continue;
            }

            Model model = Model.Create(descriptor);
            Transcript transcript = Generator.Run(model, request, new EngineOptions { Backend = Backend.Scalar }, TestContext.Current.CancellationToken);
            var vector = new Vector(
                about,
                Convert.ToHexStringLower(descriptor.ToBytes()),
                descriptor.Digest.ToString(),
                model.WeightsDigest.ToString(),
                Convert.ToHexStringLower(request.ToBytes()),
                request.Digest.ToString(),
                ByteTokenizer.DecodePrintable(request.Prompt.AsSpan()),
                transcript.FinishReason.ToString(),
                transcript.RefusalCode.ToString(),
                [.. transcript.Tokens],
                transcript.LogitsDigest.ToString(),
                Convert.ToHexStringLower(transcript.ToBytes()),
                transcript.ResultHash.ToString());
            File.WriteAllText(path, JsonSerializer.Serialize(vector, Format) + "\n");
        }
    }

    private static IEnumerable<(string Name, string About, ModelDescriptor Descriptor, GenerationRequest Request)> Cases()
    {
        int[] text = ByteTokenizer.Encode("The quick brown fox jumps over the lazy dog, 13x");
        int[] end = [ByteTokenizer.EndOfSequence];
        yield return ("self-test", "What EngineSelfTest runs", EngineSelfTest.Model, EngineSelfTest.Request);
        yield return ("demo-greedy", "The demo model, greedy", ModelDescriptor.Demo, new(text, 32, stopTokens: end));
        yield return ("demo-temperature", "The demo model, temperature 0.8, every token kept", ModelDescriptor.Demo, new(text, 32, Samples.Sampled(800, 0, 1_000_000), 42, end));
        yield return ("demo-top-k-top-p", "The demo model, temperature 1.2, top-k 50, top-p 0.9", ModelDescriptor.Demo, new(text, 32, Samples.Sampled(1200, 50, 900_000), ulong.MaxValue, end));
        yield return ("demo-stop", "The demo model, many stop tokens", ModelDescriptor.Demo, new(text, 64, Samples.Sampled(2000, 0, 1_000_000), 5, Enumerable.Range(0, 40).ToArray()));
        yield return ("demo-long-prompt", "The demo model, a prompt of 600 tokens", ModelDescriptor.Demo, new([.. Enumerable.Range(0, 600).Select(i => i * i % 257)], 8));
        yield return ("shape-greedy", "Three key/value heads of 16, feed-forward 80, theta 500000, epsilon 1e-6", Samples.Small, new(text, 40));
        yield return ("shape-sampled", "The same model, temperature 1", Samples.Small, new([1], 60, Samples.Sampled(1000, 0, 1_000_000), 9));
        foreach ((string name, string about, ModelConfig config) in Features())
        {
            yield return (name, about, new ModelDescriptor(config, 0x4645_4154), new(text, 24, Samples.Sampled(700, 20, 950_000), 3));
        }

        yield return ("feature-all", "Every part at once, a window of 37, frequencies and rotary gain given", Samples.Featured, new(text, 60));
        yield return ("stop-sequences", "Two stop sequences, of which one comes, over two tokens", Samples.Small, new(
            text, 60, Samples.Sampled(1500, 0, 1_000_000), 12, stopSequences: ["no such text"u8.ToArray(), "Q;"u8.ToArray()]));
        yield return ("refused-context", "Prompt and new tokens exceed the context", Samples.Small, new(text, 370));
        yield return ("refused-token", "A prompt token outside the vocabulary", Samples.Small, new([1, 263], 4));
        yield return ("refused-empty", "No prompt", Samples.Small, new([], 4));
    }

    private static IEnumerable<(string Name, string About, ModelConfig Config)> Features()
    {
        ModelConfig plain = Samples.Small.Config;
        yield return ("feature-attention-bias", "Biases of queries, keys and values", plain with { Features = ModelFeatures.AttentionBias });
        yield return ("feature-output-bias", "A bias after the output of attention", plain with { Features = ModelFeatures.OutputBias });
        yield return ("feature-feed-forward-bias", "Biases of gate, up and down", plain with { Features = ModelFeatures.FeedForwardBias });
        yield return ("feature-query-key-norm", "Every query and key head normed before it is rotated", plain with { Features = ModelFeatures.QueryKeyNorm });
        yield return ("feature-tied-output", "Logits by the matrix of the embedding", plain with { Features = ModelFeatures.TiedOutput });
        yield return ("feature-final-gain", "A gain of its own at the last norm", plain with { Features = ModelFeatures.FinalGain });
        yield return ("feature-window", "A query sees 16 positions", plain with { SlidingWindow = 16 });
        yield return ("feature-frequencies", "Rotary frequencies given, halved from pair to pair, rotary gain 0.875",
            plain with { Rotary = new RotaryFrequencies([.. Enumerable.Range(0, 8).Select(i => 0x28BE60DB9391054AUL >> i)], 0.875f) });
    }
}
