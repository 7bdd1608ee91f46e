namespace Ait.Chain.Contracts;

/// <summary>What the typed mining registry relies on; compared with the checked-in ABI by a test.</summary>
internal static class MiningRegistrySignatures
{
    private const string Task = "(bytes32,uint32,uint16,uint8,uint64,uint64,address,bytes32)";

    public const string CommitBatch = "commitBatch(bytes32,uint32,uint56,uint56,uint64)";
    public const string PinSeed = "pinSeed(uint256)";
    public const string Settle = "settle(uint256,bytes,bytes32[])";
    public const string Escalate = "escalate(uint256,bytes,bytes32[])";
    public const string PinEscalation = "pinEscalation(bytes32)";
    public const string Release = "release(bytes32,uint8)";
    public const string OpenWorkloads = "openWorkloads(bytes32[],uint64[])";
    public const string Redeem = "redeem(uint256,bytes32)";
    public const string SetRates = "setRates(uint256,uint256)";
    public const string SetClassRate = "setClassRate(uint8,uint32)";
    public const string SetAuditShare = "setAuditShare(uint16)";
    public const string SetDurationBounds = "setDurationBounds(uint16,uint8,(uint64,uint64,uint64))";
    public const string SetCoordinator = "setCoordinator(address)";
    public const string SetGuardian = "setGuardian(address)";
    public const string PauseWork = "pauseWork()";
    public const string ResumeWork = "resumeWork()";
    public const string Batch = "batch(uint256)";
    public const string BatchCount = "batchCount()";
    public const string IsSettled = "isSettled(uint256,uint32)";
    public const string PaidSeatsOf = "paidSeatsOf(uint256,uint32)";
    public const string TaskIdOf = "taskIdOf(uint256,uint32)";
    public const string SeatsOf = $"seatsOf(uint256,{Task},bytes32)";
    public const string EscalatedSeatsOf = $"escalatedSeatsOf(uint256,{Task},bytes32,bytes32)";
    public const string Escalation = "escalation(bytes32)";
    public const string Deferred = "deferred(bytes32,uint8)";
    public const string IsWitness = "isWitness(address)";
    public const string WorkAttestationDigest = "workAttestationDigest(bytes32,bytes32,bytes32,bytes32,uint64)";
    public const string CreditOf = "creditOf(address,bytes32)";
    public const string AuditShare = "auditShare()";
    public const string QuoteOf = "quoteOf(bytes32)";
    public const string BusyUntil = "busyUntil(bytes32)";
    public const string ClassRate = "classRate(uint8)";
    public const string DurationBounds = "durationBounds(uint16,uint8)";
    public const string MintRate = "mintRate()";
    public const string RedeemPrice = "redeemPrice()";
    public const string TotalMinted = "totalMinted()";
    public const string TotalBurned = "totalBurned()";
    public const string Token = "token()";
    public const string Devices = "devices()";
    public const string Coordinator = "coordinator()";
    public const string Guardian = "guardian()";
    public const string IsWorkPaused = "isWorkPaused()";
    public const string Inbox = "inbox()";
    public const string Subsidy = "subsidy()";
    public const string SubsidyEarned = "subsidyEarned()";
    public const string CreditMoves = "creditMoves()";

    public const string BatchCommittedEvent = "BatchCommitted(uint256,bytes32,uint32,uint64,uint64,uint64,uint64,uint32,uint256)";
    public const string SeedPinnedEvent = "SeedPinned(uint256,bytes32,uint64)";
    public const string TasksSettledEvent = "TasksSettled(uint256,bytes)";
    public const string SeatsAddedEvent = "SeatsAdded(bytes32,uint256,uint256)";
    public const string SeatDeferredEvent = "SeatDeferred(bytes32,uint8,address,uint256,uint256)";
    public const string SeatReleasedEvent = "SeatReleased(bytes32,uint8,address,uint256)";
    public const string TaskEscalatedEvent = "TaskEscalated(bytes32,uint8,uint64)";
    public const string EscalationPinnedEvent = "EscalationPinned(bytes32,bytes32,uint64)";
    public const string AuditShareChangedEvent = "AuditShareChanged(uint16)";
    public const string WorkloadOpenedEvent = "WorkloadOpened(bytes32,uint64)";
    public const string RedeemedEvent = "Redeemed(address,bytes32,uint256,uint64)";
}
