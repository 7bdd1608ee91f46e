using Ait.Chain;
using Ait.Protocol;

namespace Ait.Miner.Submission;

/// <summary>A seat whose letter and workload have passed every check; made by <see cref="LetterCheck"/> only.</summary>
internal sealed class AcceptedSeat
{
    internal AcceptedSeat(SeatLetter letter, Workload workload)
    {
        Letter = letter;
        Workload = workload;
    }

    public SeatLetter Letter { get; }

    public Workload Workload { get; }

    public Hash256 TaskId => Letter.TaskId;

    /// <summary>When work on it stops being useful.</summary>
    public DateTimeOffset CommitBy =>
        DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(Math.Min(Letter.Assignment.CommitDeadline, Letter.Assignment.MiningTask.Deadline), int.MaxValue));
}
