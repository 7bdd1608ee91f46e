using System.Collections.Immutable;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Protocol;

namespace Ait.Coordinator.Attending;

/// <summary>The decisions of this stage: which device the draws can spare, what a refusal means.</summary>
internal static class Attendance
{
    /// <summary>How long a device that turned out to be there is not reported again.</summary>
    internal static readonly TimeSpan Reprieve = TimeSpan.FromHours(6);

    /// <summary>How much time a task must have left for a report of it, seconds.</summary>
    internal const ulong Margin = 15;

    /// <summary>Whether without a device the roster still has what a draw needs: three live devices of as many operators and host chips.</summary>
    internal static bool CanSpare(IEnumerable<Device> roster, Hash256 gpuId, ulong now)
    {
        Device[] left = [.. roster.Where(device => device.IsLive(now) && !device.IsUnproven && device.GpuId != gpuId).DistinctBy(device => (device.Operator, device.HostChip))];
        return left.Any(first => left.Any(second => IsApart(first, second) && left.Any(third => IsApart(first, third) && IsApart(second, third))));
    }

    /// <summary>What to do with absences for which the contract does not suspend a device now.</summary>
    internal static bool MayCountLater(ContractRefusal refusal) => refusal.Error is "AnswerableUntil" or "AbsencesMiscounted";

    /// <summary>The report of a silent seat.</summary>
    internal static AbsenceReportRecord Report(TaskRow task, byte seat, Hash256 seatSecret, SeatSecretOpening opening, MerkleTree tree) => new(
        task.BatchId!.Value, // Seated tasks are on chain.
        task.Task.ToRecord(),
        seatSecret,
        seat < SeatDraw.Seats ? null : opening,
        seat,
        tree.Proof([(int)task.Task.Index]));

    private static bool IsApart(Device one, Device other) => one.Operator != other.Operator && one.HostChip != other.HostChip;
}

/// <summary>A seat that its device left empty, with what shows that.</summary>
internal sealed record SilentSeat(long TaskKey, byte Seat, Hash256 GpuId, AbsenceReportRecord Report);

/// <summary>Absences of one device that go on chain together.</summary>
internal sealed record DecidedReport(long ReportKey, Hash256 GpuId, ImmutableArray<AbsenceReportRecord> Reports);

/// <summary>A device that as many absences count against as suspend it; the tasks ascend by id. It may have answered another task since.</summary>
internal sealed record CountedOut(Hash256 GpuId, ImmutableArray<Hash256> TaskIds, string Key, bool IsStillSilent);
