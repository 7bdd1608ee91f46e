using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>Answer of <c>GET /v1/governance</c>: by which rules deposited AIT decides now, and a page of proposals.</summary>
/// <param name="Governor">The AitGovernor, in which one proposes and votes.</param>
/// <param name="Timelock">Carries out what was decided; the governor of every other contract.</param>
/// <param name="VotingToken">Takes deposits of AIT and counts them as votes.</param>
/// <param name="VotingDelayBlocks">Blocks from a proposal to its vote.</param>
/// <param name="VotingPeriodBlocks">Blocks of a vote.</param>
/// <param name="ProposalThresholdWei">Votes a proposer needs, decimal.</param>
/// <param name="QuorumWei">Votes for or abstaining that a proposal made now would need, decimal.</param>
/// <param name="TimelockDelaySeconds">Seconds between queueing and executing.</param>
/// <param name="BlockNumber">The block of this answer.</param>
/// <param name="Total">How many proposals there are.</param>
/// <param name="Proposals">Newest first.</param>
public sealed record GovernanceResponse(
    Address Governor,
    Address Timelock,
    Address VotingToken,
    ulong VotingDelayBlocks,
    ulong VotingPeriodBlocks,
    string ProposalThresholdWei,
    string QuorumWei,
    ulong TimelockDelaySeconds,
    ulong BlockNumber,
    int Total,
    IReadOnlyList<ProposalResponse> Proposals);
