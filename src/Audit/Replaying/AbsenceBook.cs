using Ait.Chain;
using Ait.Chain.Contracts;

namespace Ait.Audit.Replaying;

/// <summary>Absences, signs of life and suspensions as they follow from events and calldata (twin of AttendanceRegistry.sol).</summary>
internal sealed class AbsenceBook
{
    /// <summary>Of the shortest cooldown, this often doubled is more than the longest.</summary>
    private const int MostDoublings = 6;

    private readonly Dictionary<Hash256, GpuAttendance> _gpus = [];

    /// <summary>Null before the registry is there.</summary>
    internal AttendanceTermsRecord? Terms { get; set; }

    /// <summary>Whose each key was, ever.</summary>
    internal Dictionary<Address, Hash256> Keys { get; } = [];

    internal GpuAttendance Of(Hash256 gpuId)
    {
        if (!_gpus.TryGetValue(gpuId, out GpuAttendance? known))
        {
            _gpus[gpuId] = known = new GpuAttendance();
        }

        return known;
    }

    /// <summary>A GPU was taken out of the draws for another reason: a proof of life does not bring it back.</summary>
    internal void Revoke(Hash256 gpuId)
    {
        if (_gpus.TryGetValue(gpuId, out GpuAttendance? known) && known.Standing != AbsenceStanding.None)
        {
            known.Standing = AbsenceStanding.AbsentAndRevoked;
        }
    }

    /// <summary>Suspends a GPU and says from when on a proof of life ends that.</summary>
    internal static ulong Suspend(GpuAttendance known, AttendanceTermsRecord terms, ulong now)
    {
        bool isAgain = known.ResumedAt != 0 && now <= known.ResumedAt + terms.PeriodSeconds;
        known.Doublings = isAgain ? Math.Min(known.Doublings + 1, MostDoublings) : 0;
        known.ResumableAt = now + Math.Min((ulong)terms.CooldownSeconds << known.Doublings, terms.LongestCooldownSeconds);
        known.Standing = AbsenceStanding.Absent;
        return known.ResumableAt;
    }

    /// <summary>Takes a proof of life and says whether it brings a suspended GPU back into the draws.</summary>
    internal static bool Prove(GpuAttendance known, ulong blockNumber, ulong now)
    {
        (known.AliveAt, known.ProvenBlock) = (now, blockNumber);
        if (known.ResumableAt == 0)
        {
            return false;
        }

        bool isBack = known.Standing == AbsenceStanding.Absent;
        (known.ResumableAt, known.ResumedAt, known.Standing) = (0, now, AbsenceStanding.None);
        return isBack;
    }
}

/// <summary>Whether a GPU is suspended for absence, and whether it is out for another reason too.</summary>
internal enum AbsenceStanding
{
    None,
    Absent,
    AbsentAndRevoked,
}

/// <summary>A GPU's attendance.</summary>
internal sealed class GpuAttendance
{
    internal ulong AliveAt { get; set; }

    internal ulong ProvenBlock { get; set; }

    internal ulong ResumableAt { get; set; }

    internal ulong ResumedAt { get; set; }

    internal int Doublings { get; set; }

    internal AbsenceStanding Standing { get; set; }

    /// <summary>Every absence that was reported, by task.</summary>
    internal SortedDictionary<Hash256, ReportedAbsence> Reported { get; } = [];
}

/// <summary>A seat that was reported as silent.</summary>
internal sealed record ReportedAbsence(BatchState? Batch, uint Index, byte Seat, ulong Deadline, ulong ReportedAt, ulong ReportedBlock)
{
    internal bool IsAnswered { get; set; }

    internal bool IsPaid => Batch is not null && ((Batch.Paid.GetValueOrDefault(Index) >> Seat) & 1) == 1;
}
