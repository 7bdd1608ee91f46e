using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Ait.Chain;
using Ait.Miner.Execution;
using Ait.Miner.Submission;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Miner.Reporting;

/// <summary>Every event a miner reports, by name.</summary>
internal static class MinerEvents
{
    public static MinerEvent Leased(AcceptedSeat seat) => Seat(
        "leased",
        Severity.Information,
        seat.TaskId,
        $"has {seat.Letter.Assignment.MiningTask.ComputeUnits} to execute by {seat.CommitBy:HH:mm:ss}.",
        [new Fact("seat", string.Empty, seat.Letter.Assignment.Seat), new Fact("microComputeUnits", string.Empty, seat.Letter.Assignment.MiningTask.ComputeUnits.Micro)]);

    public static MinerEvent Declined(Hash256? taskId, LetterRefusal refusal, string problem) =>
        new("declined", Severity.Warning, $"A seat letter is declined: {refusal}: {problem}", [new Fact("code", refusal.ToString()), .. taskId is Hash256 id ? [new Fact("taskId", id.ToString())] : ImmutableArray<Fact>.Empty])
        {
            Remedy = refusal switch
            {
                LetterRefusal.SignatureInvalid => "The letter is not the coordinator's for this network: check --coordinator and --rpc.",
                LetterRefusal.OtherDevice => "Another process asks under this GPU's key, or the coordinator is wrong.",
                LetterRefusal.EngineVersionUnknown or LetterRefusal.DeterminismClassUnknown => "Run the release that the network's engine version asks for.",
                LetterRefusal.TooLate => "Check this machine's clock and its load.",
                LetterRefusal.ModelUnavailable => "Tell the coordinator's operator.",
                LetterRefusal.KeyNotReleased => "Nothing to do on this machine: the buyer was away or did not trust this device with the key. Nothing was run, and nobody is paid or blamed.",
                LetterRefusal.PromptUnreadable => "Nothing to do on this machine: the buyer or the coordinator sent a key that opens nothing. Nothing was run.",
                LetterRefusal.TooLargeForThisMachine => "Run the miner on a machine with more memory, or expect seats with long workloads to go unpaid.",
                _ => "Tell the coordinator's operator; other seats are not affected.",
            },
        };

    public static MinerEvent Executed(Hash256 taskId, ExecutedWorkload executed, WorkloadType type) => Seat(
        "executed",
        Severity.Information,
        taskId,
        executed.IsComplete
            ? string.Create(CultureInfo.InvariantCulture, $"ran in {executed.DurationMillis - executed.HeldMillis} ms, {executed.Amount} {Unit(type)}{(executed.HeldMillis == 0 ? "." : $"; held until {executed.DurationMillis} ms, the least for this work on a device of its class.")}")
            : type == WorkloadType.Training
                ? "has a chunk of training that cannot be done: its error is reported, and nobody is paid for it."
                : "has a workload the model cannot run: the engine's canonical refusal is its result.",
        [new Fact("durationMillis", string.Empty, executed.DurationMillis), new Fact("heldMillis", string.Empty, executed.HeldMillis)]);

    private static string Unit(WorkloadType type) => type switch
    {
        WorkloadType.Training => "steps of training",
        WorkloadType.Embedding => "values of an embedding",
        _ => "tokens",
    };

    /// <summary>Not how long the answer is, nor whether there is one: that is the buyer's to know.</summary>
    public static MinerEvent ExecutedConfidentially(Hash256 taskId, ulong durationMillis) => Seat(
        "executed",
        Severity.Information,
        taskId,
        $"ran a confidential prompt in {durationMillis.ToString(CultureInfo.InvariantCulture)} ms.",
        [new Fact("durationMillis", string.Empty, durationMillis)]);

    public static MinerEvent Committed(Hash256 taskId) => Seat("committed", Severity.Information, taskId, "has its commitment in.", []);

    public static MinerEvent Revealed(Hash256 taskId, Hash256 resultHash) =>
        Seat("revealed", Severity.Information, taskId, "has its result in; settlement is the coordinator's.", [new Fact("resultHash", resultHash.ToString())]);

    public static MinerEvent CheckpointFetched(Hash256 digest, long length) => new(
        "fetched", Severity.Information, string.Create(CultureInfo.InvariantCulture, $"Checkpoint {Amount.Short(digest.ToString())} came from another miner, {length} bytes, and has its digest."),
        [new Fact("digest", digest.ToString()), new Fact("bytes", string.Empty, (ulong)length)]);

