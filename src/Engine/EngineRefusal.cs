namespace Ait.Engine;

/// <summary>An input that was refused: what, expected, found.</summary>
/// <param name="Code">The reason.</param>
/// <param name="What">The field or rule concerned.</param>
/// <param name="Expected">What would have been accepted.</param>
/// <param name="Found">What was there.</param>
public sealed record EngineRefusal(EngineRefusalCode Code, string What, string Expected, string Found)
{
    /// <summary>One sentence for people.</summary>
    public override string ToString() => $"{Code}: {What}: expected {Expected}, found {Found}";

    internal static EngineRefusal Range(EngineRefusalCode code, string what, long low, long high, long found) =>
        new(code, what, string.Create(null, $"{low} to {high}"), string.Create(null, $"{found}"));
}
