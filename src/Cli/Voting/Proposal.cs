using System.Collections.Immutable;
using System.Numerics;
using Ait.Chain;

namespace Ait.Cli.Voting;

/// <summary>One proposal: what it calls, and where its vote stands.</summary>
internal sealed record Proposal(
    BigInteger Id,
    Address Proposer,
    ImmutableArray<ProposedCall> Calls,
    string Description,
    ulong VoteStart,
    ulong VoteEnd,
    ProposalState State,
    BigInteger For,
    BigInteger Against,
    BigInteger Abstained,
    BigInteger Quorum,
    ulong ExecutableAt);

/// <summary>One call that the timelock makes once a proposal passed, with its name and arguments where they are known here.</summary>
internal sealed record ProposedCall(Address Target, BigInteger Value, ReadOnlyMemory<byte> Data, string Text);

/// <summary>States of OpenZeppelin's governor, by its numbers.</summary>
internal enum ProposalState : byte
{
    /// <summary>The vote has not begun.</summary>
    Pending = 0,

    /// <summary>Votes are cast.</summary>
    Active = 1,

    /// <summary>Withdrawn.</summary>
    Canceled = 2,

    /// <summary>Too few votes, or more against than for.</summary>
    Defeated = 3,

    /// <summary>Passed; anyone may queue it.</summary>
    Succeeded = 4,

    /// <summary>Waits in the timelock.</summary>
    Queued = 5,

    /// <summary>Passed and never executed in time.</summary>
    Expired = 6,

    /// <summary>Done.</summary>
    Executed = 7,
}

/// <summary>How one votes, by the governor's numbers.</summary>
internal enum Support : byte
{
    /// <summary>No.</summary>
    Against = 0,

    /// <summary>Yes.</summary>
    For = 1,

    /// <summary>Neither, but counted towards the quorum.</summary>
    Abstain = 2,
}
