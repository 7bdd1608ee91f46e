namespace Ait.Coordinator.Loops;

/// <summary>Who tells whom that there is news. A missed signal costs one interval, never work: the ledger is asked each time.</summary>
internal sealed class Signals
{
    /// <summary>Work was queued.</summary>
    internal WakeSignal Queued { get; } = new();

    /// <summary>Seats were drawn; long polls look again.</summary>
    internal WakeSignal Seated { get; } = new();

    /// <summary>A commitment or result came in.</summary>
    internal WakeSignal Collected { get; } = new();

    /// <summary>Tasks have an agreement and can be settled.</summary>
    internal WakeSignal Agreed { get; } = new();

    /// <summary>A transaction was mined; its events are on chain.</summary>
    internal WakeSignal Mined { get; } = new();

    /// <summary>Nobody sets it.</summary>
    internal WakeSignal Never { get; } = new();
}