    public static MinerEvent CheckpointHandedIn(Hash256 digest, long length) => new(
        "handed", Severity.Information, string.Create(CultureInfo.InvariantCulture, $"Checkpoint {Amount.Short(digest.ToString())} is with the coordinator for the next chunk, {length} bytes."),
        [new Fact("digest", digest.ToString()), new Fact("bytes", string.Empty, (ulong)length)]);

    public static MinerEvent CheckpointUnreadable(Hash256 digest, string problem) =>
        new("handed", Severity.Warning, $"Checkpoint {Amount.Short(digest.ToString())} is not handed in: {problem}", [new Fact("digest", digest.ToString())])
        {
            Remedy = "Check the disk of the --state folder; the next chunk needs the checkpoint from another miner.",
        };

    public static MinerEvent CheckpointNotTaken(Hash256 digest, CoordinatorRefusal refusal) =>
        new("handed", Severity.Warning, $"The coordinator does not take checkpoint {Amount.Short(digest.ToString())}: {refusal}", [new Fact("digest", digest.ToString()), new Fact("code", refusal.Code)])
        {
            Remedy = refusal.Remedy ?? "Nothing is lost for this seat; the next chunk needs it from another miner.",
        };

    public static MinerEvent Paid(SeatResponse seat)
    {
        BigInteger wei = Amount.ReadWei(seat.PaidWei);
        return Seat("paid", Severity.Information, seat.TaskId, $"is paid {TokenAmount.Text(wei)} AIT.", [new Fact("paidWei", wei.ToString(CultureInfo.InvariantCulture)), .. Transaction(seat)]);
    }

    public static MinerEvent Unpaid(SeatResponse seat) =>
        Seat("unpaid", Severity.Warning, seat.TaskId, $"is not paid: {Words(seat.Reason)}", [new Fact("reason", seat.Reason.ToString()), .. Transaction(seat)]) with
        {
            Remedy = seat.Remedy ?? Remedy(seat.Reason),
        };

    public static MinerEvent Voided(SeatResponse seat) =>
        Seat("void", Severity.Warning, seat.TaskId, $"belongs to a task that ended without pay for anyone: {Words(seat.Reason)}", [new Fact("reason", seat.Reason.ToString())]) with
        {
            Remedy = seat.Remedy ?? Remedy(seat.Reason),
        };

    public static MinerEvent Lost(Hash256 taskId, CoordinatorRefusal refusal) =>
        Seat("lost", Severity.Error, taskId, $"is lost: {refusal}", [new Fact("code", refusal.Code)]) with
        {
            Remedy = refusal.Code == ProblemCodes.CommitmentConflict
                ? "This process restarted between commitment and reveal, or a second process drives this GPU: run one process per GPU and stop it with SIGTERM."
                : refusal.Remedy ?? "The coordinator gave no remedy.",
        };

    public static MinerEvent TooLate(Hash256 taskId) =>
        Seat("late", Severity.Warning, taskId, "was not finished before commitments closed.", []) with
        {
            Remedy = "Use fewer seats at once (--max-seats), or a faster device.",
        };

    public static MinerEvent Returned(Hash256 taskId) =>
        Seat("returned", Severity.Information, taskId, "was not begun; its lease runs out and it waits for this device's next start.", []);

    public static MinerEvent Idle(Hash256 gpuId) =>
        new("idle", Severity.Information, "No seat has been drawn for this GPU yet; draws are random and need three devices of different operators on different hosts.", [new Fact("gpuId", gpuId.ToString())]);

    public static MinerEvent NotEligible(CoordinatorRefusal refusal) =>
        new("ineligible", Severity.Warning, $"The coordinator gives this device no seats: {refusal}", [new Fact("code", refusal.Code)])
        {
            Remedy = refusal.Remedy ?? "The device's registration is looked at now.",
        };

    public static MinerEvent CoordinatorAway(string reason) =>
        new("offline", Severity.Warning, $"The coordinator does not answer: {reason}.", [])
        {
            Remedy = "The miner keeps trying; nothing that was begun is lost.",
        };

    public static MinerEvent CoordinatorBack() => new("online", Severity.Information, "The coordinator answers again.", []);

