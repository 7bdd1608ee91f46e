using System.Collections.Immutable;
using Ait.Chain;
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

    /// <summary>The seats there are cannot agree any more; the task is given two more, so that it has <paramref name="Level"/>.</summary>
    internal sealed record Escalate(int Level, string Reason) : AgreementDecision;

    /// <summary>No agreement can come any more.</summary>
    internal sealed record Void(string Reason) : AgreementDecision;

    /// <summary>Decides a task. Waits for every committed seat until the reveal deadline, so that each matching seat is paid.</summary>
    /// <param name="task">The task.</param>
    /// <param name="seatsCommitted">Seats that have committed, of those that were drawn last.</param>
    /// <param name="seatsRevealed">Those of them that have revealed, also with a duration that the registry does not take.</param>
    /// <param name="results">The results of all seats that it can take.</param>
    /// <param name="isKeyWithheld">Whether a seat waited for the content key of a confidential workload in vain: so would further ones.</param>
    /// <param name="now">Unix milliseconds.</param>
    internal static AgreementDecision Decide(
        TaskRow task, int seatsCommitted, int seatsRevealed, ImmutableArray<RevealedSeat> results, bool isKeyWithheld, long now)
    {
        if (task.Phase != TaskPhase.Seated || task.TaskId is null)
        {
            return new Wait();
        }

        if (task.EscalatingTo is not null)
        {
            // A seat that had committed may reveal late.
            return Agree(task, results) is Agreement late ? new Agreed(late) : new Wait();
        }

        if (task.RevealOpenedAt is null)
        {
            bool over = now > task.CommitDeadline;
            bool mayAgree = seatsCommitted > 0 && (CanEscalate(task, isKeyWithheld, now) || IsStillPossible(task, seatsCommitted, results));
            return (over, seatsCommitted == task.SeatsInRound) switch
            {
                (_, true) => new OpenReveal(),
                (false, _) => new Wait(),
                _ when mayAgree => new OpenReveal(),
                _ when Agree(task, results) is Agreement found => new Agreed(found),
                _ => Fail(task, task.Level == SeatDraw.Seats
                    ? $"{seatsCommitted} of {SeatDraw.Seats} seats committed in time, {QuorumRule.Required(SeatDraw.Seats)} needed"
                    : $"{seatsCommitted} of the {task.SeatsInRound} further seats committed in time", isKeyWithheld, now),
            };
        }

        if (seatsRevealed < seatsCommitted && now <= task.RevealDeadline)
        {
            return new Wait();
        }

        int leftOut = seatsRevealed - results.Count(seat => seat.Seat >= task.FirstOfRound);
        string without = leftOut > 0 ? $"; {leftOut} left out for durations that the registry does not take" : string.Empty;
        return Agree(task, results) is Agreement agreement
            ? new Agreed(agreement)
            : Fail(
                task,
                task.IsAudited && AgreeUnaudited(task, results) is not null
                    ? $"the task is audited, and no further seat agrees{without}"
                    : $"{results.Length} results, no {QuorumRule.Required(task.Level)} of them equal{without}",
                isKeyWithheld,
                now);
    }

    /// <summary>
    /// What the results of a task's seats agree on, by the contract's rule: 2 of the first three, 3 of the first five or 4 of seven, and if
    /// the task is audited a further seat among all that agree.
    /// </summary>
    internal static Agreement? Agree(TaskRow task, ImmutableArray<RevealedSeat> results) =>
        Agree(task, task.IsAudited ? [.. results.Where(seat => seat.Seat >= SeatDraw.Seats).Select(seat => seat.Attestation.Statement.ResultHash)] : null, results);

    /// <summary>The same were the task not audited.</summary>
    internal static Agreement? AgreeUnaudited(TaskRow task, ImmutableArray<RevealedSeat> results) => Agree(task, null, results);

    private static Agreement? Agree(TaskRow task, ImmutableArray<Hash256>? admitted, ImmutableArray<RevealedSeat> results)
    {
        for (int level = SeatDraw.Seats; level <= task.Level; level += 2)
        {
            WorkAttestation[] among = [.. results.Where(seat => seat.Seat < level).Select(seat => seat.Attestation)];
            if (QuorumRule.Decide(task.TaskId!.Value, task.Task.WorkloadHash, level, among) is Agreement agreement // Seated tasks have an id.
                && admitted?.Contains(agreement.ResultHash) != false)
            {
                return agreement;
            }
        }

        return null;
    }

    /// <summary>Whether the roster as of the commitment and the time left admit two more seats.</summary>
    private static bool CanEscalate(TaskRow task, bool isKeyWithheld, long now) =>
        !isKeyWithheld && task.Level < SeatDraw.MostSeats && task.RosterLength >= task.Level + 2 && now < (long)task.Task.Deadline * 1000;

    /// <summary>Whether so many further results could still make enough.</summary>
    private static bool IsStillPossible(TaskRow task, int seatsCommitted, ImmutableArray<RevealedSeat> results) =>
        seatsCommitted + results.GroupBy(seat => seat.Attestation.Statement.ResultHash).Select(group => group.Count()).DefaultIfEmpty(0).Max() >= QuorumRule.Required(task.Level);

    private static AgreementDecision Fail(TaskRow task, string found, bool isKeyWithheld, long now) => CanEscalate(task, isKeyWithheld, now)
        ? new Escalate(task.Level + 2, found)
        : new Void($"NoAgreement: {found}{WhyNoMore(task, isKeyWithheld)}");

    private static string WhyNoMore(TaskRow task, bool isKeyWithheld) => isKeyWithheld
        ? "; the content key was withheld from a seat, and further ones would wait for it too"
        : task.Level < SeatDraw.MostSeats && task.RosterLength < task.Level + 2
        ? $"; a roster of {task.RosterLength} slots gives no {task.Level + 2} seats"
        : string.Empty;
}
