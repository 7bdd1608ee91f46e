using FsCheck;
using FsCheck.Fluent;

namespace Ait.Engine.Tests.Specification;

/// <summary>The engine against a second implementation, written from the specification alone.</summary>
public sealed class SpecificationTests
{
    [Fact]
    public void Transcript_isThatOfTheSpecificationForEverySample()
    {
        var spec = new SpecModel(Samples.Small.Config, Samples.Small.WeightSeed);
        foreach (GenerationRequest request in Samples.Requests)
        {
            byte[] expected = SpecGenerator.Transcript(spec, Samples.Small.Config, Samples.Small.WeightSeed, request);
            foreach (Backend backend in Backends.Supported)
            {
                Transcript found = Generator.Run(Samples.SmallModel, request, new EngineOptions { Backend = backend }, TestContext.Current.CancellationToken);
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

    [Fact]
    public void WeightsDigest_isThatOfTheSpecification()
    {
        var spec = new SpecModel(Samples.Small.Config, Samples.Small.WeightSeed);
        Assert.Equal(Convert.ToHexStringLower(spec.WeightsDigest()), Samples.SmallModel.WeightsDigest.ToString());
    }

    [Fact]
    public void Descriptor_hasTheBytesOfTheSpecification()
    {
        Assert.Equal(SpecGenerator.Descriptor(Samples.Small.Config, Samples.Small.WeightSeed), Samples.Small.ToBytes());
        Assert.All(Samples.Requests, request => Assert.Equal(SpecGenerator.Request(request), request.ToBytes()));
    }
}
