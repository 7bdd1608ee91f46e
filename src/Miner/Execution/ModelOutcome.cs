using Ait.Engine;

namespace Ait.Miner.Execution;

/// <summary>What looking for a model came to.</summary>
internal abstract record ModelOutcome
{
    private ModelOutcome()
    {
    }

    /// <summary>It is in memory.</summary>
    internal sealed record Ready(Model Model) : ModelOutcome;

    /// <summary>The coordinator does not offer it, or this device cannot hold it.</summary>
    internal sealed record Unavailable(string Problem, string Remedy) : ModelOutcome;
}
