using Ait.Coordinator.Agreeing;
using Ait.Coordinator.Ledger;

namespace Ait.Coordinator.Loops;

/// <summary>Commitments and results → agreements, and what the deadlines decide. Never waits for the chain.</summary>
internal sealed class AgreeLoop : CoordinatorLoop
{
    private readonly AgreementStore _store;
    private readonly Signals _signals;
    private readonly ILogger _log;

    public AgreeLoop(AgreementStore store, CoordinatorOptions options, Signals signals, LoopHealth health, Leadership leadership, TimeProvider clock, ILogger<AgreeLoop> log)
        : base(options.PollInterval, signals.Collected, health, leadership, clock, log)
    {
        _store = store;
        _signals = signals;
        _log = log;
    }

    internal override Task RoundAsync(CancellationToken cancellation)
    {
        bool agreed = false;
        foreach (long taskKey in _store.Due())
        {
            switch (_store.Decide(taskKey))
            {
                case AgreementDecision.Agreed found:
                    agreed = true;
                    LoopLog.Decided(_log, found.Agreement.TaskId, $"{found.Agreement.Matching.Length} seats agree");
                    break;
                case AgreementDecision.Void given:
                    LoopLog.Voided(_log, taskKey, given.Reason);
                    break;
            }
        }

        if (agreed)
        {
            _signals.Agreed.Set();
        }

        return Task.CompletedTask;
    }
}
