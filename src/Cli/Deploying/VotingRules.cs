using System.Numerics;

namespace Ait.Cli.Deploying;

/// <summary>How deposited AIT decides.</summary>
/// <param name="DelayBlocks">Blocks from a proposal to the start of its vote.</param>
/// <param name="PeriodBlocks">Blocks of the vote.</param>
/// <param name="ProposalThreshold">Votes a proposer needs, wei.</param>
/// <param name="QuorumFloor">Least quorum, wei; above it the contract asks for 4 % of the supply at the proposal.</param>
internal sealed record VotingRules(ulong DelayBlocks, ulong PeriodBlocks, BigInteger ProposalThreshold, BigInteger QuorumFloor)
{
    /// <summary>A vote of seconds, for a chain with a block a second.</summary>
    internal static VotingRules Development { get; } = new(1, 4, 1, BigInteger.Pow(10, 13));
}
