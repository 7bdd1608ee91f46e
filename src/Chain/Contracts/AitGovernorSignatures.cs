namespace Ait.Chain.Contracts;

/// <summary>What <see cref="AitGovernorContract"/> asks for; compared with the checked-in ABI by a test.</summary>
internal static class AitGovernorSignatures
{
    public const string Token = "token()";
    public const string Timelock = "timelock()";
    public const string VotingDelay = "votingDelay()";
    public const string VotingPeriod = "votingPeriod()";
    public const string ProposalThreshold = "proposalThreshold()";
    public const string QuorumFloor = "quorumFloor()";
    public const string QuorumPercent = "QUORUM_PERCENT()";
    public const string State = "state(uint256)";
    public const string ProposalVotes = "proposalVotes(uint256)";
    public const string Quorum = "quorum(uint256)";
    public const string ProposalEta = "proposalEta(uint256)";
    public const string HashProposal = "hashProposal(address[],uint256[],bytes[],bytes32)";
    public const string Propose = "propose(address[],uint256[],bytes[],string)";
    public const string CastVote = "castVote(uint256,uint8)";
    public const string Queue = "queue(address[],uint256[],bytes[],bytes32)";
    public const string Execute = "execute(address[],uint256[],bytes[],bytes32)";

    public const string ProposalCreatedEvent = "ProposalCreated(uint256,address,address[],uint256[],string[],bytes[],uint256,uint256,string)";
}
