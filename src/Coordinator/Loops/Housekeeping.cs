using Ait.Coordinator.Admitting;
using Ait.Coordinator.Keeping;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Relaying;

namespace Ait.Coordinator.Loops;

/// <summary>Forgets what can no longer matter: nonces older than any timestamp that is accepted, checkpoints that were never finished, messages of class challenges that are over.</summary>
internal sealed class Housekeeping : CoordinatorLoop
{
    private readonly RequestAdmission _admission;
    private readonly CheckpointStore _checkpoints;
    private readonly RelayStore _relay;

    public Housekeeping(RequestAdmission admission, CheckpointStore checkpoints, RelayStore relay, Signals signals, LoopHealth health, Leadership leadership, TimeProvider clock, ILogger<Housekeeping> log)
        : base(TimeSpan.FromMinutes(1), signals.Never, health, leadership, clock, log)
    {
        _admission = admission;
        _checkpoints = checkpoints;
        _relay = relay;
    }

    internal override Task RoundAsync(CancellationToken cancellation)
    {
        _admission.ForgetOldNonces();
        _checkpoints.ForgetUnfinished();
        _relay.ForgetOld();
        return Task.CompletedTask;
    }
}
