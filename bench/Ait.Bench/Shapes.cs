using Ait.Engine;

namespace Ait.Bench;

/// <summary>Shapes that are measured.</summary>
internal static class Shapes
{
    /// <summary>134 million parameters, as llama.cpp counts them too.</summary>
    public static ModelConfig Small { get; } = new()
    {
        Dimension = 768,
        Layers = 12,
        Heads = 12,
        KeyValueHeads = 12,
        HeadDimension = 64,
        FeedForward = 2048,
        Vocabulary = 32_000,
        MaxContext = 1024,
    };
}
