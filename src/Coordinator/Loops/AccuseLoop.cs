using Ait.Chain;
using Ait.Coordinator.Accusing;
using Ait.Coordinator.Configuration;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;

namespace Ait.Coordinator.Loops;

/// <summary>Canary that has ended → the operator of a seat that failed it is slashed, where two other seats had the known answer.</summary>
internal sealed class AccuseLoop : CoordinatorLoop
{
    private readonly AccusationStore _store;
    private readonly IMiningChain _chain;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly bool _slashes;

    public AccuseLoop(
        AccusationStore store, IMiningChain chain, Deployment deployment, CoordinatorOptions options, Signals signals, LoopHealth health, Leadership leadership,
        TimeProvider clock, ILogger<AccuseLoop> log)
        : base(options.PollInterval, signals.Never, health, leadership, clock, log)
    {
        _store = store;
        _chain = chain;
        _clock = clock;
        _log = log;
        _slashes = options.SlashesCanaries && deployment.OperatorBond != Address.Zero;
    }

    internal override async Task RoundAsync(CancellationToken cancellation)
    {
        if (!_slashes)
        {
            return;
        }

        if (_store.IsAnyEnded())
        {
            _store.Judge();
        }

        await Task.WhenAll(_store.Open().Select(open => AdvanceAsync(open, cancellation)));
    }

    private async Task AdvanceAsync(OpenAccusation open, CancellationToken cancellation)
    {
        bool isOver = _clock.GetUtcNow().ToUnixTimeSeconds() > (long)open.Canary.Task.Task.Deadline;
        bool isSlashed = await _chain.IsSlashedAsync(open.Canary.TaskId, open.GpuId, cancellation);
        if (isOver)
        {
            _store.End(open, isSlashed);
            if (!isSlashed)
            {
                LoopLog.AccusationMissed(_log, open.GpuId, open.Canary.TaskId);
            }
        }
        else if (isSlashed)
        {
            _store.Defer(open, null);
        }
        else if (open.State == AccusationState.Mined)
        {
            _store.Retry(open);
        }
        else
        {
            await SendAsync(open, cancellation);
        }
    }

    private async Task SendAsync(OpenAccusation open, CancellationToken cancellation)
    {
        switch (await _chain.SubmitAsync($"accuse/{open.Canary.TaskId}/{open.Accused.Seat}/{open.Attempt}", Accusation.Call(open.Canary, open.Accused), cancellation))
        {
            case SubmitOutcome.Mined mined:
                _store.MarkMined(open, mined.BlockNumber);
                LoopLog.Slashed(_log, open.GpuId, open.Canary.TaskId, mined.BlockNumber);
                break;
            case SubmitOutcome.Refused refused:
                _store.Defer(open, refused.Refusal.Text);
                LoopLog.AccusationRefused(_log, open.GpuId, open.Canary.TaskId, refused.Refusal.Text);
                break;
        }
    }
}
