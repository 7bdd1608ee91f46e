using System.Numerics;

namespace Ait.Chain.Contracts;

/// <summary>Where a proposal stands.</summary>
/// <param name="Creation">What is proposed.</param>
/// <param name="State">How far it is.</param>
/// <param name="For">Votes for it, wei of deposited AIT.</param>
/// <param name="Against">Votes against it.</param>
/// <param name="Abstained">Votes for neither, which count towards the quorum.</param>
/// <param name="Quorum">Votes for it or abstaining that it needs.</param>
/// <param name="ExecutableAt">Unix seconds from which the timelock lets it be executed; zero unless it is or was queued.</param>
public sealed record Proposal(
    ProposalCreation Creation, ProposalState State, BigInteger For, BigInteger Against, BigInteger Abstained, BigInteger Quorum, ulong ExecutableAt);
