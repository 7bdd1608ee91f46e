using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Coordinator.Attending;
using Ait.Coordinator.Enrolling;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;

namespace Ait.Coordinator.Loops;

/// <summary>
/// Devices that leave their seats empty → reported → suspended. The first silences are waited out: reported is who was silent on as many
/// seats in a row as suspend it, those of its seats whose tasks can still be reported, in one transaction.
/// </summary>
internal sealed class AttendLoop : CoordinatorLoop
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);

    private readonly AttendanceStore _store;
    private readonly EnrolmentStore _enrolment;
    private readonly IMiningChain _chain;
    private readonly CoordinatorOptions _options;
    private readonly ILogger _log;

    public AttendLoop(
        AttendanceStore store, EnrolmentStore enrolment, IMiningChain chain, CoordinatorOptions options, Signals signals, LoopHealth health, Leadership leadership, TimeProvider clock,
        ILogger<AttendLoop> log)
        : base(s_interval, signals.Never, health, leadership, clock, log)
    {
        _store = store;
        _enrolment = enrolment;
        _chain = chain;
        _options = options;
        _log = log;
    }

    internal override async Task RoundAsync(CancellationToken cancellation)
    {
        foreach (DecidedReport undone in _store.Undone())
        {
            await ReportAsync(undone, cancellation);
        }

        if (!_options.SuspendsSilent || !_store.HasWork() || await _chain.ReadAttendanceTermsAsync(cancellation) is not AttendanceTermsRecord terms)
        {
            return;
        }

        ChainHead head = await _chain.ReadHeadAsync(cancellation);
        List<Device> roster = [.. _enrolment.All()];
        foreach (CountedOut counted in _store.Counted(terms.Absences, terms.AnswerWindowSeconds, head.Timestamp))
        {
            if (!counted.IsStillSilent)
            {
                LetOff(counted, "it has answered another task since");
            }
            else if (Attendance.CanSpare(roster, counted.GpuId, head.Timestamp) && await SuspendAsync(counted, cancellation))
            {
                roster.RemoveAll(device => device.GpuId == counted.GpuId);
            }
        }

        IReadOnlySet<Hash256> reported = _store.UnderReport();
        foreach (IGrouping<Hash256, SilentSeat> device in _store.Silent(terms.Absences).GroupBy(seat => seat.GpuId))
        {
            // Whoever is under report may be gone soon.
            Device[] staying = [.. roster.Where(one => one.GpuId == device.Key || !reported.Contains(one.GpuId))];
            if (staying.Any(one => one.GpuId == device.Key && one.IsLive(head.Timestamp)) && Attendance.CanSpare(staying, device.Key, head.Timestamp)
                && await PlanAsync([.. device], cancellation))
            {
                roster.RemoveAll(one => one.GpuId == device.Key);
            }
        }
    }

    /// <summary>Reports those of a device's silent seats that the contract takes; false if it takes none.</summary>
    private async Task<bool> PlanAsync(IReadOnlyList<SilentSeat> seats, CancellationToken cancellation)
    {
        List<SilentSeat> taken = [];
        foreach (SilentSeat seat in seats)
        {
            if (await _chain.SimulateAsync(new MiningCall.ReportAbsences([seat.Report]), cancellation) is not ContractRefusal refusal)
            {
                taken.Add(seat);
                continue;
            }

            _store.Pass(seat, refusal.Error == "AbsenceKnown", refusal.Text);
        }

        return taken.Count > 0 && await ReportAsync(_store.Open(taken), cancellation);
    }

    private async Task<bool> ReportAsync(DecidedReport report, CancellationToken cancellation)
    {
        switch (await _chain.SubmitAsync($"absent/{report.ReportKey}", new MiningCall.ReportAbsences(report.Reports), cancellation))
        {
            case SubmitOutcome.Mined:
                _store.MarkReported(report);
                LoopLog.Silent(_log, report.GpuId, report.Reports.Length);
                return true;
            case SubmitOutcome.Refused refused:
                _store.Refuse(report, refused.Refusal.Text);
                break;
        }

        return false;
    }

    private async Task<bool> SuspendAsync(CountedOut counted, CancellationToken cancellation)
    {
        switch (await _chain.SubmitAsync($"suspend/{counted.GpuId}/{counted.Key}", new MiningCall.SuspendSilent(counted.GpuId, counted.TaskIds), cancellation))
        {
            case SubmitOutcome.Mined mined:
                _store.MarkSuspended(counted.GpuId, mined.Transaction);
                LoopLog.SilentSuspended(_log, counted.GpuId);
                return true;
            case SubmitOutcome.Refused refused when !Attendance.MayCountLater(refused.Refusal):
                LetOff(counted, refused.Refusal.Text);
                break;
        }

        return false;
    }

    private void LetOff(CountedOut counted, string why)
    {
        _store.LetOff(counted.GpuId, why);
        LoopLog.SilentLetOff(_log, counted.GpuId, why);
    }
}
