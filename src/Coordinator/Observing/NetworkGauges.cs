using System.Diagnostics.Metrics;
using System.Numerics;
using Ait.Coordinator.Covering;
using Ait.Coordinator.Enrolling;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Loops;
using Ait.Coordinator.Settling;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Observing;

/// <summary>How the network stands, read from the ledger when somebody scrapes.</summary>
internal sealed class NetworkGauges : IDisposable
{
    private readonly Meter _meter = new(Telemetry.Name + ".Network");

    public NetworkGauges(TaskStore tasks, EnrolmentStore devices, Leadership leadership, LoopHealth health, CoverGate cover, TimeProvider clock)
    {
        _meter.CreateObservableGauge("ait.workloads.waiting", tasks.CountWaiting, "{workload}", "Workloads that wait for a batch.");
        _meter.CreateObservableGauge("ait.tasks", () => ByPhase(tasks), "{task}", "Tasks by phase.");
        _meter.CreateObservableGauge("ait.devices.live", () => devices.CountLive((ulong)clock.GetUtcNow().ToUnixTimeSeconds()), "{device}", "Devices that can be drawn.");
        _meter.CreateObservableGauge("ait.leader", () => leadership.Term is null ? 0 : 1, "{replica}", "1 on the replica that runs the loops.");
        _meter.CreateObservableGauge("ait.loops.failing", () => health.Faults.Count, "{loop}", "Background activities that do not work now.");
        _meter.CreateObservableGauge("ait.bond.free", () => Ait(cover.Last?.Free), "{AIT}", "AIT in the coordinator's bond that are not asked back.");
        _meter.CreateObservableGauge("ait.bond.claimable", () => Ait(cover.Last?.Claimable), "{AIT}", "AIT that letters of earlier tasks can cost it.");
        _meter.CreateObservableGauge("ait.bond.short", () => cover.Last is { IsShort: true } ? 1 : 0, "{bond}", "1 while work waits because the bond has no letters for it.");
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<int>> ByPhase(TaskStore tasks) =>
        tasks.CountByPhase().Select(phase => new Measurement<int>(phase.Value, new KeyValuePair<string, object?>("phase", PhaseName(phase.Key))));

    /// <summary>Zero before anything was asked.</summary>
    private static double Ait(BigInteger? wei) => (double)(wei ?? 0) / 1e18;

    private static string PhaseName(TaskPhase phase) => phase.ToString();
}
