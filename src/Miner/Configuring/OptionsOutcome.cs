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

    /// <summary>The service of one GPU is asked for.</summary>
    /// <param name="Command">What to do.</param>
    /// <param name="Folder">Where units lie.</param>
    /// <param name="GpuUuid">Which GPU's.</param>
    /// <param name="Options">The checked options; set for an installation.</param>
    /// <param name="Arguments">The same as flags with full paths, wherever they were said.</param>
    internal sealed record Service(MinerCommand Command, string Folder, ImmutableArray<byte> GpuUuid, MinerOptions? Options, ImmutableArray<string> Arguments) : OptionsOutcome;

    /// <summary>Every fault found, not only the first.</summary>
    internal sealed record Refused(ImmutableArray<OptionFault> Faults) : OptionsOutcome;
}
