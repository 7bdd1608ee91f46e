namespace Ait.Miner.Collecting;

/// <summary>What asking a GPU came to.</summary>
internal abstract record GpuEvidenceOutcome
{
    private GpuEvidenceOutcome()
    {
    }

    /// <summary>The GPU signed.</summary>
    internal sealed record Collected(GpuEvidence Evidence) : GpuEvidenceOutcome;

    /// <summary>It did not.</summary>
    internal sealed record Failed(EvidenceFailure Failure, string Problem, string Remedy) : GpuEvidenceOutcome;
}
