namespace Ait.Miner.Collecting;

/// <summary>What asking the hardware came to.</summary>
internal abstract record EvidenceOutcome
{
    private EvidenceOutcome()
    {
    }

    /// <summary>The collector answered in the agreed form.</summary>
    internal sealed record Collected(CollectedEvidence Evidence) : EvidenceOutcome;

    /// <summary>The collector failed, or answered something else.</summary>
    internal sealed record Failed(EvidenceFailure Failure, string Problem, string Remedy) : EvidenceOutcome;
}
