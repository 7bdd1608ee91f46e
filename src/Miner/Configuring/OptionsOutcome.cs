using System.Collections.Immutable;

namespace Ait.Miner.Configuring;

/// <summary>What reading the settings came to.</summary>
internal abstract record OptionsOutcome
{
    private OptionsOutcome()
    {
    }

    /// <summary>Everything needed is there and well formed.</summary>
    internal sealed record Accepted(MinerCommand Command, MinerOptions Options) : OptionsOutcome;

    /// <summary>Help or version: no settings needed.</summary>
    internal sealed record Information(MinerCommand Command) : OptionsOutcome;

    /// <summary>The doctor is asked about this machine alone: no network is named.</summary>
    internal sealed record Machine(bool Json) : OptionsOutcome;

    /// <summary>Every fault found, not only the first.</summary>
    internal sealed record Refused(ImmutableArray<OptionFault> Faults) : OptionsOutcome;
}
