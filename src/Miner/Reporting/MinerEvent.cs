using System.Collections.Immutable;

namespace Ait.Miner.Reporting;

/// <summary>One thing that happened: a word for programs, a sentence for people, and the facts both speak of.</summary>
internal sealed record MinerEvent(string Kind, Severity Severity, string Sentence, ImmutableArray<Fact> Facts)
{
    /// <summary>What to do about it; absent where nothing needs doing.</summary>
    public string? Remedy { get; init; }
}
