using FsCheck;
using FsCheck.Fluent;

namespace Ait.Engine.Tests.Specification;

/// <summary>The engine against a second implementation, written from the specification alone.</summary>
public sealed class SpecificationTests
{
    public static TheoryData<string> Models => ["small", "featured"];

    private static Model Named(string model) => model == "small" ? Samples.SmallModel : Samples.FeaturedModel;

    [Theory]
    [MemberData(nameof(Models))]
    public void Transcript_isThatOfTheSpecificationForEverySample(string name)
    {
        Model model = Named(name);
        var spec = new SpecModel(model.Config, model.Descriptor.WeightSeed);
        foreach (GenerationRequest request in Samples.Requests)
        {
            byte[] expected = SpecGenerator.Transcript(spec, model.Config, model.Descriptor.WeightSeed, request);
            foreach (Backend backend in Backends.Supported)
            {
                Transcript found = Generator.Run(model, request, new EngineOptions { Backend = backend }, TestContext.Current.CancellationToken);
                Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(found.ToBytes()));
            }
        }
    }

    [Fact]
    public void Transcript_isThatOfTheSpecificationForAnyModelAndRequest()
    {
        Prop.ForAll(Samples.TinyModels(), Samples.TinyRequests(), (descriptor, request) =>
        {
            var spec = new SpecModel(descriptor.Config, descriptor.WeightSeed);
            byte[] expected = SpecGenerator.Transcript(spec, descriptor.Config, descriptor.WeightSeed, request);
            Transcript found = Generator.Run(Model.Create(descriptor), request);
            return found.ToBytes().AsSpan().SequenceEqual(expected);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Embedding_isThatOfTheSpecification(string name)
    {
        Model model = Named(name);
        var spec = new SpecModel(model.Config, model.Descriptor.WeightSeed);
        foreach (Backend backend in Backends.Supported)
        {
            using var session = new Session(model, new EngineOptions { Backend = backend, PrefillChunk = 19 });
            foreach (byte pooling in new byte[] { 0, 1 })
            {
                EmbeddingRequest[] requests = [.. Samples.Requests.Select(request => new EmbeddingRequest(request.Prompt.AsSpan(), (EmbeddingPooling)pooling))];
                IReadOnlyList<Embedding> found = session.Embed(requests, TestContext.Current.CancellationToken);
                for (int i = 0; i < requests.Length; i++)
                {
                    Assert.Equal(SpecGenerator.EmbeddingRequest([.. requests[i].Prompt], pooling), requests[i].ToBytes());
                    byte[] expected = SpecGenerator.Embedding(spec, model.Config, model.Descriptor.WeightSeed, [.. requests[i].Prompt], pooling);
                    Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(found[i].ToBytes()));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void WeightsDigest_isThatOfTheSpecification(string name)
    {
        Model model = Named(name);
        var spec = new SpecModel(model.Config, model.Descriptor.WeightSeed);
        Assert.Equal(Convert.ToHexStringLower(spec.WeightsDigest()), model.WeightsDigest.ToString());
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Descriptor_hasTheBytesOfTheSpecification(string name)
    {
        Model model = Named(name);
        Assert.Equal(SpecGenerator.Descriptor(model.Config, model.Descriptor.WeightSeed), model.Descriptor.ToBytes());
        Assert.All(Samples.Requests, request => Assert.Equal(SpecGenerator.Request(request), request.ToBytes()));
    }
}
