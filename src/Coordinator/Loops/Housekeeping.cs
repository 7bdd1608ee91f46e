using Ait.Coordinator.Admitting;
using Ait.Coordinator.Ledger;

namespace Ait.Coordinator.Loops;

/// <summary>Forgets what can no longer matter: nonces older than any timestamp that is accepted.</summary>
internal sealed class Housekeeping : CoordinatorLoop
{
    private readonly RequestAdmission _admission;

    public Housekeeping(RequestAdmission admission, Signals signals, LoopHealth health, Leadership leadership, TimeProvider clock, ILogger<Housekeeping> log)
        : base(TimeSpan.FromMinutes(1), signals.Never, health, leadership, clock, log) => _admission = admission;

    internal override Task RoundAsync(CancellationToken cancellation)
    {
        _admission.ForgetOldNonces();
        return Task.CompletedTask;
    }
}
