namespace Ait.Chain.Contracts;

/// <summary>States of OpenZeppelin's governor, by its numbers.</summary>
public enum ProposalState : byte
{
    /// <summary>The vote has not begun.</summary>
    Pending = 0,

    /// <summary>Votes are cast.</summary>
    Active = 1,

    /// <summary>Withdrawn.</summary>
    Canceled = 2,

    /// <summary>Too few votes, or no more for than against.</summary>
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
