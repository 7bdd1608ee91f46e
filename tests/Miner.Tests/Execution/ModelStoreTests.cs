using Ait.Chain;
using Ait.Engine;
using Ait.Engine.Tests.Importing;
using Ait.Miner.Execution;
using Ait.Miner.Tests.Fixtures;
using Ait.Protocol.Http;

namespace Ait.Miner.Tests.Execution;

public sealed class ModelStoreTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static ModelResponse Offer(ModelDescriptor model, Hash256? digest = null, string? descriptor = null) =>
        new("test", digest ?? new Hash256(model.Digest.ToBytes()), descriptor ?? Hex.Encode(model.ToBytes()), 1000);

    private static async Task RefusesAsync(MinerBench bench, Hash256 digest, string words)
    {
        ModelOutcome.Unavailable refused = Assert.IsType<ModelOutcome.Unavailable>(await bench.Models.GetAsync(digest, Cancellation));
        Assert.Contains(words, refused.Problem, StringComparison.Ordinal);
        Assert.NotEmpty(refused.Remedy);
    }

    [Fact]
    public async Task Get_fetchesAModelOnceAndKeepsIt()
    {
        await using var bench = new MinerBench();

        ModelOutcome.Ready first = Assert.IsType<ModelOutcome.Ready>(await bench.Models.GetAsync(Network.ModelDigest, Cancellation));
        ModelOutcome.Ready second = Assert.IsType<ModelOutcome.Ready>(await bench.Models.GetAsync(Network.ModelDigest, Cancellation));

        Assert.Same(first.Model, second.Model);
        Assert.Equal(Network.Model.Digest, first.Model.Descriptor.Digest);
        Assert.Equal(1, bench.Coordinator.Count("GET", "/v1/models"));
    }

    [Fact]
    public async Task Get_letsTheModelUsedLongestAgoGo()
    {
        await using var bench = new MinerBench();
        ModelDescriptor[] models = [.. Enumerable.Range(0, ModelStore.Capacity + 1).Select(i => new ModelDescriptor(Network.Model.Config, (ulong)i + 100))];
        bench.Coordinator.Models = [.. models.Select(model => Offer(model))];
        Hash256[] digests = [.. models.Select(model => new Hash256(model.Digest.ToBytes()))];
        foreach (Hash256 digest in digests[..^1])
        {
            await bench.Models.GetAsync(digest, Cancellation);
        }

        await bench.Models.GetAsync(digests[0], Cancellation);
        await bench.Models.GetAsync(digests[^1], Cancellation);
        int asked = bench.Coordinator.Count("GET", "/v1/models");
        await bench.Models.GetAsync(digests[0], Cancellation);
        Assert.Equal(asked, bench.Coordinator.Count("GET", "/v1/models"));
        await bench.Models.GetAsync(digests[1], Cancellation);
        Assert.Equal(asked + 1, bench.Coordinator.Count("GET", "/v1/models"));
    }

    [Fact]
    public async Task Get_readsAnImportedModelFromItsArtifact()
    {
        using var folder = new TemporaryFolder();
        CheckpointMaker.Make("qwen2").Write(folder.File("checkpoint"));
        string models = folder.File("models");
        Directory.CreateDirectory(models);
        string artifact = Path.Combine(models, "qwen.ait");
        Assert.True(ModelArtifact.TryImport(folder.File("checkpoint"), artifact, null, null, Cancellation, out ModelDescriptor? descriptor, out _));
        await File.WriteAllTextAsync(Path.Combine(models, "another.ait"), "no artifact", Cancellation);
        var digest = new Hash256(descriptor.Digest.ToBytes());

        await using var bench = new MinerBench(modelsFolder: models);
        bench.Coordinator.Models = [Offer(descriptor)];
        ModelOutcome.Ready ready = Assert.IsType<ModelOutcome.Ready>(await bench.Models.GetAsync(digest, Cancellation));
        Assert.Equal(descriptor, ready.Model.Descriptor);

        byte[] changed = await File.ReadAllBytesAsync(artifact, Cancellation);
        changed[^9] ^= 1;
        await File.WriteAllBytesAsync(artifact, changed, Cancellation);
        await using var broken = new MinerBench(modelsFolder: models);
        broken.Coordinator.Models = [Offer(descriptor)];
        await RefusesAsync(broken, digest, "is refused");
        File.Delete(artifact);
        await RefusesAsync(broken, digest, "No artifact");
        await using var without = new MinerBench();
        without.Coordinator.Models = [Offer(descriptor)];
        await RefusesAsync(without, digest, "no folder of models");
    }

    [Fact]
    public async Task Get_refusesAnotherModelUnderTheDigest()
    {
        await using var bench = new MinerBench();
        Hash256 digest = Network.RandomHash();
        bench.Coordinator.Models = [Offer(Network.Model, digest)];
        await RefusesAsync(bench, digest, "another model");
    }

    [Fact]
    public async Task Get_refusesADescriptorThatIsNone()
    {
        await using var bench = new MinerBench();
        bench.Coordinator.Models = [Offer(Network.Model, descriptor: "zz")];
        await RefusesAsync(bench, Network.ModelDigest, "not hex");
        bench.Coordinator.Models = [Offer(Network.Model, descriptor: "0x00")];
        await RefusesAsync(bench, Network.ModelDigest, "refused");
    }

    [Fact]
    public async Task Get_refusesAModelThatIsNotOffered()
    {
        await using var bench = new MinerBench();
        await RefusesAsync(bench, Network.RandomHash(), "no model");
    }
}
