using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Ait.Coordinator.Observing;

/// <summary>
/// What the coordinator counts, times and traces as it works. Names follow OpenTelemetry's conventions; at <c>/metrics</c> dots are
/// underscores. No label takes a value that a stranger chooses.
/// </summary>
internal static class Telemetry
{
    internal const string Name = "Ait.Coordinator";

    private static readonly Meter s_meter = new(Name);
    private static readonly ActivitySource s_activities = new(Name);

    private static readonly Counter<long> s_refusals = s_meter.CreateCounter<long>("ait.refusals", "{request}", "Requests refused, by problem code.");
    private static readonly Counter<long> s_leases = s_meter.CreateCounter<long>("ait.leases", "{seat}", "Seats handed out.");
    private static readonly Counter<long> s_commitments = s_meter.CreateCounter<long>("ait.commitments", "{seat}", "Commitments taken.");
    private static readonly Counter<long> s_reveals = s_meter.CreateCounter<long>("ait.reveals", "{seat}", "Results taken.");
    private static readonly Counter<long> s_agreements = s_meter.CreateCounter<long>("ait.agreements", "{task}", "Tasks agreed on.");
    private static readonly Counter<long> s_disclosures = s_meter.CreateCounter<long>("ait.disclosures", "{task}", "Secrets of tasks that had not settled shown at the coordinator bond.");
    private static readonly Counter<long> s_missed = s_meter.CreateCounter<long>("ait.disclosures.missed", "{task}", "Secrets that were not on chain in time: their letters can be claimed.");
    private static readonly Counter<long> s_audits = s_meter.CreateCounter<long>("ait.audits", "{task}", "Audited tasks for which further seats were asked.");
    private static readonly Counter<long> s_faults = s_meter.CreateCounter<long>("ait.loop.faults", "{round}", "Rounds of a background activity that failed.");
    private static readonly Histogram<double> s_rounds = s_meter.CreateHistogram<double>("ait.loop.round.duration", "s", "Time of a round of a background activity.");
    private static readonly Histogram<double> s_writes = s_meter.CreateHistogram<double>("ait.ledger.write.duration", "s", "Time of a ledger transaction with its retries, by step.");
    private static readonly Counter<long> s_conflicts = s_meter.CreateCounter<long>("ait.ledger.conflicts", "{transaction}", "Ledger transactions that ran again after a conflict with another replica.");

    /// <summary>Shows the counters at zero from the start, so that a rate knows its beginning.</summary>
    internal static void Begin()
    {
        s_leases.Add(0);
        s_commitments.Add(0);
        s_reveals.Add(0);
        s_agreements.Add(0);
        s_disclosures.Add(0);
        s_missed.Add(0);
        s_audits.Add(0);
        s_conflicts.Add(0);
    }

    /// <summary>The same for a loop.</summary>
    internal static void Begin(string loop) => s_faults.Add(0, new KeyValuePair<string, object?>("loop", loop));

    internal static void Refused(string code) => s_refusals.Add(1, new KeyValuePair<string, object?>("code", code));

    internal static void Leased(int seats) => s_leases.Add(seats);

    internal static void Committed(int seats) => s_commitments.Add(seats);

    internal static void Revealed(int seats) => s_reveals.Add(seats);

    internal static void Agreed(int tasks) => s_agreements.Add(tasks);

    internal static void Disclosed() => s_disclosures.Add(1);

    internal static void DisclosureMissed() => s_missed.Add(1);

    internal static void Audited(int tasks) => s_audits.Add(tasks);

    internal static void Conflicted() => s_conflicts.Add(1);

    internal static void RoundFailed(string loop) => s_faults.Add(1, new KeyValuePair<string, object?>("loop", loop));

    /// <summary>Times and traces a round until the answer is disposed.</summary>
    internal static Measurement Round(string loop) => new(s_rounds, "loop", loop, s_activities.StartActivity(loop));

    /// <summary>Times and traces a ledger transaction until the answer is disposed.</summary>
    internal static Measurement Write(string step) => new(s_writes, "step", step, s_activities.StartActivity("ledger: " + step));

    /// <summary>A span of time on its way into a histogram and a trace.</summary>
    internal readonly struct Measurement : IDisposable
    {
        private readonly Histogram<double> _histogram;
        private readonly KeyValuePair<string, object?> _label;
        private readonly Activity? _activity;
        private readonly long _start;

        internal Measurement(Histogram<double> histogram, string label, string value, Activity? activity)
        {
            _histogram = histogram;
            _label = new KeyValuePair<string, object?>(label, value);
            _activity = activity;
            _start = Stopwatch.GetTimestamp();
        }

        public void Dispose()
        {
            _histogram.Record(Stopwatch.GetElapsedTime(_start).TotalSeconds, _label);
            _activity?.Dispose();
        }
    }
}
