using Ait.Engine;

namespace Ait.Cli.Measuring;

/// <summary>Shapes that the reference workload is run with, by name.</summary>
internal static class ReferenceShapes
{
    internal static IReadOnlyDictionary<string, ModelConfig> All { get; } = new Dictionary<string, ModelConfig>
    {
        ["2m"] = ModelDescriptor.Demo.Config,
        ["134m"] = new()
        {
            Dimension = 768, Layers = 12, Heads = 12, KeyValueHeads = 12, HeadDimension = 64, FeedForward = 2048, Vocabulary = 32_000, MaxContext = 8192,
        },
        ["1b"] = new()
        {
            Dimension = 2048, Layers = 16, Heads = 32, KeyValueHeads = 8, HeadDimension = 64, FeedForward = 8192, Vocabulary = 128_256, MaxContext = 8192,
        },
        ["8b"] = new()
        {
            Dimension = 4096, Layers = 32, Heads = 32, KeyValueHeads = 8, HeadDimension = 128, FeedForward = 14_336, Vocabulary = 128_256, MaxContext = 8192,
        },
    };
}
