using Ait.Coordinator.Ledger;

namespace Ait.Coordinator.Loops;

/// <summary>
/// Who tells whom that there is news, in this replica and the others. A missed signal costs one interval, never work: the ledger is
/// asked each time.
/// </summary>
internal sealed class Signals
{
    public Signals(LedgerDatabase ledger)
    {
        WakeSignal Shared(string name) => new(() => ledger.Announce(name));
        Queued = Shared(nameof(Queued));
        Seated = Shared(nameof(Seated));
        Agreed = Shared(nameof(Agreed));
        Escalated = Shared(nameof(Escalated));
        Mined = Shared(nameof(Mined));
        Asked = Shared(nameof(Asked));
        Opened = Shared(nameof(Opened));
        var shared = new Dictionary<string, WakeSignal>
        {
            [nameof(Queued)] = Queued,
            [nameof(Seated)] = Seated,
            [nameof(Agreed)] = Agreed,
            [nameof(Escalated)] = Escalated,
            [nameof(Mined)] = Mined,
            [nameof(Asked)] = Asked,
            [nameof(Opened)] = Opened,
        };
        ledger.Heard = name => shared.GetValueOrDefault(name)?.Wake(); // A newer replica may know more.
    }

    /// <summary>Work was queued.</summary>
    internal WakeSignal Queued { get; }

    /// <summary>Seats were drawn; long polls look again.</summary>
    internal WakeSignal Seated { get; }

    /// <summary>Tasks have an agreement and can be settled.</summary>
    internal WakeSignal Agreed { get; }

    /// <summary>Tasks are to be given further seats.</summary>
    internal WakeSignal Escalated { get; }

    /// <summary>A transaction was mined; its events are on chain.</summary>
    internal WakeSignal Mined { get; }

    /// <summary>A buyer asked for a workload to be opened on chain.</summary>
    internal WakeSignal Asked { get; }

    /// <summary>A workload was opened on chain, or refused.</summary>
    internal WakeSignal Opened { get; }

    /// <summary>Nobody sets it.</summary>
    internal WakeSignal Never { get; } = new();
}
