using Ait.Coordinator.Disclosing;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Observing;
using Ait.Coordinator.OnChain;

namespace Ait.Coordinator.Loops;

/// <summary>
/// Task that has not settled → its secret at the coordinator bond, while others could still settle with it: then its letters are not paid
/// from the bond. Nothing is shown while there is no bond to lose.
/// </summary>
internal sealed class DiscloseLoop : CoordinatorLoop
{
    private readonly DisclosureStore _store;
    private readonly IMiningChain _chain;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;

    public DiscloseLoop(
        DisclosureStore store, IMiningChain chain, CoordinatorOptions options, Signals signals, LoopHealth health, Leadership leadership, TimeProvider clock, ILogger<DiscloseLoop> log)
        : base(options.PollInterval, signals.Never, health, leadership, clock, log)
    {
        _store = store;
        _chain = chain;
        _clock = clock;
        _log = log;
    }

    internal override async Task RoundAsync(CancellationToken cancellation)
    {
        bool isDue = _store.IsAnyDue();
        IReadOnlyList<OpenDisclosure> open = _store.Open();
        if ((!isDue && open.Count == 0) || !Disclosure.HasBond(await _chain.ReadCoordinatorBondAsync(cancellation)))
        {
            return;
        }

        if (isDue && _store.Decide() > 0)
        {
            open = _store.Open();
        }

        // Miners that all fall silent at once leave a whole batch to be shown, and each transaction waits for its block.
        await Task.WhenAll(open.Select(one => AdvanceAsync(one, cancellation)));
    }

    private async Task AdvanceAsync(OpenDisclosure open, CancellationToken cancellation)
    {
        bool isOver = _clock.GetUtcNow().ToUnixTimeSeconds() > open.ClosesAt;
        bool isShown = Disclosure.IsShownBy(await _chain.ReadEscalationAsync(open.TaskId, cancellation), open.Seats)
            || await _chain.IsDisclosedAsync(open.TaskId, open.Seats > Disclosure.FirstSeats, cancellation);
        if (isOver)
        {
            End(open, isShown);
        }
        else if (isShown)
        {
            _store.Defer(open, null);
        }
        else if (open.State == DisclosureState.Mined)
        {
            _store.Retry(open, "taken back by a chain reorganisation");
        }
        else
        {
            await SendAsync(open, cancellation);
        }
    }

    private async Task SendAsync(OpenDisclosure open, CancellationToken cancellation)
    {
        switch (await _chain.SubmitAsync($"disclose/{open.TaskId}/{open.Seats}/{open.Attempt}", Disclosure.Call(open), cancellation))
        {
            case SubmitOutcome.Mined mined:
                _store.MarkMined(open, mined.BlockNumber);
                Telemetry.Disclosed();
                LoopLog.Disclosed(_log, open.Seats, open.TaskId, mined.BlockNumber);
                break;
            case SubmitOutcome.Refused refused:
                _store.Defer(open, refused.Refusal.Text);
                LoopLog.DisclosureRefused(_log, open.TaskId, refused.Refusal.Text);
                break;
        }
    }

    private void End(OpenDisclosure open, bool isShown)
    {
        _store.End(open, isShown);
        if (!isShown)
        {
            Telemetry.DisclosureMissed();
            LoopLog.DisclosureMissed(_log, open.Seats, open.TaskId);
        }
    }
}
