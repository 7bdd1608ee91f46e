using System.Numerics;

namespace Ait.Chain.Contracts;

/// <summary>By which rules deposited AIT decides now.</summary>
/// <param name="Timelock">Carries out what was decided.</param>
/// <param name="VotingToken">AIT deposited for votes.</param>
/// <param name="VotingDelay">Blocks from a proposal to the start of its vote.</param>
/// <param name="VotingPeriod">Blocks of the vote.</param>
/// <param name="ProposalThreshold">Votes a proposer needs, wei.</param>
/// <param name="Quorum">Votes for or abstaining that a proposal made now would need, wei.</param>
/// <param name="TimelockDelay">Seconds between queueing and executing.</param>
public sealed record GovernorSettings(
    Address Timelock, Address VotingToken, ulong VotingDelay, ulong VotingPeriod, BigInteger ProposalThreshold, BigInteger Quorum, ulong TimelockDelay);
