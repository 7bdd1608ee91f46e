using Ait.Coordinator.Admitting;
using Ait.Coordinator.Keeping;
using Ait.Coordinator.Ledger;

namespace Ait.Coordinator.Loops;

/// <summary>Forgets what can no longer matter: nonces older than any timestamp that is accepted, checkpoints that were never finished.</summary>
internal sealed class Housekeeping : CoordinatorLoop
{
    private readonly RequestAdmission _admission;
    private readonly CheckpointStore _checkpoints;

    public Housekeeping(RequestAdmission admission, CheckpointStore checkpoints, Signals signals, LoopHealth health, Leadership leadership, TimeProvider clock, ILogger<Housekeeping> log)
        : base(TimeSpan.FromMinutes(1), signals.Never, health, leadership, clock, log)
    {
        _admission = admission;
        _checkpoints = checkpoints;
    }

    internal override Task RoundAsync(CancellationToken cancellation)
    {
        _admission.ForgetOldNonces();
        _checkpoints.ForgetUnfinished();
        return Task.CompletedTask;
    }
}
