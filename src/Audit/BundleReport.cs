using System.Collections.Immutable;
using System.Numerics;
using Ait.Chain;

namespace Ait.Audit;

/// <summary>What a proof bundle proves, offline.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="WorkloadHash">What was run.</param>
/// <param name="ResultHash">The agreed result: hash it against the answer at hand.</param>
/// <param name="Minted">Wei minted for the task in the settlement.</param>
/// <param name="Seats">Its seats.</param>
/// <param name="Evidence">What each device's evidence says, by seat.</param>
/// <param name="Blocks">Blocks that must be on the chain, by height: compare their hashes with any node.</param>
/// <param name="Findings">What is wrong; empty when the bundle holds.</param>
/// <param name="Unchecked">What could not be checked from the file, in sentences.</param>
public sealed record BundleReport(
    Hash256 TaskId,
    Hash256 WorkloadHash,
    Hash256 ResultHash,
    BigInteger Minted,
    ImmutableArray<SettledSeat> Seats,
    ImmutableArray<string> Evidence,
    ImmutableArray<(ulong Number, Hash256 Hash)> Blocks,
    ImmutableArray<string> Findings,
    ImmutableArray<string> Unchecked)
{
    /// <summary>Whether nothing is wrong.</summary>
    public bool Holds => Findings.IsEmpty;
}
