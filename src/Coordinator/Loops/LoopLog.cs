namespace Ait.Coordinator.Loops;

/// <summary>Log lines of the loops; event ids 1000 to 1099.</summary>
internal static partial class LoopLog
{
    [LoggerMessage(1000, LogLevel.Warning, "{Loop} could not finish its round and tries again: {Reason}")]
    internal static partial void RoundFailed(ILogger logger, string loop, string reason, Exception? fault);

    [LoggerMessage(1001, LogLevel.Information, "batch {BatchId} is on chain with {Tasks} tasks, seed block {SeedBlock}")]
    internal static partial void BatchCommitted(ILogger logger, ulong batchId, uint tasks, ulong seedBlock);

    [LoggerMessage(1002, LogLevel.Warning, "batch with root {Root} is void: {Reason}; its work is queued again")]
    internal static partial void BatchVoid(ILogger logger, Chain.Hash256 root, string reason);

    [LoggerMessage(1003, LogLevel.Information, "{Tasks} tasks of batch {BatchId} are seated")]
    internal static partial void Seated(ILogger logger, int tasks, ulong batchId);

    [LoggerMessage(1004, LogLevel.Information, "task {TaskId}: {Outcome}")]
    internal static partial void Decided(ILogger logger, Chain.Hash256? taskId, string outcome);

    [LoggerMessage(1011, LogLevel.Information, "{Tasks} tasks have an agreement")]
    internal static partial void Agreed(ILogger logger, int tasks);

    [LoggerMessage(1005, LogLevel.Information, "settlement {Settlement} of {Tasks} tasks is mined in {Transaction}")]
    internal static partial void SettlementMined(ILogger logger, long settlement, int tasks, Chain.Hash256 transaction);

    [LoggerMessage(1006, LogLevel.Warning, "settlement {Settlement} is refused: {Refusal}")]
    internal static partial void SettlementRefused(ILogger logger, long settlement, string refusal);

    [LoggerMessage(1007, LogLevel.Information, "task key {TaskKey} waits until {Until} to settle: {Refusal}")]
    internal static partial void SettlementDeferred(ILogger logger, long taskKey, long until, string refusal);

    [LoggerMessage(1008, LogLevel.Warning, "{Removed} events were taken back by a chain reorganisation and are undone")]
    internal static partial void Reorganised(ILogger logger, int removed);

    [LoggerMessage(1010, LogLevel.Warning, "task key {TaskKey} is void: {Reason}")]
    internal static partial void Voided(ILogger logger, long taskKey, string reason);

    [LoggerMessage(1012, LogLevel.Warning, "subsidised work waits: the subsidy budget has {AvailableWei} wei of AIT left, less than three seats of the next task are paid; redeemed work goes on, and adds to the budget as it settles")]
    internal static partial void SubsidyExhausted(ILogger logger, string availableWei);

    [LoggerMessage(1013, LogLevel.Information, "subsidised work goes on: the subsidy budget has {AvailableWei} wei of AIT")]
    internal static partial void SubsidyAgain(ILogger logger, string availableWei);

    [LoggerMessage(1016, LogLevel.Information, "task {TaskId} is to have {Seats} seats: {Reason}")]
    internal static partial void Escalates(ILogger logger, Chain.Hash256? taskId, int seats, string reason);

    [LoggerMessage(1017, LogLevel.Information, "task {TaskId} has {Seats} seats on chain, seed block {SeedBlock}")]
    internal static partial void EscalationMined(ILogger logger, Chain.Hash256 taskId, int seats, ulong seedBlock);

    [LoggerMessage(1018, LogLevel.Information, "the further seats of task {TaskId} are drawn: it has {Seats}")]
    internal static partial void FurtherSeated(ILogger logger, Chain.Hash256 taskId, int seats);

    [LoggerMessage(1019, LogLevel.Warning, "task {TaskId} is given no further seats: {Reason}")]
    internal static partial void EscalationEnded(ILogger logger, Chain.Hash256 taskId, string reason);

    [LoggerMessage(1020, LogLevel.Information, "the secret behind the first {Seats} seats of task {TaskId}, which has not settled, is on chain in block {BlockNumber}: its letters cost the bond nothing")]
    internal static partial void Disclosed(ILogger logger, int seats, Chain.Hash256 taskId, ulong blockNumber);

    [LoggerMessage(1021, LogLevel.Warning, "the secret of task {TaskId} is refused by the coordinator bond and sent again later: {Refusal}")]
    internal static partial void DisclosureRefused(ILogger logger, Chain.Hash256 taskId, string refusal);

    [LoggerMessage(1022, LogLevel.Warning, "the secret behind the first {Seats} seats of task {TaskId} was not on chain in time: its letters can be claimed from this coordinator's bond")]
    internal static partial void DisclosureMissed(ILogger logger, int seats, Chain.Hash256 taskId);

    [LoggerMessage(1023, LogLevel.Warning, "device {GpuId} signed a wrong result of task {TaskId}, which was a canary: its operator is slashed in block {BlockNumber}")]
    internal static partial void Slashed(ILogger logger, Chain.Hash256 gpuId, Chain.Hash256 taskId, ulong blockNumber);

    [LoggerMessage(1024, LogLevel.Warning, "the operator bond refuses to slash for device {GpuId}, which failed canary {TaskId}, and is asked again later: {Refusal}")]
    internal static partial void AccusationRefused(ILogger logger, Chain.Hash256 gpuId, Chain.Hash256 taskId, string refusal);

    [LoggerMessage(1025, LogLevel.Warning, "device {GpuId} failed canary {TaskId} and was not slashed before the task's deadline: nobody can any more")]
    internal static partial void AccusationMissed(ILogger logger, Chain.Hash256 gpuId, Chain.Hash256 taskId);

    [LoggerMessage(1030, LogLevel.Information, "device {GpuId} is silent and was reported for {Seats} seats")]
    internal static partial void Silent(ILogger logger, Chain.Hash256 gpuId, int seats);

    [LoggerMessage(1031, LogLevel.Warning, "device {GpuId} is suspended for its absences until it proves its life")]
    internal static partial void SilentSuspended(ILogger logger, Chain.Hash256 gpuId);

    [LoggerMessage(1032, LogLevel.Information, "device {GpuId} was reported and is not suspended: {Reason}")]
    internal static partial void SilentLetOff(ILogger logger, Chain.Hash256 gpuId, string reason);

    [LoggerMessage(1009, LogLevel.Information, "credit of {Account} on workload {Workload}: {Decision}")]
    internal static partial void Redemption(ILogger logger, Chain.Address account, Chain.Hash256 workload, string decision);
}
