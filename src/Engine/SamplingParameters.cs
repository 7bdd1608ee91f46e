using Ait.Engine.Canonical;

namespace Ait.Engine;

/// <summary>
/// How the next token is chosen. Everything is an integer, so that the choice is one on every processor. A greedy
/// choice has exactly one encoding: temperature 0, no top-k, no top-p.
/// </summary>
public sealed record SamplingParameters
{
    /// <summary>The value of <see cref="TopPMillionths"/> that keeps every token.</summary>
    public const int AllOfProbability = 1_000_000;

    /// <summary>Highest temperature, in thousandths.</summary>
    public const int MaxTemperatureMilli = 100_000;

    /// <summary>Always the most likely token; of equals, the one with the lowest id.</summary>
    public static SamplingParameters Greedy { get; } = new();

    /// <summary>Temperature in thousandths, 1 to 100000; 0 is greedy. Default 0.</summary>
    public int TemperatureMilli { get; init; }

    /// <summary>Only this many of the most likely tokens; 0 keeps all. Default 0.</summary>
    public int TopK { get; init; }

    /// <summary>Only the most likely tokens that together hold this share, in millionths, 1 to 1000000. Default 1000000.</summary>
    public int TopPMillionths { get; init; } = AllOfProbability;

    /// <summary>Whether the choice is greedy.</summary>
    public bool IsGreedy => TemperatureMilli == 0;

    /// <summary>The first rule that is broken, or null.</summary>
    public EngineRefusal? Check()
    {
        if (TemperatureMilli is < 0 or > MaxTemperatureMilli)
        {
            return EngineRefusal.Range(EngineRefusalCode.SamplingOutOfRange, "temperature (thousandths)", 0, MaxTemperatureMilli, TemperatureMilli);
        }

        int highestTopK = IsGreedy ? 0 : EngineLimits.MaxVocabulary;
        if (TopK < 0 || TopK > highestTopK)
        {
            return EngineRefusal.Range(EngineRefusalCode.SamplingOutOfRange, "top-k", 0, highestTopK, TopK);
        }

        int lowestTopP = IsGreedy ? AllOfProbability : 1;
        return TopPMillionths < lowestTopP || TopPMillionths > AllOfProbability
            ? EngineRefusal.Range(EngineRefusalCode.SamplingOutOfRange, "top-p (millionths)", lowestTopP, AllOfProbability, TopPMillionths)
            : null;
    }

    internal void Write(CanonicalWriter writer)
    {
        writer.Int32(TemperatureMilli);
        writer.Int32(TopK);
        writer.Int32(TopPMillionths);
    }

    internal static SamplingParameters Read(ref CanonicalReader reader)
    {
        var sampling = new SamplingParameters
        {
            TemperatureMilli = reader.Int32("temperature"),
            TopK = reader.Int32("top-k"),
            TopPMillionths = reader.Int32("top-p"),
        };
        if (reader.Refusal is null && sampling.Check() is { } refusal)
        {
            reader.Refuse(refusal.Code, refusal.What, refusal.Expected, refusal.Found);
        }

        return sampling;
    }
}
