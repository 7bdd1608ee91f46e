using Ait.Engine;

namespace Ait.Miner.Execution;

/// <summary>What looking at a workload of training came to.</summary>
internal abstract record TrainingPlan
{
    private TrainingPlan()
    {
    }

    /// <summary>It can be run.</summary>
    internal sealed record Ready(TrainingParts Parts) : TrainingPlan;

    /// <summary>The workload contradicts itself, which every seat finds: the outcome says so.</summary>
    internal sealed record Refused(TrainingOutcome Outcome) : TrainingPlan;

    /// <summary>This machine lacks a file.</summary>
    internal sealed record Unavailable(string Problem, string Remedy) : TrainingPlan;
}
