namespace Ait.Coordinator.Ledger;

/// <summary>Where a queue entry stands.</summary>
internal enum QueueState
{
    Waiting = 0,
    Batched = 1,
    Settled = 2,
    Void = 3,
}

/// <summary>Where a batch stands.</summary>
internal enum BatchPhase
{
    /// <summary>Its tasks and secrets are fixed; its commitment is not known to be on chain.</summary>
    Sealed = 0,

    /// <summary>On chain; its seed is not pinned.</summary>
    Committed = 1,

    /// <summary>Its seed is pinned; its seats can be drawn.</summary>
    Seeded = 2,

    /// <summary>Every task is settled or void.</summary>
    Closed = 3,

    /// <summary>Its seed was lost or it never reached the chain; its tasks went back to the queue.</summary>
    Void = 4,
}

/// <summary>Where a settlement transaction stands.</summary>
internal enum SettlementState
{
    /// <summary>Decided; to be sent, or sent without a known end.</summary>
    Pending = 0,

    /// <summary>Mined; its events are awaited.</summary>
    Mined = 1,

    /// <summary>Did not settle; its tasks are free for another.</summary>
    Failed = 2,

    /// <summary>Its tasks are settled.</summary>
    Done = 3,
}
