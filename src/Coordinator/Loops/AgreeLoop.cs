using Ait.Coordinator.Agreeing;
using Ait.Coordinator.Ledger;

namespace Ait.Coordinator.Loops;

/// <summary>What the deadlines decide, and agreements that whoever took the last result did not write down. Never waits for the chain.</summary>
internal sealed class AgreeLoop : CoordinatorLoop
{
    private readonly AgreementStore _store;
    private readonly Signals _signals;
    private readonly ILogger _log;

    public AgreeLoop(AgreementStore store, CoordinatorOptions options, Signals signals, LoopHealth health, Leadership leadership, TimeProvider clock, ILogger<AgreeLoop> log)
        : base(options.PollInterval, signals.Never, health, leadership, clock, log)
    {
        _store = store;
        _signals = signals;
        _log = log;
    }

    internal override Task RoundAsync(CancellationToken cancellation)
    {
        IReadOnlyList<long> due;
        do
        {
            due = _store.Due(AgreementStore.MostAtOnce);
            int agreed = 0;
            int escalated = 0;
            foreach ((TaskRow task, AgreementDecision decision) in _store.Decide(due))
            {
                switch (decision)
                {
                    case AgreementDecision.Agreed:
                        agreed++;
                        break;
                    case AgreementDecision.Escalate given:
                        escalated++;
                        LoopLog.Escalates(_log, task.TaskId, given.Level, given.Reason);
                        break;
                    case AgreementDecision.Void given:
                        LoopLog.Voided(_log, task.TaskKey, given.Reason);
                        break;
                }
            }

            if (agreed > 0)
            {
                LoopLog.Agreed(_log, agreed);
                _signals.Agreed.Set();
            }

            if (escalated > 0)
            {
                _signals.Escalated.Set();
            }
        }
        while (due.Count == AgreementStore.MostAtOnce);

        return Task.CompletedTask;
    }
}
