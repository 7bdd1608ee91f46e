using Ait.Engine.Execution;

namespace Ait.Engine;

/// <summary>
/// Asks, in a fraction of a second, whether this machine computes the arithmetic: the floating-point mode of two
/// threads, then one conformance vector on every backend at hand.
/// </summary>
public static class EngineSelfTest
{
    // The result of the request below, by the scalar definition; vectors/transcripts holds it as well.
    private const string ExpectedResult = "639cb42cb8ab690fab5b8deabd9d3514bea02a6416ef4b4c82776515090b9f8e";

    /// <summary>A model that takes no time: two layers of 64.</summary>
    public static ModelDescriptor Model { get; } = new(
        new ModelConfig
        {
            Dimension = 64,
            Layers = 2,
            Heads = 4,
            KeyValueHeads = 2,
            HeadDimension = 16,
            FeedForward = 160,
            Vocabulary = ByteTokenizer.VocabularySize,
            MaxContext = 64,
        },
        weightSeed: 7);

    /// <summary>What the model is asked.</summary>
    public static GenerationRequest Request { get; } = new(
        ByteTokenizer.Encode("The same bits on every processor."),
        maxNewTokens: 16,
        new SamplingParameters { TemperatureMilli = 900, TopK = 40, TopPMillionths = 950_000 },
        seed: 0x0123_4567_89AB_CDEF);

    /// <summary>Runs the test.</summary>
    public static SelfTestResult Run()
    {
        string? fault = FloatingPointMode.Fault();
        if (fault is null)
        {
            var thread = new Thread(() => fault = FloatingPointMode.Fault());
            thread.Start();
            thread.Join();
        }

        if (fault is not null)
        {
            return new SelfTestResult.FloatingPointModeChanged(fault);
        }

        if (!Digest.TryParseHex(ExpectedResult, out Digest expected))
        {
            throw new InvalidOperationException("The expected result is not a digest.");
        }

        Model model = Ait.Engine.Model.Create(Model);
        foreach (Backend backend in Backends.Supported)
        {
            Digest found = Generator.Run(model, Request, new EngineOptions { Backend = backend, PrefillChunk = 8 }).ResultHash;
            if (found != expected)
            {
                return new SelfTestResult.ResultDiffers(backend, expected, found);
            }
        }

        return new SelfTestResult.Passed(Backends.Resolve(Backend.Auto));
    }
}
