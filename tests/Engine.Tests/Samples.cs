using FsCheck;
using FsCheck.Fluent;

namespace Ait.Engine.Tests;

/// <summary>Models and requests that several tests share, and generators of more.</summary>
internal static class Samples
{
    /// <summary>Grouped heads, a vocabulary that fills no panel, another theta: 46k parameters.</summary>
    public static ModelDescriptor Small { get; } = new(
        new ModelConfig
        {
            Dimension = 48,
            Layers = 2,
            Heads = 6,
            KeyValueHeads = 3,
            HeadDimension = 16,
            FeedForward = 80,
            Vocabulary = 263,
            RopeTheta = 500_000,
            NormEpsilon = 1e-6f,
            MaxContext = 400,
        },
        weightSeed: 0xFEDC_BA98_7654_3210);

    /// <summary>Every part beyond the plain decoder at once, heads wider together than the model, a window shorter than a prompt.</summary>
    public static ModelDescriptor Featured { get; } = new(
        Small.Config with
        {
            Heads = 4,
            KeyValueHeads = 2,
            HeadDimension = 32,
            Features = ModelFeatures.AttentionBias | ModelFeatures.OutputBias | ModelFeatures.FeedForwardBias
                | ModelFeatures.QueryKeyNorm | ModelFeatures.TiedOutput | ModelFeatures.FinalGain,
            SlidingWindow = 37,
            Rotary = new RotaryFrequencies([.. Enumerable.Range(1, 16).Select(i => 0x28BE60DB9391054AUL / (ulong)(i * i))], 1.25f),
        },
        weightSeed: 99);

    private static readonly Lazy<Model> FeaturedInstance = new(() => Model.Create(Featured));

    public static Model FeaturedModel => FeaturedInstance.Value;

    private static readonly Lazy<Model> SmallInstance = new(() => Model.Create(Small));

    public static Model SmallModel => SmallInstance.Value;

    /// <summary>Prompts of different length, greedy and sampled, with and without stop tokens.</summary>
    public static GenerationRequest[] Requests { get; } =
    [
        new(ByteTokenizer.Encode(new string('a', 199)), 20),
        new(ByteTokenizer.Encode("one"), 30, Sampled(1000, 0, 1_000_000), seed: 1),
        new(ByteTokenizer.Encode("two and a half"), 12, Sampled(700, 40, 900_000), seed: 2),
        new([7], 25, Sampled(3000, 3, 1_000_000), seed: 3, [12, 13, 14, 15]),
        new(ByteTokenizer.Encode("stop"), 40, Sampled(2500, 0, 1_000_000), seed: 5, stopSequences: [.. Enumerable.Range(0, 16).Select(i => new ReadOnlyMemory<byte>([(byte)(16 * i)]))]),
        new(ByteTokenizer.Encode(new string('z', 64)), 1, Sampled(1, 0, 500_000), seed: ulong.MaxValue),
    ];

    public static SamplingParameters Sampled(int temperature, int topK, int topP) =>
        new() { TemperatureMilli = temperature, TopK = topK, TopPMillionths = topP };

    public static Arbitrary<ModelDescriptor> TinyModels() => Arb.From(
        from heads in Gen.Elements((1, 1), (2, 1), (2, 2), (4, 2), (6, 3))
        from shape in Gen.Elements((16, 16), (32, 48), (48, 16))
        from width in Gen.Elements(16, 32)
        from layers in Gen.Choose(1, 2)
        from vocabulary in Gen.Choose(260, 280)
        from theta in Gen.Elements(2, 100, 10_000, 1_000_000)
        from epsilon in Gen.Elements(1e-5f, 1e-6f, 1f)
        from features in Gen.OneOf(Gen.Constant(0), Gen.Choose(0, 63))
        from window in Gen.Elements(0, 0, 1, 5, 17)
        from gain in Gen.Elements(0f, 1f, 0.9f)
        from seed in Gen.Choose(0, int.MaxValue)
        select new ModelDescriptor(
            new ModelConfig
            {
                Dimension = shape.Item1,
                Layers = layers,
                Heads = heads.Item1,
                KeyValueHeads = heads.Item2,
                HeadDimension = width,
                FeedForward = shape.Item2,
                Vocabulary = vocabulary,
                RopeTheta = theta,
                NormEpsilon = epsilon,
                MaxContext = 64,
                Features = (ModelFeatures)features,
                SlidingWindow = window,
                Rotary = gain == 0 ? null : new RotaryFrequencies([.. Enumerable.Range(1, width / 2).Select(i => ulong.MaxValue / (ulong)(7 * i))], gain),
            },
            (ulong)seed * 0x9E3779B97F4A7C15));

    public static Arbitrary<GenerationRequest> TinyRequests() => Arb.From(
        from length in Gen.Choose(1, 24)
        from prompt in Gen.ArrayOf(Gen.Choose(0, 259), length)
        from count in Gen.Choose(1, 10)
        from sampling in Gen.OneOf(
            Gen.Constant(SamplingParameters.Greedy),
            from temperature in Gen.Choose(1, 4000)
            from topK in Gen.Elements(0, 1, 5, 1000)
            from topP in Gen.Elements(1, 300_000, 950_000, 1_000_000)
            select Sampled(temperature, topK, topP))
        from seed in Gen.Choose(0, int.MaxValue)
        from stops in Gen.Elements<int[]>([], [5], [100, 101, 102, 103, 104, 105])
        from sequences in Gen.Elements<string[]>([], [], ["e", "th"], ["\u0001", "a", "ab"])
        select new GenerationRequest(
            prompt, count, sampling, (ulong)seed, stops, [.. sequences.Select(text => new ReadOnlyMemory<byte>(System.Text.Encoding.UTF8.GetBytes(text)))]));
}
