using System.Text.Json;

namespace Ait.Engine.Tests;

/// <summary>Derives every vector of vectors/embeddings again, on every backend.</summary>
public sealed class EmbeddingVectorTests
{
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "vectors", "embeddings");

    private static readonly JsonSerializerOptions s_format = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    /// <summary>One file of the folder.</summary>
    public sealed record Vector(string About, string Descriptor, string ModelDigest, string Request, string RequestDigest, string Embedding, string ResultHash);

    private static IEnumerable<(string Name, string About, ModelDescriptor Descriptor, EmbeddingRequest Request)> Cases()
    {
        int[] text = ByteTokenizer.Encode("The quick brown fox jumps over the lazy dog, 13x");
        yield return ("plain-last", "The last position", Samples.Small, new(text, EmbeddingPooling.Last));
        yield return ("plain-mean", "The mean of all positions", Samples.Small, new(text, EmbeddingPooling.Mean));
        yield return ("featured-mean", "The mean, with every feature and a window", Samples.Featured, new(text, EmbeddingPooling.Mean));
        yield return ("refused-token", "A prompt token outside the vocabulary", Samples.Small, new([1, 263], EmbeddingPooling.Mean));
    }

    /// <summary>If AIT_NEW_VECTORS names a folder of that name, vectors that do not exist yet are first written there, by the scalar definition.</summary>
    [Fact]
    public void Embedding_isThatOfTheVector()
    {
        foreach ((string name, string about, ModelDescriptor descriptor, EmbeddingRequest request) in Cases())
        {
            if (Environment.GetEnvironmentVariable("AIT_NEW_VECTORS") is { } target && Path.GetFileName(target) == "embeddings")
            {
                AddMissing(Path.Combine(target, name + ".json"), about, descriptor, request);
            }

            Vector vector = JsonSerializer.Deserialize<Vector>(File.ReadAllText(Path.Combine(s_folder, name + ".json")), s_format)
                ?? throw new InvalidDataException(name);
            Assert.Equal(vector.Descriptor, Convert.ToHexStringLower(descriptor.ToBytes()));
            Assert.True(EmbeddingRequest.TryParse(Convert.FromHexString(vector.Request), out EmbeddingRequest? read, out _));
            Assert.Equal(vector.RequestDigest, read.Digest.ToString());
            Model model = Model.Create(descriptor);
            foreach (Backend backend in Backends.Supported)
            {
                using var session = new Session(model, new EngineOptions { Backend = backend, PrefillChunk = 16 });
                Embedding found = session.Embed([read], TestContext.Current.CancellationToken)[0];
                Assert.Equal(vector.Embedding, Convert.ToHexStringLower(found.ToBytes()));
                Assert.Equal(vector.ResultHash, found.ResultHash.ToString());
            }
        }
    }

    private static void AddMissing(string path, string about, ModelDescriptor descriptor, EmbeddingRequest request)
    {
        if (File.Exists(path))
        {
            return;
        }

        using var session = new Session(Model.Create(descriptor), new EngineOptions { Backend = Backend.Scalar });
        Embedding embedding = session.Embed([request])[0];
        var vector = new Vector(
            about,
            Convert.ToHexStringLower(descriptor.ToBytes()),
            descriptor.Digest.ToString(),
            Convert.ToHexStringLower(request.ToBytes()),
            request.Digest.ToString(),
            Convert.ToHexStringLower(embedding.ToBytes()),
            embedding.ResultHash.ToString());
        File.WriteAllText(path, JsonSerializer.Serialize(vector, s_format) + "\n");
        Directory.CreateDirectory(s_folder);
        File.Copy(path, Path.Combine(s_folder, Path.GetFileName(path)));
    }
}
