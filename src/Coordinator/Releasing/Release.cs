using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Ledger;
using Ait.Protocol.Http;
using Ait.Protocol.Sealing;

namespace Ait.Coordinator.Releasing;

/// <summary>
/// Content keys of confidential prompts on their way from holder to seat. The coordinator only carries what both sides verify for
/// themselves; what it checks here keeps its ledger tidy. Decisions only; times are unix milliseconds.
/// </summary>
internal static class Release
{
    /// <summary>Whether the process may say a key for the seat. Null means yes.</summary>
    internal static Refusal? JudgeStatement(WaitingSeat seat, Address signer, long now)
    {
        if (seat.Holder is null)
        {
            return new Refusal(
                ProblemCodes.WorkloadNotSupported, "This workload has no content key.", "a confidential workload", "a plain one", "Execute it as its letter says.");
        }

        if (seat.LeaseHolder != signer)
        {
            return new Refusal(
                ProblemCodes.NotAuthorized, "Another process has the lease of this seat.", signer.ToString(), seat.LeaseHolder?.ToString() ?? "nobody",
                "Ask for the seat with POST /v1/leases first.");
        }

        return JudgeTime(seat, now);
    }

    /// <summary>Whether an envelope is taken: the holder's, of the right length, to the key that the seat says now. Null means yes.</summary>
    internal static Refusal? JudgeEnvelope(WaitingSeat seat, byte[] statement, byte[] envelope, Address signer, long now)
    {
        if (JudgeHolder(seat.Holder, signer) is Refusal stranger)
        {
            return stranger;
        }

        if (envelope.Length != KeyEnvelope.EncodedSize)
        {
            return RequestAdmission.Malformed($"an envelope of {KeyEnvelope.EncodedSize} bytes in hexadecimal", $"{envelope.Length} bytes");
        }

        return seat.Statement is byte[] said && said.AsSpan().SequenceEqual(statement)
            ? JudgeTime(seat, now)
            : new Refusal(
                ProblemCodes.SeatKeyReplaced, "The seat says another key now.", "the statement that GET /v1/workloads/{workloadId}/seats lists", "another",
                "Read the seats again and seal to the key that is listed; a process that starts anew has a new key.");
    }

    /// <summary>Whether the signer holds the content key of a workload. Null means yes.</summary>
    internal static Refusal? JudgeHolder(Address? holder, Address signer) => holder == signer
        ? null
        : new Refusal(
            ProblemCodes.NotAuthorized, "Only the holder of the content key sees the seats of its workload and releases the key to them.",
            "the holder that the workload names", signer.ToString(), "Sign with the key that the content key derives.");

    private static Refusal? JudgeTime(WaitingSeat seat, long now) =>
        seat.Task.Phase == TaskPhase.Seated && seat.Task.RevealOpenedAt is null && now <= seat.Task.CommitDeadline && seat is { HasCommitted: false, Task.EscalatingTo: null } && seat.Seat >= seat.Task.FirstOfRound
            ? null
            : new Refusal(
                ProblemCodes.DeadlinePassed, "This seat no longer waits for its content key.",
                $"before {seat.Task.CommitDeadline / 1000} and the commitment", $"{now / 1000}, task {seat.Task.Phase}",
                "Nothing to do for this seat. A task that ends without its key costs nobody: the workload runs again when it is asked for again.");
}

/// <summary>A seat of a confidential workload; no holder if the workload is plain.</summary>
internal sealed record WaitingSeat(TaskRow Task, byte Seat, Hash256 GpuId, Address? LeaseHolder, Address? Holder, byte[]? Statement, byte[]? Envelope, bool HasCommitted);
