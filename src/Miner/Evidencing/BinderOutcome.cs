using System.Collections.Immutable;
using Ait.Chain;
using Ait.Miner.Collecting;

namespace Ait.Miner.Evidencing;

/// <summary>What asking the hardware about this device came to.</summary>
internal abstract record BinderOutcome
{
    private BinderOutcome()
    {
    }

    /// <summary>The machine and the GPU have their identities.</summary>
    internal sealed record Identified(EvidencePlatform Platform, ImmutableArray<byte> ChipId, Hash256 GpuId) : BinderOutcome;

    /// <summary>The report is bound to this registration.</summary>
    internal sealed record Bound(BoundEvidence Evidence) : BinderOutcome;

    /// <summary>No evidence, or evidence that the contract would refuse.</summary>
    internal sealed record Refused(string Code, string Problem, string Remedy) : BinderOutcome;
}
