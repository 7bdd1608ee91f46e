using System.Security.Cryptography;
using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Collecting;

/// <summary>
/// Commit, then reveal: nobody can see a result before every seat is bound to its own. Decisions only; times are unix milliseconds.
/// </summary>
internal static class Collection
{
    /// <summary>Whether a commitment is taken. Null means yes, or that the same one is in already.</summary>
    internal static Refusal? JudgeCommitment(SeatView seat, Hash256 commitment, long now)
    {
        if (seat.Commitment is Hash256 earlier)
        {
            return earlier == commitment
                ? null
                : new Refusal(
                    ProblemCodes.CommitmentConflict, "Another commitment of this seat is in.", earlier.ToString(), commitment.ToString(),
                    "Reveal what was committed first; a seat commits once.");
        }

        if (seat.Task.Phase != TaskPhase.Seated || seat.Task.RevealOpenedAt is not null || now > seat.Task.CommitDeadline || seat.IsOfEarlierRound)
        {
            return new Refusal(
                ProblemCodes.DeadlinePassed, "This seat no longer takes a commitment.",
                $"a commitment by {seat.Task.CommitDeadline / 1000}", $"{now / 1000}, task {seat.Task.Phase}",
                "Ask for another seat; this one counts as silent. Commit within the deadline of the seat letter.");
        }

        return null;
    }

    /// <summary>Whether results may be revealed: every seat has committed, or the time for it is over.</summary>
    internal static bool IsRevealDue(LockedTask task, long now) =>
        task.Task is { Phase: TaskPhase.Seated, EscalatingTo: null }
        && (task.SeatsCommitted == task.Task.SeatsInRound || (task.SeatsCommitted > 0 && now > task.Task.CommitDeadline));

    /// <summary>Whether a verified attestation with its salt and transcript opens the seat's commitment. Null means yes, or in already.</summary>
    internal static Refusal? JudgeReveal(
        LockedSeat seat, NetworkDomain domain, WorkAttestation attestation, Hash256 salt, ReadOnlySpan<byte> transcript, long now)
    {
        WorkStatement statement = attestation.Statement;
        if (statement.WorkloadHash != seat.Task.WorkloadHash)
        {
            return new Refusal(
                ProblemCodes.ResultInvalid, "The work attestation speaks of another workload.",
                seat.Task.WorkloadHash.ToString(), statement.WorkloadHash.ToString(), "Attest the workload of the seat letter.");
        }

        if (seat.Commitment is not Hash256 commitment)
        {
            return new Refusal(
                ProblemCodes.CommitmentMismatch, "This seat has not committed.", "a commitment before the reveal", "none",
                "Commit first; a result without a commitment could be a copy.");
        }

        if (ResultCommitment.Compute(domain, statement, seat.Operator, salt) is Hash256 opened && opened != commitment)
        {
            return new Refusal(
                ProblemCodes.CommitmentMismatch, "The reveal does not open the commitment.", commitment.ToString(), opened.ToString(),
                "Reveal exactly what was committed: result, duration, device and salt.");
        }

        var found = new Hash256(SHA256.HashData(transcript));
        if (found != statement.ResultHash)
        {
            return new Refusal(
                ProblemCodes.ResultInvalid, "The transcript is not the attested result.", statement.ResultHash.ToString(), found.ToString(),
                "Send the engine's canonical transcript; its SHA-256 is the result hash.");
        }

        // The commitment binds the whole statement, so an equal repeat is the same reveal and is answered the same.
        if (seat.RevealedResult == statement.ResultHash)
        {
            return null;
        }

        // What was committed in time may still be revealed while the task is given further seats: it cannot be a copy of what others revealed.
        if (seat.Task.Phase == TaskPhase.Seated && seat.IsOfEarlierRound)
        {
            return null;
        }

        if (seat.Task.Phase != TaskPhase.Seated || (seat.Task.RevealDeadline is long deadline && now > deadline))
        {
            return new Refusal(
                ProblemCodes.DeadlinePassed, "This seat no longer takes a result.",
                $"a result by {seat.Task.RevealDeadline / 1000}", $"{now / 1000}, task {seat.Task.Phase}",
                "Nothing to do for this seat; reveal as soon as the reveal is open.");
        }

        return seat.Task.RevealOpenedAt is null
            ? new Refusal(
                ProblemCodes.RevealNotOpen, "Results may not be revealed yet.",
                $"{seat.Task.SeatsInRound} commitments, or {seat.Task.CommitDeadline / 1000} passed", $"{seat.SeatsCommitted} commitments at {now / 1000}",
                "Ask GET /v1/seats until revealOpen is true, then send the same result.")
            : null;
    }

    /// <summary>Why a seat with this result is left out of the settlement: the registry would refuse the whole task for its claim.</summary>
    internal static Refusal RefuseDuration(string bounds, ulong millis) => new(
        ProblemCodes.DurationOutOfBounds, "The registry does not take this duration of this task on a device of this class.",
        bounds, $"{millis} ms",
        "Sign no sooner than the registry's least duration for the device's class; a device that needs longer than the most is not of its class for this work.");

    /// <summary>What the device may know of its own seat.</summary>
    internal static SeatPhase PhaseOf(SeatView seat, long now) => seat.Task.Phase switch
    {
        TaskPhase.Void => SeatPhase.Void,
        TaskPhase.Settled => seat.PaidWei is null ? SeatPhase.Unpaid : SeatPhase.Settled,
        TaskPhase.Agreed => SeatPhase.Agreed,
        _ when seat.RevealedResult is not null => SeatPhase.Revealed,
        _ when seat.Commitment is not null => SeatPhase.Committed,
        _ when seat.LeaseHolder is not null && seat.LeaseDeadline > now => SeatPhase.Leased,
        _ => SeatPhase.Open,
    };
}
