namespace Ait.Engine.Tests;

public sealed class ModelConfigTests
{
    public static TheoryData<string, ModelConfig> Refused()
    {
        ModelConfig good = Samples.Small.Config;
        return new TheoryData<string, ModelConfig>
        {
            { "dimension", good with { Dimension = 0 } },
            { "dimension", good with { Dimension = 40 } },
            { "dimension", good with { Dimension = -16 } },
            { "dimension", good with { Dimension = 16_400 } },
            { "layers", good with { Layers = 0 } },
            { "layers", good with { Layers = 257 } },
            { "heads", good with { Heads = 0 } },
            { "heads", good with { Heads = 257 } },
            { "key/value heads", good with { KeyValueHeads = 0 } },
            { "key/value heads", good with { KeyValueHeads = 4 } },
            { "key/value heads", good with { KeyValueHeads = 12 } },
            { "head dimension", good with { HeadDimension = 8 } },
            { "head dimension", good with { HeadDimension = 20 } },
            { "head dimension", good with { HeadDimension = 528 } },
            { "feed-forward", good with { FeedForward = 0 } },
            { "feed-forward", good with { FeedForward = 131_072 } },
            { "vocabulary", good with { Vocabulary = 1 } },
            { "vocabulary", good with { Vocabulary = 1_048_577 } },
            { "context", good with { MaxContext = 0 } },
            { "context", good with { MaxContext = 1_048_577 } },
            { "rope theta", good with { RopeTheta = 1 } },
            { "query width", good with { Heads = 256, KeyValueHeads = 256, HeadDimension = 512 } },
            { "norm epsilon", good with { NormEpsilon = 0f } },
            { "norm epsilon", good with { NormEpsilon = -1e-5f } },
            { "norm epsilon", good with { NormEpsilon = float.NaN } },
            { "norm epsilon", good with { NormEpsilon = float.PositiveInfinity } },
            { "norm epsilon", good with { NormEpsilon = 1.5f } },
            { "features", good with { Features = (ModelFeatures)64 } },
            { "sliding window", good with { SlidingWindow = -1 } },
            { "sliding window", good with { SlidingWindow = 1_048_577 } },
            { "rotary frequencies", good with { Rotary = new RotaryFrequencies(new ulong[7]) } },
            { "rotary gain", good with { Rotary = new RotaryFrequencies(new ulong[8], 0.1f) } },
            { "rotary gain", good with { Rotary = new RotaryFrequencies(new ulong[8], float.NaN) } },
        };
    }

    [Fact]
    public void Check_findsNothingInAGoodShape()
    {
        Assert.Null(Samples.Small.Config.Check());
        Assert.Null(ModelDescriptor.Demo.Config.Check());
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Check_namesTheFieldThatIsWrong(string what, ModelConfig config)
    {
        EngineRefusal refusal = Assert.IsType<EngineRefusal>(config.Check());
        Assert.Equal(EngineRefusalCode.ModelShape, refusal.Code);
        Assert.Equal(what, refusal.What);
        Assert.Equal(refusal, Assert.Throws<EngineRefusedException>(() => new ModelDescriptor(config, 1)).Refusal);
    }

    [Fact]
    public void ParameterCount_countsEveryMatrix() =>
        Assert.Equal((2 * 263 * 48) + (2 * ((48 * 96 * 2) + (48 * 48 * 2) + (3 * 48 * 80))), Samples.Small.Config.ParameterCount);

    [Fact]
    public void TryCreate_refusesAModelThatIsTooLarge()
    {
        long count = Samples.Small.Config.ParameterCount;
        Assert.False(Model.TryCreate(Samples.Small, count - 1, out _, out EngineRefusal? refusal));
        Assert.Equal(EngineRefusalCode.ModelTooLarge, refusal.Code);
        Assert.True(Model.TryCreate(Samples.Small, count, out _, out _));
    }

    [Fact]
    public void Create_refusesBeyondTheDefaultLimitBeforeTakingMemory()
    {
        var descriptor = new ModelDescriptor(Samples.Small.Config with { Dimension = 16_384, FeedForward = 131_056, Layers = 256 }, 1);
        Assert.Equal(EngineRefusalCode.ModelTooLarge, Assert.Throws<EngineRefusedException>(() => Model.Create(descriptor)).Refusal.Code);
    }

    [Fact]
    public void Demo_isSmallAndSpeaksBytes()
    {
        Assert.InRange(ModelDescriptor.Demo.Config.ParameterCount, 1_000_000, 3_000_000);
        Assert.Equal(ByteTokenizer.VocabularySize, ModelDescriptor.Demo.Config.Vocabulary);
    }
}
