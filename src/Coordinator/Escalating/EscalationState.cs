namespace Ait.Coordinator.Escalating;

/// <summary>Where the giving of two more seats stands.</summary>
internal enum EscalationState
{
    /// <summary>Decided; nothing is on chain.</summary>
    Decided = 0,

    /// <summary>To be sent, or sent: it may be on chain.</summary>
    Sent = 1,

    /// <summary>The seats are drawn.</summary>
    Seated = 2,

    /// <summary>It came to nothing.</summary>
    Ended = 3,
}