    public static MinerEvent ClockOff(CoordinatorRefusal refusal) =>
        new("clock", Severity.Error, $"The coordinator refuses this machine's clock: {refusal}", [])
        {
            Remedy = "Synchronise the clock, for example with chrony or systemd-timesyncd.",
        };

    public static MinerEvent Draining(int seats, TimeSpan limit) =>
        new("draining", Severity.Information, $"Asked to stop: finishing {seats.ToString(CultureInfo.InvariantCulture)} begun seats within {Configuring.Durations.Format(limit)}; ask again to stop at once.", [new Fact("seats", string.Empty, (ulong)seats)]);

    public static MinerEvent Stopped(SeatTotals totals) => new(
        "stopped",
        totals.Abandoned == 0 ? Severity.Information : Severity.Warning,
        $"Stopped: {totals.Paid.ToString(CultureInfo.InvariantCulture)} seats paid {TokenAmount.Text(totals.PaidWei)} AIT, {totals.Unpaid.ToString(CultureInfo.InvariantCulture)} unpaid, {totals.Unsettled.ToString(CultureInfo.InvariantCulture)} revealed and not settled yet, {totals.Abandoned.ToString(CultureInfo.InvariantCulture)} abandoned.",
        [
            new Fact("paid", string.Empty, (ulong)totals.Paid),
            new Fact("paidWei", totals.PaidWei.ToString(CultureInfo.InvariantCulture)),
            new Fact("unpaid", string.Empty, (ulong)totals.Unpaid),
            new Fact("unsettled", string.Empty, (ulong)totals.Unsettled),
            new Fact("abandoned", string.Empty, (ulong)totals.Abandoned),
        ]);

    /// <summary>A message may quote what was worked on: of a confidential prompt only the kind of failure is told.</summary>
    public static MinerEvent LetterNotKept(Hash256 taskId, string why) =>
        new("letter-not-kept", Severity.Warning, $"The letter of task {taskId} was not kept: {why}", [])
        {
            Remedy = "Make room in the state folder, or let the miner write there: without the letter the coordinator's bond pays nothing if it never reveals.",
        };

    public static MinerEvent Failed(string where, Exception exception, bool isConfidential = false) =>
        new("failed", Severity.Error, $"{where} failed: {exception.GetType().Name}{(isConfidential ? "." : $": {exception.Message}")}", [])
        {
            Remedy = "This is a fault of the miner; report it with this line.",
        };

    private static MinerEvent Seat(string kind, Severity severity, Hash256 taskId, string what, ImmutableArray<Fact> facts) =>
        new(kind, severity, $"Seat of task {Amount.Short(taskId.ToString())} {what}", [new Fact("taskId", taskId.ToString()), .. facts]);

    private static ImmutableArray<Fact> Transaction(SeatResponse seat) =>
        seat.Transaction is Hash256 transaction ? [new Fact("transaction", transaction.ToString())] : [];

    private static string Words(UnpaidReason reason) => reason switch
    {
        UnpaidReason.None => "no reason is given.",
        UnpaidReason.Silent => "no result of this device arrived in time.",
        UnpaidReason.ResultInMinority => "its result differs from the agreed one.",
        UnpaidReason.NoAgreement => "no result reached the quorum before the deadline.",
        UnpaidReason.NotRevealed => "it committed and did not reveal in time.",
        UnpaidReason.KeyWithheld => "its content key was not released to it, so it ran nothing.",
        UnpaidReason.ClaimRefused => "the contract does not take this claim.",
        _ => $"reason {(byte)reason}.",
    };

    private static string Remedy(UnpaidReason reason) => reason switch
    {
        UnpaidReason.Silent or UnpaidReason.NotRevealed => "Keep the process running and connected until its seats are revealed; stop it with SIGTERM.",
        UnpaidReason.ResultInMinority => "Run doctor: its engine self-test tells whether this machine computes the network's arithmetic.",
        UnpaidReason.KeyWithheld => "Nothing to do on this machine: the buyer was away or did not trust this device with the key.",
        UnpaidReason.NoAgreement => "Nothing to do on this machine: other seats were silent or disagreed.",
        UnpaidReason.ClaimRefused => "Keep one process per GPU with fresh evidence; a duration over the bounds means that this device is too slow for its class.",
        _ => "See docs/protocol.md for the reason code.",
    };
}
