namespace Ait.Protocol;

/// <summary>How the next token is chosen, in integers so that it has one encoding.</summary>
/// <param name="TemperatureMilli">Temperature × 1000, 0 to 100,000. 0 is greedy decoding, and then the other two are 0.</param>
/// <param name="TopK">Keep the K likeliest tokens; 0 keeps all.</param>
/// <param name="TopPPpm">Keep the likeliest tokens up to this probability in millionths, 1 to 1,000,000; 0 keeps all.</param>
public sealed record SamplingParameters(uint TemperatureMilli, uint TopK, uint TopPPpm)
{
    /// <summary>Always the likeliest token; of equals the lowest id.</summary>
    public static SamplingParameters Greedy { get; } = new(0, 0, 0);
}
