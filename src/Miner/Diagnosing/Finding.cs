using Ait.Miner.Reporting;

namespace Ait.Miner.Diagnosing;

/// <summary>What one check of the doctor found.</summary>
internal sealed record Finding(string Check, Severity Severity, string Sentence, string? Remedy = null)
{
    public static Finding Good(string check, string sentence) => new(check, Severity.Information, sentence);

    public static Finding Bad(string check, string sentence, string remedy) => new(check, Severity.Error, sentence, remedy);

    public static Finding Doubtful(string check, string sentence, string remedy) => new(check, Severity.Warning, sentence, remedy);

    public MinerEvent ToEvent() => new(Check, Severity, (Severity == Severity.Information ? "ok: " : string.Empty) + Sentence, []) { Remedy = Remedy };
}
