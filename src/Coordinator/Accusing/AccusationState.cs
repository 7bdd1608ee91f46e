namespace Ait.Coordinator.Accusing;

/// <summary>Where the slashing of a seat that failed a canary stands.</summary>
internal enum AccusationState
{
    /// <summary>To be sent, or sent without a known end.</summary>
    Decided = 0,

    /// <summary>Mined; looked after until the task's deadline.</summary>
    Mined = 1,

    /// <summary>Slashed when the deadline had passed.</summary>
    Slashed = 2,

    /// <summary>Not slashed when the deadline had passed.</summary>
    Missed = 3,
}
