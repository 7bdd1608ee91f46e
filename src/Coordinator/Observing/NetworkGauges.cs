using System.Diagnostics.Metrics;
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

    public NetworkGauges(TaskStore tasks, EnrolmentStore devices, Leadership leadership, LoopHealth health, TimeProvider clock)
    {
        _meter.CreateObservableGauge("ait.workloads.waiting", tasks.CountWaiting, "{workload}", "Workloads that wait for a batch.");
        _meter.CreateObservableGauge("ait.tasks", () => ByPhase(tasks), "{task}", "Tasks by phase.");
        _meter.CreateObservableGauge("ait.devices.live", () => devices.CountLive((ulong)clock.GetUtcNow().ToUnixTimeSeconds()), "{device}", "Devices that can be drawn.");
        _meter.CreateObservableGauge("ait.leader", () => leadership.Term is null ? 0 : 1, "{replica}", "1 on the replica that runs the loops.");
        _meter.CreateObservableGauge("ait.loops.failing", () => health.Faults.Count, "{loop}", "Background activities that do not work now.");
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<int>> ByPhase(TaskStore tasks) =>
        tasks.CountByPhase().Select(phase => new Measurement<int>(phase.Value, new KeyValuePair<string, object?>("phase", PhaseName(phase.Key))));

    private static string PhaseName(TaskPhase phase) => phase.ToString();
}
