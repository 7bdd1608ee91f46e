using Ait.Chain;
using Ait.Chain.Contracts;

namespace Ait.Protocol.Http;

/// <summary>A proposal and where it stands.</summary>
/// <param name="ProposalId">The governor's id, decimal.</param>
/// <param name="Proposer">Who made it.</param>
/// <param name="State">How far it is.</param>
/// <param name="Description">What its proposer says, at most 4,000 characters of it.</param>
/// <param name="DescriptionHash">Keccak of the whole description: what <c>queue</c> and <c>execute</c> ask for.</param>
/// <param name="VoteStart">The block whose votes count; casting opens after it.</param>
/// <param name="VoteEnd">The last block of the vote.</param>
/// <param name="ForWei">Votes for it, decimal.</param>
/// <param name="AgainstWei">Votes against it, decimal.</param>
/// <param name="AbstainedWei">Votes for neither, decimal; they count towards the quorum.</param>
/// <param name="QuorumWei">Votes for or abstaining that it needs, decimal.</param>
/// <param name="ExecutableAt">Unix seconds from which it can be executed, null unless it is or was queued.</param>
/// <param name="Calls">What the timelock does if it passes, in this order.</param>
public sealed record ProposalResponse(
    string ProposalId,
    Address Proposer,
    ProposalState State,
    string Description,
    Hash256 DescriptionHash,
    ulong VoteStart,
    ulong VoteEnd,
    string ForWei,
    string AgainstWei,
    string AbstainedWei,
    string QuorumWei,
    ulong? ExecutableAt,
    IReadOnlyList<ProposedCallResponse> Calls);
