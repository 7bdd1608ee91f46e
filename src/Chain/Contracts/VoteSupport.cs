namespace Ait.Chain.Contracts;

/// <summary>How one votes, by the governor's numbers.</summary>
public enum VoteSupport : byte
{
    /// <summary>No.</summary>
    Against = 0,

    /// <summary>Yes.</summary>
    For = 1,

    /// <summary>Neither, but counted towards the quorum.</summary>
    Abstain = 2,
}
