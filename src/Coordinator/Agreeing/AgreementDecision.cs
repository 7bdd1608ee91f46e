using System.Collections.Immutable;
using Ait.Coordinator.Ledger;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Agreeing;

/// <summary>What the ledger's facts about one seated task amount to now.</summary>
internal abstract record AgreementDecision
{
    private AgreementDecision()
    {
    }

    /// <summary>Results can still arrive.</summary>
    internal sealed record Wait : AgreementDecision;

    /// <summary>The time for commitments is over and some are in: results may be revealed.</summary>
    internal sealed record OpenReveal : AgreementDecision;

    /// <summary>Enough equal results.</summary>
    internal sealed record Agreed(Agreement Agreement) : AgreementDecision;

    /// <summary>No agreement can come any more.</summary>
    internal sealed record Void(string Reason) : AgreementDecision;

    /// <summary>Decides a task. Waits for every committed seat until the reveal deadline, so that each matching seat is paid.</summary>
    /// <param name="task">The task.</param>
    /// <param name="seatsCommitted">Seats that have committed.</param>
    /// <param name="seatsRevealed">Seats that have revealed, also with a duration that the registry does not take.</param>
    /// <param name="results">The results that it can take.</param>
    /// <param name="now">Unix milliseconds.</param>
    internal static AgreementDecision Decide(TaskRow task, int seatsCommitted, int seatsRevealed, ImmutableArray<WorkAttestation> results, long now)
    {
        if (task.Phase != TaskPhase.Seated || task.TaskId is null)
        {
            return new Wait();
        }

        int required = QuorumRule.Required(SeatDraw.Seats);
        if (task.RevealOpenedAt is null)
        {
            bool over = now > task.CommitDeadline;
            return (over, seatsCommitted) switch
            {
                (_, SeatDraw.Seats) => new OpenReveal(),
                (false, _) => new Wait(),
                _ when seatsCommitted < required => new Void($"NoAgreement: {seatsCommitted} of {SeatDraw.Seats} seats committed in time, {required} needed"),
                _ => new OpenReveal(),
            };
        }

        if (seatsRevealed < seatsCommitted && now <= task.RevealDeadline)
        {
            return new Wait();
        }

        return QuorumRule.Decide(task.TaskId.Value, task.Task.WorkloadHash, SeatDraw.Seats, results) is Agreement agreement
            ? new Agreed(agreement)
            : new Void($"NoAgreement: {results.Length} results, no {required} of them equal{(seatsRevealed > results.Length ? $"; {seatsRevealed - results.Length} left out for durations that the registry does not take" : string.Empty)}");
    }
}
