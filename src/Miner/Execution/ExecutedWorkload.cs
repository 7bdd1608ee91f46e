using System.Collections.Immutable;
using Ait.Chain;
using Ait.Engine;

namespace Ait.Miner.Execution;

/// <summary>What running a workload yielded, and the device time it took.</summary>
internal sealed record ExecutedWorkload(Transcript Transcript, ulong DurationMillis)
{
    /// <summary>What seats compare: the hash of the canonical transcript.</summary>
    public Hash256 ResultHash => new(Transcript.ResultHash.ToBytes());

    public ImmutableArray<byte> Encoded => [.. Transcript.ToBytes()];
}
